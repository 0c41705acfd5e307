"""案源线索: candidates, batches handed over, leads on their way, and the chain from signal to penalty."""

from functools import partial

import streamlit as st

from pages.components import (
    access,
    address,
    choices,
    lead_batch_view,
    lead_candidates,
    lead_cases,
    lead_chain_view,
    lead_course,
    lead_data,
    lead_detail,
    lead_export,
    lead_labels,
    lead_outcome_file,
    lead_picking,
    lead_saving,
    lead_store,
    page_links,
    page_tools,
    paging,
    panels,
    render,
)

PARTS = {"found": "候选线索", "batches": "移送批次", "leads": "线索办理", "chain": "统计链"}

viewer = access.require("leads")
scope = viewer.scope
asked = address.query()
page_links.leave_if_opened()
panels.compact()

if not lead_store.sees_leads(scope):
    st.info("线索汇总各类诉求，可见范围限定类型或单位时不显示。", icon=":material/visibility_off:")
    st.stop()
with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    part = choices.choose(
        "part", PARTS, asked, label="内容", drops=("page", "candidate", "lead", "state")
    )
    page_tools.place()
lead_export.offer(viewer, part, asked)

if part == "chain":
    lead_chain_view.show(scope, asked)
elif part == "batches":
    found = lead_store.batches(scope)
    listed = found["batch_id"].tolist()
    batch = paging.row_number(asked, "batch")
    chosen = batch if batch in listed else next(iter(listed), None)
    left, right = st.columns([42, 58], gap="medium")
    with left:
        lead_batch_view.show_list(found, chosen=chosen)
    with right:
        if chosen is None:
            st.info("还没有批次：在“候选线索”中挑选并列入批次。", icon=":material/playlist_add:")
        else:
            lead_batch_view.show(viewer, found[found["batch_id"] == chosen].iloc[0].to_dict())
elif part == "leads":
    lead_saving.show()
    found = lead_course.show_filter(scope, asked)
    named = asked.get("lead", "")
    number = paging.row_number(asked, "lead")
    left, right = st.columns([56, 44], gap="medium")
    with left:
        first = paging.first(asked, len(found), lead_course.PAGE_SIZE)
        lead_course.show_list(found, first=first, chosen=number)
        paging.choose_if_many(asked, len(found), lead_course.PAGE_SIZE, key="leads.page")
        if lead_store.may_write(viewer):
            lead_outcome_file.show(viewer)
    with right:
        lead = None if number is None else lead_store.lead(scope, number)
        if lead is None:
            told = "没有这条线索，或不在您的可见范围内。" if named else "点击一条线索查看办理过程。"
            st.info(told, icon=":material/search_off:" if named else ":material/touch_app:")
        else:
            lead_course.show_heading(lead)
            lead_course.show_course(scope, lead)
            lead_course.show_next(viewer, lead)
            lead_course.show_outcome(viewer, lead)
            held = lead_store.evidence(scope, [lead["lead_id"]])
            matter = lead_detail.of_lead(scope, lead, lead_data.evidence(scope, held))
            lead_detail.show(
                matter,
                scope,
                asked,
                basis=partial(lead_course.show_basis, viewer, lead),
            )
elif not lead_data.are_known():
    st.info("候选线索尚未随数据更新，请管理员运行刷新任务。", icon=":material/search_off:")
else:
    candidates = lead_data.candidates(scope)
    left, right = st.columns([56, 44], gap="medium")
    with left:
        kept = lead_candidates.filters(candidates, asked)
        first = paging.first(asked, len(kept), lead_candidates.PAGE_SIZE)
        shown = kept.iloc[first : first + lead_candidates.PAGE_SIZE]
        codes = set(kept["candidate_id"])
        code = asked.get("candidate", "")
        if code not in codes and len(shown):
            code = str(shown["candidate_id"].iloc[0])
        panels.show(
            "grid",
            lead_candidates.content(
                shown, first=first + 1, chosen=code, pickable=lead_store.may_write(viewer)
            ),
            key="candidates",
            on_click=lead_candidates.clicked,
        )
        paging.choose_if_many(asked, len(kept), lead_candidates.PAGE_SIZE, key="candidates.page")
        lead_picking.show_basket(viewer, candidates, kept)
        lead_picking.show_dismissed(viewer)
        st.caption(lead_candidates.base_text(candidates, len(kept)))
    with right:
        if code in codes:
            row = lead_candidates.one(kept, code)
            st.markdown(
                f"**{render.as_label(str(row['operator_name']))}**　疑似"
                f"{lead_labels.conduct(str(row['conduct']))}"
            )
            lead_picking.show_earlier(row)
            lead_picking.show_dismissal(viewer, row)
            evidence = lead_data.candidate_evidence(scope, [code])
            matter = lead_detail.Matter(
                row,
                lead_data.candidate_signals(scope, [code]),
                evidence,
                lead_cases.case_of(scope, row, evidence),
            )
            lead_detail.show(matter, scope, asked)
