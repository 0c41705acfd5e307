"""Writing back what came of leads by the enforcement system's file."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st
from markupsafe import Markup

from analytics.outcome_files import OutcomeFile, UnreadableOutcomesError, read_outcomes
from pages.components import failures, lead_saving, lead_store, render, store
from pages.components.access import Viewer
from pages.components.cells import defused
from pages.components.lead_store import Applied

TEMPLATE = "线索编号,状态,处理结果,案号,文书号,立案日期,办结日期,罚款金额,没收金额,挽回损失,移送单位,经办单位,说明\r\n"

_UNREADABLE = {
    "empty": "文件是空的",
    "too_large": "文件过大，请分开",
    "too_long": "行数过多，请分开",
    "kind": "不是CSV或XLSX文件",
    "encoding": "编码不能识别，请另存为UTF-8的CSV或XLSX",
    "quotes": "引号不成对，请另存为XLSX",
    "damaged": "工作簿损坏或有密码，请重新保存",
    "no_heading": "没有找到“线索编号”一列，请核对表头",
    "twice": "同一列出现两次，请删去一列",
}

_NAMES = {
    "lead_number": "线索编号",
    "state": "状态",
    "result": "处理结果",
    "happened_on": "日期",
}


def show(viewer: Viewer) -> None:
    """Draw the upload and what became of the rows."""
    with st.expander("导入执法办案系统的结果文件", icon=":material/upload_file:"):
        st.caption(
            "CSV（UTF-8、GB18030等编码）或XLSX，最大20 MB；按线索编号对应，状态可写接收、核查、立案、不予立案、"
            "办结、退回，重复导入同一文件不会重复计数；只更新您可见范围内的线索，未采用的行逐行说明原因。"
        )
        st.download_button(
            "下载模板（CSV）",
            data=TEMPLATE.encode("utf-8-sig"),
            file_name="线索办理结果.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="outcome.template",
        )
        render.show_html(_CHINESE)
        with st.form("outcome.file", border=False, clear_on_submit=True):
            st.file_uploader("结果文件", type=["csv", "txt", "xlsx"], key=_GIVEN)
            st.form_submit_button(
                "导入", icon=":material/upload:", on_click=lambda: _imported(viewer)
            )
    told = st.session_state.pop(_TOLD, None)
    if told is not None:
        told()


_GIVEN, _TOLD = "outcome.given", "outcome.told"

_CHINESE = Markup(
    "<style>"
    "[data-testid=stFileUploaderDropzoneInstructions]{display:none}"
    "[data-testid=stFileUploaderDropzone] button p{font-size:0}"
    "[data-testid=stFileUploaderDropzone] button p::after{content:'选择文件';font-size:.9rem}"
    "</style>"
)
"""The control's own words are English and cannot be set."""


def _imported(viewer: Viewer) -> None:
    """Read the file before the page is drawn, so that it shows what came of it."""
    given = st.session_state.get(_GIVEN)
    if given is None:
        st.session_state[_TOLD] = lambda: st.warning("请先选择文件。")
    else:
        st.session_state[_TOLD] = _import(viewer, given.getvalue(), given.name)


def _import(viewer: Viewer, content: bytes, name: str) -> Callable[[], object]:
    """Bring leads forward by a file and return how to tell of it."""
    try:
        told = read_outcomes(content, name=name)
    except UnreadableOutcomesError as error:
        why = _UNREADABLE.get(error.problem, "文件不能读取")
        return lambda: st.error(f"未导入：{why}。")
    try:
        found = lead_store.apply_outcomes(viewer, told.rows, source=name)
    except store.StoreError as error:
        number = failures.noted(error, error.__traceback__)
        return lambda: st.error(f"未导入，请稍后重试；仍不行请联系系统管理员（编号{number}）。")
    return partial(_tell, told, found)


def _tell(told: OutcomeFile, found: Applied) -> None:
    refused = pd.concat([told.refused, found.refused], ignore_index=True)
    rows = refused["row_number"].nunique()
    st.success(
        f"读取{told.read:,}行：更新{found.applied:,}行，已是最新{found.unchanged:,}行，未采用{rows:,}行。"
    )
    if rows:
        shown = pd.DataFrame(
            {
                "行": refused["row_number"],
                "线索编号": [defused(str(each or "")) for each in refused["lead_number"]],
                "列": [lead_saving.field(_NAMES.get(each, each)) for each in refused["column"]],
                "值": [defused(str(each)) for each in refused["value"]],
                "原因": [
                    lead_saving.problem_text(str(problem), str(limit))
                    for problem, limit in zip(refused["problem"], refused["limit"], strict=True)
                ],
            }
        )
        st.dataframe(shown, hide_index=True, width="stretch")
        st.download_button(
            "下载未采用的行（CSV）",
            data=shown.to_csv(index=False).encode("utf-8-sig"),
            file_name="未采用的行.csv",
            mime="text/csv",
            on_click="ignore",
            key="outcome.refused",
        )
    if told.unread:
        st.caption(render.as_label(f"未使用的列：{'、'.join(told.unread)}"))
