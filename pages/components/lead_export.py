"""The tables of the page of leads to take away; a batch as a whole is taken in `lead_taking`."""

from collections.abc import Mapping

import pandas as pd

from pages.components import (
    exports,
    lead_candidates,
    lead_chain_view,
    lead_data,
    lead_labels,
    lead_store,
    paging,
    wording,
)
from pages.components.access import Viewer
from pages.components.exports import Sheet

NOTE = "疑似线索，建议核查，不是对违法事实的认定；内部参考，不得对外公布"


def offer(viewer: Viewer, part: str, asked: Mapping[str, str]) -> None:
    """Draw the button that takes the tables of a part away."""
    scope = viewer.scope

    def sheets() -> list[Sheet]:
        if part == "chain":
            return lead_chain_view.sheets(scope, asked)
        if part == "found":
            found = lead_data.candidates(scope)
            return lead_candidates.sheets(found, lead_candidates.left(found, asked))
        if part == "batches":
            named = paging.row_number(asked, "batch")
            return [_leads(lead_store.leads(scope, batch_id=named))]
        every = lead_store.leads(scope)
        state = asked.get("state", "all")
        return [_leads(every if state == "all" else every[every["state"] == state])]

    if part != "found" or lead_data.are_known():
        exports.offer_tables(sheets, (("性质", NOTE),), name="案源线索", key="export")


def _leads(found: pd.DataFrame) -> Sheet:
    frame = pd.DataFrame(
        {
            "线索编号": found["number"],
            "批次": found["batch_number"],
            "经营主体": found["operator_name"],
            "统一社会信用代码": found["uscc"],
            "县区": [wording.label("county_code", each) for each in found["county_code"]],
            "涉嫌行为（疑似）": [lead_labels.conduct(each) for each in found["conduct"]],
            "来源": [lead_labels.sources(each) for each in found["sources"]],
            "线索价值": found["worth"],
            "证据（件）": found["evidence"],
            "信号日期": found["signal_on"],
            "状态": [lead_labels.STATES[each] for each in found["state"]],
            "状态日期": found["state_on"],
            "经办单位": found["unit"],
            "处理结果": [lead_labels.RESULTS.get(each, "") for each in found["result"]],
            "案号": found["case_number"],
            "立案日期": found["filed_on"],
            "办结日期": found["closed_on"],
            "罚款（元）": found["fined_yuan"],
            "没收（元）": found["confiscated_yuan"],
            "挽回损失（元）": found["recovered_yuan"],
            "移送至": found["transferred_to"],
        }
    )
    return Sheet(
        "线索",
        lambda: iter([frame]),
        definitions=(("性质", NOTE),),
        total=len(frame),
        note=f"可见范围内、当前筛选下的线索{len(frame):,}条",
    )
