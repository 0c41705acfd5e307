"""What changed and what explains it: one reading for the sentence, the waterfall and the tables."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import streamlit as st

from analytics.attribution import explain_change
from pages.components import change_levels, data, operator_data, screen_rows
from pages.components.caching import ENTRIES, KEYS, TTL
from pages.components.selection_bar import operator_names
from pages.components.settings import settings
from queries.measures import Measure
from queries.scope import Scope
from queries.selection import DateRange, Selection

SMALL_BASE = screen_rows.SMALL_BASE
"""Below this many on both sides a change is not judged; ours."""

FLAT, FLAT_POINTS = 0.02, 0.005
"""Part of what was before, for shares the difference, up to which a change is none worth telling; ours."""

SCATTERED = 0.1
"""Share of a change below which its best explanation is none; ours."""

NOISE = 1.96
"""Standard errors that chance alone reaches in 5 % of cases (two-sided, normal distribution)."""

OPERATOR = change_levels.OPERATOR

RATIOS = frozenset({"recovery_rate"})
"""Measures in percent that are no share of submissions, so that they scatter otherwise."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A measure over the period and the days compared.

    Attributes
    ----------
    frames
        Members by level or pair, as in `queries.changes.Changes`.
    explanations
        What explains the change, best first: `analytics.attribution.explain_change`, but for
        members that are merely all the others of a yes and a no.
    now, before
        The figure itself; NaN where a rate has no base, ``before`` also without comparison.
    base, base_before
        How many submissions it is a figure of: of a rate its denominator.
    days, compared
        What was counted; ``compared`` is None without comparison, or where it is not in the data.
    """

    measure: Measure
    frames: Mapping[str, pd.DataFrame]
    explanations: pd.DataFrame
    now: float
    before: float
    base: float
    base_before: float
    days: DateRange
    compared: DateRange | None

    @property
    def change(self) -> float:
        """What is now, less what was before."""
        return self.now - self.before

    @property
    def comparable(self) -> bool:
        """False without days to compare with, or where a rate has no base."""
        return not math.isnan(self.change)

    @property
    def is_rate(self) -> bool:
        """True for a measure that is one sum over another."""
        return self.measure.denominator is not None

    @property
    def is_small(self) -> bool:
        """True if there are too few on both sides to judge a change."""
        return max(self.base, self.base_before) < SMALL_BASE

    @property
    def flat_because(self) -> Literal["", "small", "chance"]:
        """Why the change is none: too small to tell, or no more than chance would make of it.

        Numbers are held to be Poisson, shares of submissions binomial; for all other measures only
        `FLAT` counts. Empty for a change.
        """
        least = FLAT_POINTS if self.measure.unit == "%" else FLAT * abs(self.before)
        if self.change == 0 or abs(self.change) < least:
            return "small"
        error = 0.0
        if self.measure.unit == "件":
            error = math.sqrt(self.now + self.before)
        elif self.measure.unit == "%" and self.measure.name not in RATIOS:
            error = self._standard_error()
        return "chance" if abs(self.change) < NOISE * error else ""

    def _standard_error(self) -> float:
        pooled = (self.now * self.base + self.before * self.base_before) / (
            self.base + self.base_before
        )
        parts = 1 / self.base + 1 / self.base_before
        return math.sqrt(max(pooled * (1 - pooled), 0.0) * parts)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _explained(
    read_from: tuple[str, str],  # noqa: ARG001 (a part of the key)
    selection: Selection,
    scope: Scope,
    measure: str,
    levels: tuple[str, ...],
) -> pd.DataFrame:
    found = _changes(selection, scope, measure, levels)
    explained = explain_change(found.frames)
    stated = explained["member"].astype(object)
    explained["member"] = stated.where(stated.notna(), None)
    telling = [
        place
        for place, (key, member) in enumerate(
            zip(explained["key"], explained["member"], strict=True)
        )
        if change_levels.is_telling(key, member)
    ]
    return explained.iloc[telling].reset_index(drop=True)


def _changes(
    selection: Selection, scope: Scope, measure: str, levels: tuple[str, ...]
) -> data.Changes:
    return data.changes(
        selection, scope, measure=measure, levels=levels, pairs=change_levels.pairs(levels)
    )


def find(
    selection: Selection, scope: Scope, measure: Measure, levels: tuple[str, ...] | None = None
) -> Finding:
    """Read a measure over the period and the days compared, taken apart by every level in use.

    Parameters
    ----------
    levels
        Levels to look at instead.
    """
    levels = levels or change_levels.levels(selection, scope)
    found = _changes(selection, scope, measure.name, levels)
    whole = next(iter(found.frames.values())).sum(numeric_only=True, min_count=1)
    now, base = _figure(whole, measure, "")
    before, base_before = _figure(whole, measure, "_before")
    if found.compared is None:
        before = base_before = math.nan
    return Finding(
        measure=measure,
        frames=found.frames,
        explanations=_explained(source(), selection, scope, measure.name, levels),
        now=now,
        before=before,
        base=base,
        base_before=base_before,
        days=found.days,
        compared=found.compared,
    )


def credible(found: Finding) -> pd.DataFrame:
    """Return the explanations better than chance of which every part is stated, best first."""
    moved = found.explanations[found.explanations["score"] > 0]
    stated = [
        change_levels.is_stated(str(key), None if pd.isna(member) else member)
        for key, member in zip(moved["key"], moved["member"], strict=True)
    ]
    return moved[np.array(stated, dtype=bool)]


def opposing(found: Finding) -> pd.DataFrame:
    """Return what moved against the whole, better than chance and of weight, best first.

    Columns as of the explanations; ``score`` is that of the opposite movement.
    """
    rows = found.explanations
    against = rows[rows["opposing_score"] > 0]
    turned = against.assign(score=against["opposing_score"])
    heavy = turned[turned["contribution"].abs() >= least_weight(found)]
    stated = [
        change_levels.is_stated(str(key), None if pd.isna(member) else member)
        for key, member in zip(heavy["key"], heavy["member"], strict=True)
    ]
    return heavy[np.array(stated, dtype=bool)].sort_values(
        "score", ascending=False, kind="stable", ignore_index=True
    )


def least_weight(found: Finding) -> float:
    """Return the least contribution worth telling where the whole moved otherwise or hardly at all."""
    if found.measure.unit == "%":
        return max(FLAT_POINTS, SCATTERED * abs(found.change))
    least = max(FLAT * abs(found.before), SCATTERED * abs(found.change))
    return max(least, SMALL_BASE) if found.measure.unit == "件" else least


def weighty(explanations: pd.DataFrame) -> pd.DataFrame:
    """Return those that make up at least `SCATTERED` of the change."""
    return explanations[explanations["share_of_change"] >= SCATTERED]


def foremost(found: Finding) -> "pd.Series[Any] | None":
    """Return the explanation that is told first: the best of weight, else the best; None without any."""
    known = credible(found)
    ranked = pd.concat([weighty(known), known])
    return None if ranked.empty else ranked.iloc[0]


def _figure(whole: "pd.Series[float]", measure: Measure, suffix: str) -> tuple[float, float]:
    numerator = float(whole[f"numerator{suffix}"])
    if measure.denominator is None:
        numerator = 0.0 if math.isnan(numerator) else numerator
        return numerator, numerator
    denominator = float(whole[f"denominator{suffix}"])
    denominator = 0.0 if math.isnan(denominator) else denominator
    return (numerator / denominator if denominator else math.nan), denominator


def names_of(explanations: pd.DataFrame, scope: Scope) -> dict[str, str]:
    """Return the names of the operators among these explanations, else as their submissions say."""
    operators = [
        str(member)
        for key, member in zip(explanations["key"], explanations["member"], strict=True)
        if key == OPERATOR and change_levels.is_stated(key, member)
    ]
    if not operators:
        return {}
    names = operator_data.names(operators)
    for operator in operators:
        if operator not in names:
            names |= operator_names(Selection().with_filter("operator", [operator]), scope)
    return names


def source() -> tuple[str, str]:
    """Return what an answer is read from: a part of the key of all that is cached."""
    return settings().warehouse_url, data.status().generation
