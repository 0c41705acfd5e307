"""One submission by its own address: course, text, fields, and what belongs with it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import streamlit as st

from pages.components import (
    address,
    course,
    data,
    findings_data,
    listing,
    own_tags,
    panels,
    record,
    render,
    repeat_form,
    repeat_groups,
    tables,
    wording,
)
from pages.components.tables import Cell
from queries.scope import Scope
from queries.selection import Period, Selection

OTHERS = 10
"""Other submissions against the same operator that are listed, newest first."""

_OTHER_CELLS = (
    Cell("登记时间", (("registered_at",), ("kind", "status")), width=128),
    Cell("问题", (("issue_type",), ("county_code",)), width=96),
    Cell("具体问题", (("narrative",),)),
)


def show(submission_id: str, scope: Scope) -> None:
    """Draw the submission, or that there is none to be seen."""
    panels.compact()
    st.button(
        "返回列表",
        icon=":material/arrow_back:",
        on_click=lambda: address.go(id=None),
        key="back",
    )
    found = data.submission(scope, submission_id=submission_id)
    if found is None:
        # Also where it exists outside the viewer's scope: both must look the same.
        st.warning(
            f"没有登记编号为“{render.as_label(submission_id)}”的诉求，或该件不在您的可见范围内。",
            icon=":material/search_off:",
        )
        return
    _heading(found)
    _tags(submission_id, scope)
    panels.show(
        "course",
        {"steps": [asdict(each) for each in course.steps(found, as_of=data.status().last_day)]},
        key="course",
    )
    texts, fields = st.columns([44, 56], gap="medium")
    with texts:
        _text("标题", found, "title")
        _text("具体问题", found, "narrative")
        _text("反馈内容", found, "feedback")
        _linked(found)
        repeat_groups.show_links(str(found["submission_id"]), scope)
        repeat_form.show_for_one(found)
        _others(found, scope)
    with fields:
        panels.show("fields", {"groups": record.groups(found)}, key="fields")


def _heading(found: Mapping[str, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(render.as_label(str(found["submission_id"])), anchor=False, width="content")
        st.badge(wording.label("kind", found["kind"]), color="blue")
        st.badge(wording.label("status", found["status"]), color="gray")


def _tags(submission_id: str, scope: Scope) -> None:
    given = findings_data.tags_of(scope, submission_id=submission_id)
    if not given:
        return
    names = own_tags.names()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(":small[按规则打上的标签]", width="content")
        for code in given:
            st.badge(render.as_label(names.get(code, code)), color="violet")


def _text(label: str, found: Mapping[str, Any], name: str) -> None:
    value = found.get(name)
    if not tables.is_missing(value):
        st.markdown(f"**{label}**")
        st.text(str(value))


def _linked(found: Mapping[str, Any]) -> None:
    linked = found.get("linked_id")
    if tables.is_missing(linked):
        return
    st.markdown("**关联诉求**　同一诉求拆分办理的另一件")
    st.button(
        render.as_label(str(linked)),
        icon=":material/link:",
        on_click=lambda: address.go(id=str(linked)),
        key="linked",
    )


def _others(found: Mapping[str, Any], scope: Scope) -> None:
    operator = found.get("operator_id")
    if tables.is_missing(operator):
        return
    theirs = Selection(period=Period("all")).with_filter("operator", [str(operator)])
    page = data.submissions(theirs, scope, page=1, page_size=OTHERS + 1)
    frame = page.frame[page.frame["submission_id"] != found["submission_id"]].head(OTHERS)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**同一主体的其他诉求**　共{page.total - 1:,}件", width="content")
        st.page_link(
            "pages/operator.py",
            label="一企一档",
            icon=":material/badge:",
            query_params={"id": str(operator)},
        )
    if frame.empty:
        return
    panels.show(
        "table", tables.content(frame, _OTHER_CELLS), key="others", on_click=listing.clicked
    )
