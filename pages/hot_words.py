"""涉诉热词: which words submissions speak of, which rise, and where they come from."""

import streamlit as st

from pages.components import (
    access,
    address,
    choices,
    data,
    explorer_clicks,
    exports,
    judgement,
    newest,
    palettes,
    panels,
    ranking_export,
    ranking_limits,
    ranking_table,
    render,
    word_cloud,
    word_courses,
    word_evidence,
    word_keyness,
    word_sources,
)
from pages.components.selection_bar import selection_bar

viewer = access.require("hot_words")
scope = viewer.scope
asked = address.query()
colours = palettes.current()

selection = selection_bar(scope, link=("pages/submissions.py", "查看诉求明细"))
if not data.words_are_known():
    st.info("热词尚未提取，请管理员运行刷新任务。", icon=":material/search_off:")
    st.stop()
judgement.show(selection, scope)
terms = selection.text.split()
view = word_cloud.VIEW
clicked = explorer_clicks.on_board([view], scope)
ranking = word_cloud.guarded(ranking_limits.read(asked, measures=("submissions",)))
words = word_cloud.fetch_cloud(selection, scope, by=word_cloud.size(asked))
found = ranking_table.fetch(
    view, selection, scope, ranking, largest=word_cloud.largest(words, ranking, selection, asked)
)

totals = data.totals(selection, scope, measures=("submissions",))
exports.offer(
    lambda: [
        *ranking_export.sheets(view, selection, scope, ranking),
        *word_keyness.sheets(selection, scope),
    ],
    selection=selection,
    scope=scope,
    totals=totals,
    name="涉诉热词",
    key="export",
)

left, right = st.columns([44, 56], gap="small")
with left:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**热词云** 字越大越多，点击即按该词搜索", width="content")
        size = choices.choose("cloud", word_cloud.SIZES, asked, label="热词云口径")
    drawn = word_cloud.cloud(words, by=size, palette=colours)
    if drawn is None:
        st.caption("该范围内没有符合条件的词。")
    else:
        render.show_clickable(
            exports.savable(
                drawn,
                name="热词云",
                caption=exports.caption(
                    totals, selection, scope, what="热词云", method=word_cloud.meaning(by=size)
                ),
            ),
            key="cloud",
            height="344px",
            on_click=lambda code: clicked(panels.Click("toggle", view.board.key, code)),
        )
    st.caption(word_cloud.note(words, by=size))
    st.markdown(f"**走势** {word_courses.title(terms)}")
    courses = word_courses.courses(found, selection, scope)
    if not courses.to_numpy().any():
        st.caption("该范围内没有记录。")
    else:
        render.show(
            exports.savable(
                word_courses.course_chart(courses, unit="件", palette=colours),
                name="热词走势",
                caption=exports.caption(
                    totals,
                    selection,
                    scope,
                    what="热词走势，诉求量",
                    days=word_courses.days(found, selection),
                    method=word_cloud.meaning(),
                ),
            ),
            key=f"courses_{selection.period.code}_{len(courses.columns)}".replace(".", "_"),
            height=264,
        )
with right:
    ranking_table.show(found, view, selection, scope, key="ranking")
    if ranking.at_least != ranking_limits.read(asked, measures=("submissions",)).at_least:
        st.caption(
            f"按增幅排序时只列本期不少于{ranking.at_least}件的词（本系统设定），避免小基数误导。"
        )

if terms:
    network, sentences = st.columns([44, 56], gap="small")
    with network:
        st.markdown(f"**同现网络** 与“{render.as_label(terms[0])}”同现的词")
        word_evidence.show_network(selection, scope, terms[0], palette=colours, key="network")
    with sentences:
        st.markdown(f"**例句** 含“{render.as_label(terms[0])}”的句子，点击查看该件诉求")
        word_evidence.show_sentences(selection, scope, terms[0], key="sentences")
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    st.markdown("**显著性** 与偶然波动区分开的词，点击即按该词搜索", width="content")
    offered = word_keyness.CLOSED if terms else word_keyness.LENSES
    lens = choices.choose("lens", offered, asked, label="比较方式")
word_keyness.show(lens, selection, scope, terms=terms, on_click=clicked)

sources = word_sources.views(asked, selection, scope)
if terms:
    st.markdown("**来源分布** 含所搜词的诉求来自哪里，点击继续筛选")
    word_sources.show_boards(sources, selection, scope)
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    st.markdown("**分区域、分行业热词** 点击成员名称筛选", width="content")
    spread = choices.choose("by", word_sources.SPREADS, asked, label="展开方式")
if spread in sources:
    panels.show(
        "grid",
        word_sources.spread(sources[spread], selection, scope),
        key=f"spread_{spread}",
        on_click=word_sources.on_member(scope),
    )
newest.show(selection, scope, key="newest")
