"""诉求标签: which tags submissions have by keyword rules, what proves it, and the rules themselves."""

import streamlit as st

from pages.components import (
    access,
    address,
    data,
    exports,
    findings_data,
    own_tags,
    panels,
    tag_form,
    tag_list,
)
from pages.components.panels import Click
from pages.components.selection_bar import selection_bar

viewer = access.require("tags")
scope = viewer.scope
asked = address.query()

if not findings_data.tags_are_known():
    st.info("诉求标签尚未随数据更新，请管理员运行刷新任务。", icon=":material/search_off:")
    st.stop()
selection = selection_bar(scope, link=("pages/submissions.py", "查看诉求明细"))
found = findings_data.tags(selection, scope)
known = own_tags.known()
ranking = tag_list.counted(found, known)
exports.offer(
    lambda: tag_list.sheets(findings_data.tags(selection, scope), own_tags.known()),
    selection=selection,
    scope=scope,
    totals=data.totals(selection, scope, measures=("submissions",)),
    name="诉求标签",
    key="export",
)
wanted = [asked.get("tag_shown", ""), *selection.members("tag"), *ranking["tag"].tolist()]
chosen = next((each for each in wanted if each in known), "")
editing = own_tags.may_decide(viewer) and asked.get("edit", "")


def clicked(click: Click) -> None:
    """Show the tag of a row."""
    if click.code in known:
        address.go(tag_shown=click.code, edit=None)


left, right = st.columns([42, 58], gap="medium")
with left:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**标签排名** 点击一行看规则和诉求", width="content")
        if own_tags.may_decide(viewer):
            st.button(
                "新建标签",
                icon=":material/add:",
                type="tertiary",
                on_click=lambda: address.go(edit=tag_form.NEW),
            )
            st.button(
                "修改所选标签",
                icon=":material/edit:",
                type="tertiary",
                disabled=not chosen,
                on_click=lambda: address.go(tag_shown=chosen, edit="1"),
            )
    panels.show(
        "grid",
        tag_list.content(ranking, selection, chosen=chosen, compares=found.compared is not None),
        key="tags",
        on_click=clicked,
    )
    st.caption(tag_list.base_text(found))
    st.caption(
        "标签按关键词规则自动打上，规则为本系统设定，可由能查看全部数据的研判分析员、执法人员维护；"
        "标签只提示内容，不是对事实的认定。"
    )
with right:
    if editing == tag_form.NEW:
        tag_form.show(viewer, None, known, selection, scope)
    elif editing and chosen:
        tag_form.show(viewer, known[chosen], known, selection, scope)
    elif chosen in known:
        tag_list.show_detail(known[chosen], selection, scope)
