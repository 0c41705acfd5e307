"""新词碰撞: words that are new against their own past, why, and what people decide about them."""

from dataclasses import replace

import streamlit as st

from pages.components import (
    access,
    address,
    choices,
    data,
    exports,
    findings_data,
    new_word_detail,
    new_word_export,
    new_word_table,
    panels,
    render,
    store,
    word_evidence,
)
from pages.components.panels import Click
from pages.components.selection_bar import selection_bar
from queries.selection import Comparison, Selection
from queries.vocabulary import DecisionKind

viewer = access.require("new_words")
scope = viewer.scope
asked = address.query()

selection = selection_bar(scope, compares=False, link=("pages/hot_words.py", "涉诉热词"))
if not findings_data.new_words_are_known():
    st.info("新词尚未识别，请管理员运行刷新任务。", icon=":material/search_off:")
    st.stop()
counted = replace(selection, period=Selection().period, comparison=Comparison.NONE)
found = findings_data.new_words(counted, scope)
st.caption(render.as_label(new_word_table.base_text(found)))
if found.search.baseline is None:
    st.info(new_word_table.TOO_SHORT, icon=":material/hourglass_empty:")

decisions = new_word_table.by_word(store.decisions(DecisionKind.WORD))
frame = new_word_table.judged(found, decisions)
pending = new_word_table.pending(found, decisions)
exports.offer(
    lambda: new_word_export.sheets(counted, scope),
    selection=selection,
    scope=scope,
    totals=data.totals(selection, scope, measures=("submissions",)),
    name="新词碰撞",
    key="export",
    compares=False,
)

left, right = st.columns([46, 54], gap="small")
with left:
    state = choices.choose("state", new_word_table.states(frame), asked, label="研判状态")
    listed = new_word_table.narrowed(frame, state)
    known = listed["word"].head(new_word_table.ROWS).to_list()
    word = asked.get("word", "")
    # A word just decided about leaves the list, and stays in sight until another is chosen.
    if word not in frame["word"].to_list():
        word = known[0] if known else ""

    def clicked(click: Click) -> None:
        """Show another word."""
        if click.board == new_word_table.KEY and click.code in known:
            address.go(word=click.code)

    panels.show(
        "ranking",
        new_word_table.content(listed, found, chosen=word, pending=pending),
        key="new_words",
        on_click=clicked,
    )
    st.caption(new_word_table.METHOD)
with right:
    if not word:
        st.caption("该范围内没有符合条件的新词。可放宽筛选条件或换一种研判状态。")
        st.stop()
    record = frame[frame["word"] == word].iloc[0].to_dict()
    of_word = new_word_detail.selection_of(record, found, counted)
    new_word_detail.show_head(record, of_word)
    new_word_detail.show_decision(
        viewer, word, decisions.get(word.lower()), pending=word.lower() in pending
    )
    st.markdown("**例句**")
    word_evidence.show_sentences(of_word, scope, word, key="sentences")
    st.markdown("**涉及的主体、商品、问题和区域** :small[自首见之日起，点击筛选]")
    new_word_detail.show_around(of_word, scope)
    if data.words_are_known():
        around = new_word_detail.beside(of_word, scope, word)
        if around:
            st.markdown(f"**常与之同现的词** {render.as_label('、'.join(around))}")
