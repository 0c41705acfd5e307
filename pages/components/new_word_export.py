"""New words as a table to take away."""

from collections.abc import Sequence

import pandas as pd

from pages.components import findings_data, new_word_table, store, wording
from pages.components.exports import Sheet
from queries.scope import Scope
from queries.selection import Selection
from queries.vocabulary import DecisionKind

_DEFINITIONS = (
    ("倍数", "窗口期含该词诉求的占比，为基准期占比的多少倍"),
    ("q值", "上升并非偶然的检验，仅在已列出的词之间作多重检验校正，偏乐观"),
    ("凝固度", "几个字总在一起的程度，自然对数；按全库文本计算"),
    ("左右邻字熵", "前后搭配的多样程度，自然对数；按全库文本计算"),
)


def sheets(selection: Selection, scope: Scope) -> Sequence[Sheet]:
    """Return every new word of the viewer's scope with figures and decision."""
    found = findings_data.new_words(selection, scope)
    decisions = new_word_table.by_word(store.decisions(DecisionKind.WORD))
    frame = new_word_table.judged(found, decisions)
    given = [decisions.get(str(word).lower()) for word in frame["word"]]
    places = [
        "" if pd.isna(code) else wording.label("region", str(code))
        for code in frame["first_county"]
    ]
    columns = pd.DataFrame(
        {
            "词语": frame["word"].astype(object),
            "近30天（件）": frame["count"],
            "此前（件）": frame["baseline_count"],
            "去年同期（件）": frame["last_year"],
            "不同文本（篇）": frame["texts"],
            "倍数": frame["rise"].astype("float64").round(2),
            "q值": frame["q_value"],
            "首见时间": frame["first_seen"],
            "首见区域": places,
            "首见登记编号": frame["first_id"],
            "凝固度": frame["cohesion"].round(3),
            "左邻字熵": frame["left_entropy"].round(3),
            "右邻字熵": frame["right_entropy"].round(3),
            "状态": [new_word_table.STATES.get(code, code) for code in frame["state"]],
            "研判人": ["" if each is None else each.decided_by for each in given],
            "研判说明": ["" if each is None else each.note for each in given],
        }
    )
    note = f"{new_word_table.base_text(found)}{new_word_table.METHOD}"
    return [Sheet("新词", columns, _DEFINITIONS, note=note)]
