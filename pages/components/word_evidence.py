"""The sentences that show a word, and the words around it; each leads to the submissions."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from analytics.cooccurrence import MAX_NODES, MIN_TEXTS, Network, network_around
from analytics.new_words import find_sentences
from analytics.segmentation import WordIndex
from pages.components import (
    address,
    data,
    exports,
    findings_data,
    listing,
    panels,
    render,
    tables,
    wording,
)
from pages.components.palettes import Palette
from pages.components.panels import Click
from pages.components.render import Option
from pages.components.tables import Cell
from queries.scope import Scope
from queries.selection import Comparison, Selection

SENTENCES = 12
"""Sentences shown; ours."""

READ = 100
"""Newest submissions in which they are looked for; ours."""

NODES = 25
"""Words in the network; ours, fewer than `analytics.cooccurrence.MAX_NODES`, for half a screen."""

TOP = 34
"""Pixels above the network, for the button that saves the picture; its width follows from its height
and the places of its words, as a width of its own would draw circles as ellipses."""

CELLS = (
    Cell("登记时间", (("registered_at",), ("county_code",)), width=118),
    Cell("主体与问题", (("operator_name",), ("issue_type",)), width=170),
    Cell("含该词的句子", (("narrative",),)),
)

_OPENED = "word_evidence.opened"


def show_sentences(selection: Selection, scope: Scope, term: str, *, key: str) -> None:
    """Draw sentences of the newest submissions that hold a term; a click opens the submission.

    Parameters
    ----------
    selection
        With the term in its text query.
    """
    opened = st.session_state.pop(_OPENED, None)
    if isinstance(opened, str):
        st.switch_page("pages/submissions.py", query_params={"id": opened})
    frame = data.submissions(selection, scope, page=1, page_size=READ).frame
    found = find_sentences(frame["narrative"], term, limit=SENTENCES)
    if found.empty:
        st.caption(f"最近{len(frame)}件的具体问题中没有含该词的句子。")
        return
    shown = frame.iloc[found["position"].to_list()].reset_index(drop=True)
    shown["narrative"] = found["sentence"]
    panels.show(
        "table",
        tables.content(listing.named(shown), CELLS, marked=[term]),
        key=key,
        on_click=_clicked,
    )
    st.caption(
        f"取最近{len(frame)}件中的例句，前后文相同的（如格式信函）只列一句；点击任一行查看该件诉求。"
    )


def _clicked(click: Click) -> None:
    if click.act == "open":
        st.session_state[_OPENED] = click.code


def fetch_network(selection: Selection, scope: Scope, term: str) -> Network | None:
    """Return the words around a term in the newest submissions; None if none of them holds it."""
    pairs = findings_data.word_pairs(
        replace(selection, text="", comparison=Comparison.NONE), scope, term=term
    )
    if not pairs.with_word:
        return None
    index = WordIndex(pairs.words, pairs.text_numbers, pairs.word_numbers)
    return network_around(
        index, pairs.words[0], text_count=pairs.text_count, max_nodes=min(NODES, MAX_NODES)
    )


def note(found: Network) -> str:
    """Return what the network is counted in, for the page."""
    return f"{method(found, word=render.as_label(str(found.nodes.index[0])))}；点击词语按该词搜索。"


def method(found: Network, *, word: str) -> str:
    """Return what the network is counted in; ``word`` as it is to be written."""
    middle = found.nodes.iloc[0]
    return (
        f"在所选范围最近{found.text_count:,}件诉求中，{wording.count(middle['texts'])}的具体问题按字面含“{word}”。"
        f"连线表示两词同现于一件的次数明显多于偶然（对数似然比，p<0.001，至少{MIN_TEXTS}件，本系统设定），"
        "圆越大同现越多，颜色为词群"
    )


def network_chart(found: Network, *, palette: Palette) -> Option:
    """Draw the words around a word; the code of a node is its word."""
    most = max(int(found.nodes["together"].max()), 1)
    nodes: list[dict[str, Any]] = []
    for number, (word, row) in enumerate(found.nodes.iterrows()):
        share = float(row["together"]) / most
        group = int(row["community"])
        colour = palette.text if number == 0 else palette.series[group % len(palette.series)]
        nodes.append(
            {
                "id": str(number),
                "name": str(word),
                "code": str(word),
                "x": float(row["x"]) * 300,
                "y": float(row["y"]) * 220,
                "symbolSize": 30 if number == 0 else 8 + 16 * share**0.5,
                "itemStyle": {"color": colour},
                "label": {"fontWeight": 700 if number == 0 else 400},
                "tooltip": {"formatter": _hint(str(word), row, number)},
            }
        )
    places = {str(word): str(number) for number, word in enumerate(found.nodes.index)}
    strongest = float(found.edges["g2"].max()) if len(found.edges) else 1.0
    links = [
        {
            "source": places[one],
            "target": places[two],
            "lineStyle": {"width": 0.6 + 3 * (strength / strongest) ** 0.5},
            "tooltip": {"formatter": f"{one} 与 {two}\n同现{texts:,}件"},
        }
        for one, two, texts, strength in zip(
            *(found.edges[name].to_list() for name in ("word", "other", "texts", "g2")),
            strict=True,
        )
    ]
    return {
        "tooltip": {"textStyle": {"fontSize": 12}},
        "series": [
            {
                "type": "graph",
                "layout": "none",
                "top": TOP,
                "bottom": 24,
                "roam": False,
                "label": {
                    "show": True,
                    "position": "right",
                    "fontSize": 12,
                    "color": palette.text,
                },
                "labelLayout": {"hideOverlap": True},
                "lineStyle": {"color": palette.line, "opacity": 0.9},
                "emphasis": {"focus": "adjacency"},
                "data": nodes,
                "links": links,
            }
        ],
    }


def _hint(word: str, row: pd.Series, number: int) -> str:
    told = f"{word}\n{row['texts']:,.0f}件"
    return told if number == 0 else f"{told}，同现{row['together']:,.0f}件"


def on_node(found: Network, scope: Scope) -> Callable[[str], None]:
    """Return the answer to a click on a word of the network: it is searched for instead."""
    known = frozenset(str(word) for word in found.nodes.index)

    def clicked(code: str) -> None:
        if code in known:
            address.go(replace(address.current(scope), text=code))

    return clicked


def show_network(
    selection: Selection, scope: Scope, term: str, *, palette: Palette, key: str
) -> None:
    """Draw the network around a term."""
    found = fetch_network(selection, scope, term)
    if found is None or len(found.nodes) < 2:
        st.caption("所选范围最近的诉求中，没有与该词明显同现的词。")
        return
    counted = replace(selection, text="", comparison=Comparison.NONE)
    caption = exports.caption(
        data.totals(counted, scope, measures=("submissions",)),
        counted,
        scope,
        what=f"与“{term}”同现的词",
        method=method(found, word=str(found.nodes.index[0])),
    )
    chart = network_chart(found, palette=palette)
    chart["series"][0]["bottom"] = exports.height_of(caption) + exports.CAPTION_HEIGHT
    render.show_clickable(
        exports.savable(chart, name="同现网络", caption=caption),
        key=key,
        height=f"{330 + exports.height_of(caption)}px",
        on_click=on_node(found, scope),
    )
    st.caption(note(found))
