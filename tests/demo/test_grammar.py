import datetime as dt

import numpy as np
import polars as pl
import pytest

from jobs.demo.catalogue import ASSETS, read_catalogue
from jobs.demo.choosing import Chooser, RaggedChooser, fit_margins
from jobs.demo.drawing import Draft, draw_rows
from jobs.demo.grammar import Grammar, GrammarError, Key
from jobs.demo.narratives import OUTCOMES, Writer
from jobs.demo.rows import BUYS, LETTERS, REGISTERS
from jobs.demo.vocabulary import measure_variety
from jobs.demo.world import build_world


def grammar(tmp_path, text):
    (tmp_path / "one.yaml").write_text(text, encoding="utf-8")
    return Grammar.read(tmp_path)


def expand(made, root="text", count=200, keys=None, resolve=None):
    return made.expand(
        root, count, keys=keys or {}, resolve=resolve or _nothing, rng=np.random.default_rng(0)
    ).to_list()


def _nothing(name, rows):
    raise AssertionError(name, rows)


def test_symbols_stand_for_one_of_their_patterns(tmp_path):
    made = grammar(tmp_path, "text: 我<verb>苹果\nverb: 买|吃\n")
    assert set(expand(made)) == {"我买苹果", "我吃苹果"}


def test_optional_parts_stand_in_their_share_of_texts(tmp_path):
    made = grammar(tmp_path, "text: 退款<thanks?25>\nthanks: 谢谢\n")
    texts = expand(made, count=4_000)
    assert texts.count("退款谢谢") / 4_000 == pytest.approx(0.25, abs=0.03)
    assert set(texts) == {"退款", "退款谢谢"}


def test_numbers_stay_in_their_range(tmp_path):
    made = grammar(tmp_path, "text: <3-5>天\n")
    assert set(expand(made)) == {"3天", "4天", "5天"}


def test_a_column_chooses_the_list(tmp_path):
    made = grammar(tmp_path, "text:\n  by: group\n  food: 霉了\n  any: 坏了\n")
    key = Key(("food", "shoes"), np.array([0, 1, 0]))
    assert expand(made, count=3, keys={"group": key}) == ["霉了", "坏了", "霉了"]


def test_no_list_for_a_key_is_no_text(tmp_path):
    made = grammar(tmp_path, "text: 甲<more>\nmore:\n  by: group\n  food: 乙\n")
    key = Key(("food", "shoes"), np.array([0, 1]))
    assert expand(made, count=2, keys={"group": key}) == ["甲乙", "甲"]


def test_values_come_from_the_row(tmp_path):
    made = grammar(tmp_path, "text: <shop>和<shop>|在<shop>\n")
    names = pl.Series([f"店{n}" for n in range(50)])
    texts = expand(made, count=50, resolve=lambda _, rows: names.gather(rows))
    assert set(texts) <= {f"店{n}和店{n}" for n in range(50)} | {f"在店{n}" for n in range(50)}
    for n, text in enumerate(texts):
        assert text in (f"店{n}和店{n}", f"在店{n}")


def test_a_circle_is_refused(tmp_path):
    with pytest.raises(GrammarError, match="circle"):
        grammar(tmp_path, "text: <more>\nmore: <text>\n")


def test_a_symbol_in_two_files_is_refused(tmp_path):
    (tmp_path / "two.yaml").write_text("text: 二\n", encoding="utf-8")
    with pytest.raises(GrammarError, match=r"two\.yaml.*text"):
        grammar(tmp_path, "text: 一\n")


def test_every_slot_of_the_shipped_grammar_can_be_filled():
    world = build_world(submissions=10, operators=10, months=1, seed=0, end=dt.date(2026, 1, 1))
    writer = Writer(world, _no_rows(), np.empty(0, dtype=np.int64), np.random.default_rng(0))
    assert world.catalogue.grammar.values() <= writer.slots()


def _no_rows():
    world = build_world(submissions=1, operators=1, months=1, seed=0, end=dt.date(2026, 1, 1))
    nothing = np.empty(0, dtype=np.int64)
    return draw_rows(world, Draft(nothing, nothing, nothing), np.random.default_rng(0))


def test_every_problem_and_group_has_words():
    catalogue = read_catalogue()
    symbols = catalogue.grammar.symbols
    for code in catalogue.issues.codes:
        symbol = symbols[{"C": "fault", "R": "tip", "Q": "question"}[code[0]]]
        assert code in symbol.lists, code
    assert set(catalogue.products.groups) <= set(symbols["defect"].lists)
    assert set(REGISTERS) <= set(symbols["text"].lists)
    assert set(OUTCOMES) == set(symbols["feedback"].lists)
    assert set(symbols["buy"].lists) - {"any"} <= set(BUYS)
    assert set(LETTERS) >= set(symbols["event"].lists) | set(symbols["serial"].lists)


def test_no_pattern_is_left_out_of_the_grammar():
    catalogue = read_catalogue()
    reached, waiting = set(), ["text", "title", "feedback", "again", "again_end"]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in catalogue.grammar.symbols:
            continue
        reached.add(name)
        patterns = catalogue.grammar.symbols[name].patterns
        waiting.extend(slot.name for pattern in patterns for slot in pattern.slots)
    assert set(catalogue.grammar.symbols) - reached == set()


def test_new_words_of_events_stand_nowhere_else():
    events = (ASSETS / "demo" / "events.yaml").read_text(encoding="utf-8")
    words = [
        line.split("word: ")[1].split(",")[0] for line in events.splitlines() if "word: " in line
    ]
    assert len(words) == 6
    others = [p for p in (ASSETS / "demo").rglob("*.*") if p.name != "events.yaml"]
    for path in others:
        text = path.read_text(encoding="utf-8")
        assert not [word for word in words if word in text], path.name


def test_choosers_follow_their_weights():
    chooser = Chooser.of([[1, 0, 3], [0, 1, 0]])
    uniform = np.array([0.0, 0.2499, 0.25, 0.999999])
    assert chooser.draw(np.zeros(4, dtype=np.int64), uniform).tolist() == [0, 0, 2, 2]
    assert chooser.draw(np.ones(4, dtype=np.int64), uniform).tolist() == [1, 1, 1, 1]


def test_a_group_without_weight_is_refused():
    with pytest.raises(ValueError, match="groups \\[1\\]"):
        Chooser.of([[1, 1], [0, 0]])


def test_ragged_groups_give_their_members_only():
    chooser = RaggedChooser.of(np.array([2, 0, 2]), np.array([1.0, 1.0, 3.0]), 3)
    group = np.array([0, 1, 2, 2, 2])
    uniform = np.array([0.5, 0.5, 0.0, 0.249, 0.26])
    assert chooser.draw(group, uniform).tolist() == [1, -1, 0, 0, 2]


def test_margins_fit_where_pairs_are_impossible():
    affinity = np.array([[1.0, 1.0], [1.0, 0.0]])
    fitted = fit_margins(affinity, np.array([0.5, 0.5]), np.array([0.7, 0.3]))
    assert fitted == pytest.approx(np.array([[0.2, 0.3], [0.5, 0.0]]), abs=1e-6)


def test_variety_checked_by_hand():
    found = measure_variety(pl.Series(["商家拒绝退款", "商家拒绝退款", "A1商家"]))
    assert (found.texts, found.words) == (3, 3)
    assert found.distinct_texts == pytest.approx(2 / 3)
    assert found.mean_characters == pytest.approx(16 / 3)
