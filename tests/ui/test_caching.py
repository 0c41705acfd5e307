"""Answers are kept apart by all that tells one selection, or one viewer's rights, from another."""

import ast
import pickle
from dataclasses import fields, is_dataclass
from pathlib import Path

import pandas as pd
import pytest

from pages.components import caching
from queries.scope import Scope
from queries.selection import Comparison, Filter, Period, Selection

PAGES = Path(caching.__file__).parents[1]
SELECTIONS = (
    Selection(),
    Selection(period=Period("12m")),
    Selection(filters=(Filter("region", ("420100",)),)),
    Selection(filters=(Filter("region", ("420100",), exclude=True),)),
    Selection(filters=(Filter("region", ("420100", "420500")),)),
    Selection(filters=(Filter("issue", ("C03",)),)),
    Selection(text="退款"),
    Selection(text="退款', denoised=True"),
    Selection(denoised=True),
    Selection(comparison=Comparison.NONE),
)
SCOPES = (
    Scope(),
    Scope(everything=True),
    Scope(regions=("420100",)),
    Scope(regions=("420100", "420500")),
    Scope(units=("420100",)),
    Scope(kinds=("420100",)),
)


@pytest.mark.parametrize("values", [SELECTIONS, SCOPES])
def test_no_two_have_the_same_key(values):
    (kind,) = {type(value) for value in values}
    assert len({caching.KEYS[kind](value) for value in values}) == len(values)


@pytest.mark.parametrize("kind", [*caching.KEYS, Period, Filter])
def test_no_part_is_left_out_of_a_text_that_is_a_key(kind):
    assert is_dataclass(kind)
    assert all(part.repr for part in fields(kind))


def test_equal_rights_are_one_key():
    told = caching.KEYS[Scope]
    assert told(Scope(regions=("420500", "420100"))) == told(Scope(regions=("420100", "420500")))


def cached_functions():
    for path in sorted(PAGES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for each in map(ast.unparse, node.decorator_list):
                    if each.startswith("st.cache_"):
                        yield f"{path.stem}.{node.name}", ast.unparse(node.args), each


def test_all_that_is_kept_by_selection_or_rights_has_these_keys():
    found = list(cached_functions())
    kept = [(name, each) for name, given, each in found if "Selection" in given or "Scope" in given]
    assert len(kept) > 40
    assert [name for name, each in kept if "hash_funcs=KEYS" not in each] == []


def test_all_that_is_kept_by_a_table_is_kept_by_all_of_it():
    kept = [each for _, given, each in cached_functions() if "DataFrame" in given]
    assert kept
    assert all("hash_funcs=FRAMES" in each for each in kept)
    told = caching.FRAMES[pd.DataFrame]
    at = pd.to_datetime(pd.Series(["2026-03-01T10:00", None]))
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None], "at": at, "many": [["y"], None]})
    others = [frame.assign(b=["x", "y"]), frame.rename(columns={"b": "c"}), frame[::-1], frame[:1]]
    kept = pickle.loads(pickle.dumps(frame[:1]))  # noqa: S301 - made here
    assert told(frame) == told(frame.copy())
    assert told(frame[:1]) == told(kept)
    assert len({told(each) for each in (frame, *others)}) == 5
