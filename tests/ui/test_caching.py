"""Answers are kept apart by all that tells one selection, or one viewer's rights, from another."""

from dataclasses import fields, is_dataclass

import pytest

from pages.components import caching
from queries.scope import Scope
from queries.selection import Comparison, Filter, Period, Selection

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
