"""Keyword rules: grammar, normal form, matching against a naive reading, highlights, guards."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.keyword_rules import Role, RuleError, compile_rules
from analytics.rule_errors import MAX_DEPTH, MAX_KEYWORD, MAX_RULE, Fault, RuleSyntaxError
from analytics.rule_parser import parse_rule
from analytics.rule_syntax import (
    GAP,
    And,
    AtLeast,
    Keyword,
    Near,
    Node,
    Not,
    Or,
    Sequence,
    fold,
    format_rule,
    holds_without_words,
)

SENTENCE_END = re.compile("[\0\n。！？；!?;]")


def matched(rule: str, *texts: str, guarded: bool = False) -> list[bool]:
    rules = compile_rules({"r": rule}, guarded=["r"] if guarded else ())
    found = set(rules.match(pd.Series(list(texts), dtype=object)).frame["text"])
    return [position in found for position in range(len(texts))]


# A second, slow reading of rules, written without positions in joined texts.


def places(word: str, text: str) -> list[tuple[int, int]]:
    word, text = fold(word), fold(text)
    return [
        (at, at + len(word)) for at in range(len(text) - len(word) + 1) if text.startswith(word, at)
    ]


def follows(text: str, end: int, start: int, within: int) -> bool:
    return 0 <= start - end <= within and not SENTENCE_END.search(text[end:start])


def chains(node: Sequence, text: str) -> int:
    ends = [end for _, end in places(node.words[0], text)]
    for word, gap in zip(node.words[1:], node.gaps, strict=True):
        ends = [
            after
            for start, after in places(word, text)
            if any(follows(text, end, start, gap) for end in ends)
        ]
    return len(ends)


def near(node: Near, text: str) -> bool:
    left = [span for word in node.left for span in places(word, text)]
    right = [span for word in node.right for span in places(word, text)]
    return any(
        follows(text, a[1], b[0], node.within)
        or (not node.ordered and follows(text, b[1], a[0], node.within))
        for a in left
        for b in right
    )


def holds(node: Node, text: str) -> bool:
    match node:
        case Keyword(word, at_least):
            found = len(places(word, text)) >= at_least
        case Sequence():
            found = chains(node, text) >= node.at_least
        case Near():
            found = near(node, text)
        case Not(item):
            found = not holds(item, text)
        case And(items):
            found = all(holds(item, text) for item in items)
        case Or(items):
            found = any(holds(item, text) for item in items)
        case AtLeast(least, items):
            found = sum(holds(item, text) for item in items) >= least
    return found


LETTERS = '退款费充值AＡ或且非不,，*"”> 1[]（)'
WORDS = (
    st.text(LETTERS, min_size=1, max_size=4)
    .filter(str.strip)
    .filter(lambda word: any(closing not in word for closing in '"”」'))
)
NUMBERS = st.integers(1, 12)
KEYWORDS = st.builds(Keyword, WORDS, st.integers(1, 3))
SEQUENCES = st.lists(st.tuples(WORDS, NUMBERS), min_size=2, max_size=3).map(
    lambda parts: Sequence(
        tuple(word for word, _ in parts), tuple(gap for _, gap in parts[1:]), parts[0][1] % 2 + 1
    )
)
SIDES = st.lists(WORDS, min_size=1, max_size=3).map(tuple)
NEARS = st.builds(Near, SIDES, SIDES, NUMBERS, st.booleans())


def several(inner: st.SearchStrategy[Node], kind: type) -> st.SearchStrategy[Node]:
    other = inner.map(lambda node: Not(node) if isinstance(node, kind) else node)
    return st.lists(other, min_size=2, max_size=4).map(lambda items: kind(tuple(items)))


def denied(node: Node) -> Node:
    return node if isinstance(node, Not) else Not(node)


def joined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        several(inner, And),
        several(inner, Or),
        inner.map(denied),
        st.lists(inner, min_size=2, max_size=4).flatmap(
            lambda items: st.integers(1, len(items)).map(lambda k: AtLeast(k, tuple(items)))
        ),
    )


def demanding(node: Node) -> Node:
    if not holds_without_words(node):
        return node
    return And((Keyword("退"), *(node.items if isinstance(node, And) else (node,))))


NODES = st.recursive(st.one_of(KEYWORDS, SEQUENCES, NEARS), joined, max_leaves=8).map(demanding)
TEXTS = st.text("退款费充值aA或不。 \n1", max_size=30)


@given(NODES)
def test_normal_form_reads_back_as_the_same_rule(node):
    assert parse_rule(format_rule(node)) == node


@given(NODES, st.lists(TEXTS, min_size=1, max_size=5))
def test_matching_agrees_with_a_reading_text_by_text(node, texts):
    assert matched(format_rule(node), *texts) == [holds(node, text) for text in texts]


@given(st.text(LETTERS + "且或非至少2邻近；", max_size=30))
def test_any_text_is_a_rule_or_a_clear_error(text):
    found: RuleSyntaxError | None = None
    try:
        node = parse_rule(text)
    except RuleSyntaxError as error:
        found = error
    if found is None:
        assert parse_rule(format_rule(node)) == node
    else:
        assert 0 <= found.position <= len(text)
        assert text.startswith(found.found, found.position)


@pytest.mark.parametrize(
    ("rule", "normal"),
    [
        (
            "(预付卡 OR 充值) AND (退费 or 退款) NOT 话费",
            "(预付卡 或 充值) 且 (退费 或 退款) 且 非 话费",
        ),
        (
            "（预付卡、充值）且（退费 | 退款）非 话费",
            "(预付卡 或 充值) 且 (退费 或 退款) 且 非 话费",
        ),
        ("充值*退", "充值*退"),
        ("充值[3]退≥２", "充值[3]退>=2"),
        ("充值 NEAR/8 (退费 OR 退款)", "充值 邻近8 (退费 或 退款)"),
        ("甲 先后 乙", "甲 先后10 乙"),
        ("至少2（甲 或 乙；丙；丁 且 戊）", "至少2 (甲 或 乙；丙；丁 且 戊)"),
        ("至少2（甲 或 乙 或 丙）", "至少2 (甲；乙；丙)"),
        ("“AI 课” 或 「或」", '"AI 课" 或 "或"'),
        ("((甲))", "甲"),
        ("甲 且 !!乙", "甲 且 乙"),
    ],
)
def test_ways_of_writing(rule, normal):
    assert format_rule(parse_rule(rule)) == normal


@pytest.mark.parametrize(
    ("rule", "fault", "position", "found"),
    [
        ("", Fault.EMPTY, 0, ""),
        ("  ", Fault.EMPTY, 0, "  "),
        ("甲 乙", Fault.NO_OPERATOR, 2, "乙"),
        ("甲 且", Fault.NO_KEYWORD, 3, ""),
        ("且 甲", Fault.NO_KEYWORD, 0, "且"),
        ("甲 或 and 乙", Fault.NO_KEYWORD, 4, "and"),
        ("(甲 或 乙", Fault.UNCLOSED_BRACKET, 0, "("),
        ("甲)", Fault.UNOPENED_BRACKET, 1, ")"),
        ("甲 或 “乙", Fault.UNCLOSED_QUOTE, 4, "“乙"),
        ("甲且乙", Fault.GLUED_OPERATOR, 0, "甲且乙"),
        ("甲，乙", Fault.BAD_CHARACTER, 1, "，"),
        ("甲 或 乙 非 丙", Fault.MIXED_OPERATORS, 6, "非"),
        ("甲 且 乙 或 丙", Fault.MIXED_OPERATORS, 6, "或"),
        ("甲[x]乙", Fault.BAD_NUMBER, 1, "[x]乙"),
        ("甲[201]乙", Fault.BAD_NUMBER, 1, "[201]乙"),
        ("至少3（甲；乙）", Fault.BAD_NUMBER, 0, "至少3"),
        ("甲*", Fault.BAD_GAP, 1, "*"),
        ("*甲", Fault.BAD_GAP, 0, "*"),
        ("(甲 且 乙) 邻近5 丙", Fault.NEAR_OPERAND, 0, "("),
        ("非 甲", Fault.HOLDS_ALWAYS, 0, "非 甲"),
        ("甲 或 非 乙", Fault.HOLDS_ALWAYS, 0, "甲 或 非 乙"),
        ('""', Fault.NO_KEYWORD, 0, '""'),
        ("甲" * (MAX_KEYWORD + 1), Fault.KEYWORD_TOO_LONG, 0, "甲" * (MAX_KEYWORD + 1)),
        ("甲 或 " * MAX_RULE, Fault.RULE_TOO_LONG, MAX_RULE, ("甲 或 " * MAX_RULE)[MAX_RULE:]),
        ("(" * 5_00 + "甲" + ")" * 500, Fault.TOO_DEEP, 60, "("),
    ],
)
def test_errors_say_where_and_what(rule, fault, position, found):
    with pytest.raises(RuleSyntaxError) as caught:
        parse_rule(rule)
    error = caught.value
    assert (error.fault, error.position, error.found) == (fault, position, found)
    assert f"({fault})" in str(error)


def test_a_rule_may_not_have_too_many_levels():
    rule = "甲"
    for level in range(MAX_DEPTH - 1):
        rule = f"乙 {'且' if level % 2 else '或'} ({rule})"
    parse_rule(rule)
    with pytest.raises(RuleSyntaxError) as caught:
        parse_rule(f"至少1（丙；{rule}）")
    assert caught.value.fault is Fault.TOO_DEEP


def test_the_example_of_the_manual():
    rule = "(预付卡 OR 充值 OR 会员卡) AND (退费 OR 退款) NOT 话费"
    texts = ["充值后不予退费", "充值话费，申请退费", "会员卡不能用", "要求退款"]
    assert matched(rule, *texts) == [True, False, False, False]


def test_width_case_and_script_do_not_matter_and_positions_stay():
    text = "辦理ＡＩ課，花３千元"
    rules = compile_rules({"ai": "ai课"})
    (mark,) = rules.highlight(text)
    assert text[mark.start : mark.end] == "ＡＩ課"


def test_gaps_stay_within_a_sentence_and_a_text():
    assert matched(
        "充值*退",
        "充值三千元不退",
        "充值。退",
        "充值" + "一" * GAP + "退",
        "充值" + "一" * (GAP + 1) + "退",
    ) == [True, False, True, False]
    assert matched("甲 邻近3 乙", "甲", "乙", "甲12乙", "乙甲", "甲1\n乙", "甲1.5乙") == [
        False, False, True, True, False, True,
    ]  # fmt: skip
    assert matched("甲 先后3 乙", "乙甲", "甲乙") == [False, True]


def test_hits_that_share_characters_are_not_near():
    assert matched("退款 邻近5 款项", "退款项", "退款 款项") == [False, True]


def test_least_counts():
    assert matched("退款>=2", "退款", "退款退款", "哈退款，再退款") == [False, True, True]
    assert matched("至少2（甲；乙；丙 或 丁）", "甲", "甲甲", "甲丁", "丙丁", "甲乙丙") == [
        False, False, True, False, True,
    ]  # fmt: skip


def test_the_guard_drops_what_is_denied():
    texts = [
        "所幸未受伤",
        "不幸受伤",
        "没有造成受伤",
        "有没有受伤",
        "未受伤，后来受伤了",
        "不受理伤",
    ]
    assert matched("受伤", *texts, guarded=True) == [False, True, False, True, True, False]
    assert matched("受伤", *texts) == [True, True, True, True, True, False]


def test_the_guard_is_each_rule_s_own():
    rules = compile_rules({"harm": "受伤", "plain": "受伤"}, guarded=["harm"])
    assert rules.match(pd.Series(["未受伤"])).frame["rule"].tolist() == ["plain"]


def test_highlights_say_what_each_stretch_did():
    rules = compile_rules({"r": "(退款 或 受伤) 非 话费"}, guarded=["r"])
    text = "退款，未受伤"
    roles = {text[mark.start : mark.end]: mark.role for mark in rules.highlight(text)}
    assert roles == {"退款": Role.COUNTED, "受伤": Role.NEGATED}
    assert rules.highlight("退话费的款") == []
    (mark,) = rules.highlight("退话费的款", rules=["r"])
    assert mark.role is Role.EXCLUDING
    with pytest.raises(KeyError):
        rules.highlight("退款", rules=["unknown"])


def test_reasons_name_the_parts_that_hold():
    reasons = compile_rules({"r": "甲 且 (乙 或 非 丙)"}).explain("r", "甲")
    assert [(each.depth, each.part, each.holds) for each in reasons] == [
        (0, "甲 且 (乙 或 非 丙)", True), (1, "甲", True), (1, "乙 或 非 丙", True),
        (2, "乙", False), (2, "非 丙", True), (3, "丙", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "texts", [[], [None], [np.nan, ""], ["退款"], ["退款"] * 3, ["no chinese"]]
)
def test_edges(texts):
    result = compile_rules({"r": "退款", "s": "退款 且 甲"}).match(pd.Series(texts, dtype=object))
    assert result.frame["text"].tolist() == [at for at, text in enumerate(texts) if text == "退款"]
    assert result.counts().to_dict() == {"r": texts.count("退款"), "s": 0}
    assert result.n_texts == len(texts)


def test_no_rules_match_nothing():
    assert compile_rules({}).match(pd.Series(["退款"])).frame.empty


def test_the_index_plays_no_part():
    rules = compile_rules({"r": "退款"})
    texts = pd.Series(["甲", "退款"], index=["x", "x"])
    assert rules.match(texts).frame["text"].tolist() == [1]


def test_odd_characters_do_no_harm():
    texts = ["退\0款", "\0退款", "\ud800退款", "退\u200b款", "\U0001f600退款"]
    assert matched("退款", *texts) == [False, True, True, False, True]
    with pytest.raises(RuleSyntaxError):
        parse_rule('"退\0款"')


def test_pieces_do_not_change_the_result(monkeypatch):
    texts = pd.Series(["充值" + "一" * (n % 13) + "退" for n in range(300)])
    rules = compile_rules({"r": "充值*退", "s": "充值[3]退 或 一>=5"})
    whole = rules.match(texts).frame
    monkeypatch.setattr("analytics.keyword_hits.CHUNK_CHARACTERS", 40)
    monkeypatch.setattr("analytics.keyword_hits.CHUNK_TEXTS", 7)
    pd.testing.assert_frame_equal(rules.match(texts).frame, whole)


def test_a_bad_rule_of_a_set_is_named():
    with pytest.raises(RuleError, match="'bad'") as caught:
        compile_rules({"good": "甲", "bad": "甲 乙"})
    assert (caught.value.code, caught.value.cause.position) == ("bad", 2)
    with pytest.raises(KeyError, match="unknown"):
        compile_rules({"good": "甲"}, guarded=["unknown"])


def test_thirty_rules_of_thirty_keywords_say_what_or_and_and_say():
    letters = np.array(
        list("退款费充值卡店家商品质量问题要求赔偿处理投诉举报消费者平台客服电话拒绝")
    )
    random = np.random.default_rng(0)
    words = ["".join(random.choice(letters, 2)) for _ in range(900)]
    sides = [(words[at : at + 20], words[at + 20 : at + 30]) for at in range(0, 900, 30)]
    rules = compile_rules(
        {f"r{n}": f"({' 或 '.join(a)}) 且 ({' 或 '.join(b)})" for n, (a, b) in enumerate(sides)}
    )
    texts = ["".join(row) for row in random.choice(letters, (1_000, 80))]
    expected = [
        (at, f"r{n}")
        for at, text in enumerate(texts)
        for n, (a, b) in enumerate(sides)
        if any(word in text for word in a) and any(word in text for word in b)
    ]
    assert 1_000 < len(expected) < 29_000
    found = rules.match(pd.Series(texts)).frame
    assert list(zip(found["text"], found["rule"], strict=True)) == expected
