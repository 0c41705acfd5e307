"""How well entries are filled in: the seven elements, completeness, contradictions, league tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.amounts_in_text import find_amounts, folded_texts, pick_amounts
from analytics.dates_in_text import find_dates
from analytics.entry_contradictions import (
    amounts_differ,
    categories_differ,
    dates_differ,
    regions_differ,
)
from analytics.entry_rules import Clue, Element, EntryRules

Flags = npt.NDArray[np.bool_]

BY_FIELD, BY_TEXT = "field", "text"
"""How an element is known: from a field, or only with the narrative's help."""

STATED_AMOUNTS = ("consumed_yuan", "disputed_yuan")
CHECKS = ("amount_differs", "date_differs", "category_differs", "region_differs")
"""Contradictions, as columns of `assess_entries`."""


@dataclass(frozen=True, slots=True)
class _Entries:
    """Submissions as the clues see them."""

    frame: pd.DataFrame
    folded: pd.Series
    lengths: npt.NDArray[np.int64]
    amounts: pd.DataFrame
    dates: pd.DataFrame
    placeholders: tuple[str, ...]

    def filled(self, name: str) -> Flags:
        if name not in self.frame:
            return np.zeros(len(self.frame), dtype=np.bool_)
        column = self.frame[name]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            return np.asarray(column.notna().to_numpy(), dtype=np.bool_)
        held = column.fillna("").astype("str").str.strip()
        return np.asarray(~held.isin(["", *self.placeholders]), dtype=np.bool_)

    def by_field(self, clue: Clue) -> Flags:
        found = np.zeros(len(self.frame), dtype=np.bool_)
        for name in clue.fields:
            found |= self.filled(name)
        for names in clue.together:
            found |= np.logical_and.reduce([self.filled(name) for name in names])
        return found

    def by_text(self, clue: Clue) -> Flags:
        found = np.zeros(len(self.frame), dtype=np.bool_)
        for pattern in clue.patterns:
            found |= self.folded.str.contains(pattern, regex=True).to_numpy(dtype=np.bool_)
        if clue.finds:
            found[(self.amounts if clue.finds == "amount" else self.dates)["text"].to_numpy()] = (
                True
            )
        if clue.min_length:
            found |= self.lengths >= clue.min_length
        return found


def assess_entries(
    submissions: pd.DataFrame,
    *,
    rules: EntryRules,
    suggested: pd.DataFrame | None = None,
    places: pd.DataFrame | None = None,
    category: str = "issue_type",
) -> pd.DataFrame:
    """Look at each entry: which elements are there, how they are known, what contradicts what.

    Parameters
    ----------
    submissions
        One row per submission, columns named as in the warehouse: ``kind``, ``narrative``,
        ``registered_at`` and the fields that the rules name. A column that is missing counts as
        empty throughout.
    rules
        The elements and limits.
    suggested
        ``category`` and ``confidence`` per submission, same index; None leaves categories unchecked.
    places
        ``name`` and ``code`` of cities and counties; None leaves regions unchecked. Only submissions
        that are not online are checked, since a web shop sits anywhere.
    category
        Column that ``suggested`` is about.

    Returns
    -------
    pandas.DataFrame
        Same index, never fewer rows: per element a nullable truth value (NA where it does not apply
        to the kind) and, with ``_by`` behind its code, ``field``, ``text`` or missing; ``filled``,
        ``applicable`` (counts), ``completeness`` (their ratio, 0 to 1; NaN where none applies),
        ``qualified`` (all there), ``actionable`` (the needed ones there);
        ``amount_low``, ``amount_high`` (yuan, the sum the narrative is about); the checks
        ``amount_differs``, ``date_differs``, ``category_differs``, ``region_differs`` (NA where
        there was nothing to compare) and ``contradictions``, their number.

    Raises
    ------
    KeyError
        If ``kind``, ``narrative`` or ``registered_at`` is missing.
    ValueError
        If ``suggested`` has another index.

    Notes
    -----
    The elements follow article 10 of the rules on complaints and tip-offs; how each is recognised is
    our own proposal. What a pattern takes for a name of a business can be something else: the table
    points at entries to look at, it is no verdict on them.

    Examples
    --------
    >>> element = {
    ...     "code": "contact", "name": "联系方式", "applies_to": ["complaint"], "needed": {"default": 1},
    ...     "clues": [{"code": "phone", "fields": ["phone_masked"], "patterns": ["联系电话1[0-9]{2}"]}],
    ... }
    >>> limits = {
    ...     "kinds": ["complaint"], "amount_tolerance": 0.02, "date_gap_days": 60,
    ...     "category_confidence": 0.9, "other_place_before": [], "other_place_after": [],
    ...     "place_reach": 20,
    ... }
    >>> rules = EntryRules.model_validate(
    ...     {"elements": [element], "placeholders": [], "actionable": [], "contradictions": limits,
    ...      "least_entries": 30}
    ... )
    >>> entries = pd.DataFrame({
    ...     "kind": ["complaint", "complaint"], "registered_at": pd.Timestamp("2026-03-10"),
    ...     "narrative": ["花费300元，联系电话138****0000", "花费300元"], "consumed_yuan": [300.0, 3000.0],
    ... })
    >>> found = assess_entries(entries, rules=rules)
    >>> found[["contact", "contact_by", "completeness", "amount_differs"]]
       contact contact_by  completeness  amount_differs
    0     True       text           1.0           False
    1    False        NaN           0.0            True
    """
    if suggested is not None and not suggested.index.equals(submissions.index):
        raise ValueError("suggested has another index than submissions; reindex it")
    frame = submissions.reset_index(drop=True)
    folded = folded_texts(frame["narrative"])
    text = pd.Series(folded, dtype="str")
    entries = _Entries(
        frame=frame,
        folded=text,
        lengths=np.array([len(each.strip()) for each in folded], dtype=np.int64),
        amounts=find_amounts(frame["narrative"]),
        dates=find_dates(text, frame["registered_at"]),
        placeholders=rules.placeholders,
    )
    kinds = frame["kind"].astype(object).to_numpy()
    columns: dict[str, object] = {}
    for element in rules.elements:
        columns |= _element(element, entries, kinds)
    found = pd.DataFrame(columns, index=frame.index)
    found = found.join(_summary(found, rules))
    picked = pick_amounts(entries.amounts, n_texts=len(frame))
    found = found.join(picked.rename(columns={"low": "amount_low", "high": "amount_high"}))
    found = found.join(_contradictions(entries, rules, suggested, places, category))
    return found.set_index(submissions.index)


def _element(
    element: Element, entries: _Entries, kinds: npt.NDArray[np.object_]
) -> dict[str, object]:
    fields = np.zeros(len(kinds), dtype=np.int64)
    both = np.zeros(len(kinds), dtype=np.int64)
    for clue in element.clues:
        stated = entries.by_field(clue)
        fields += stated
        both += stated | entries.by_text(clue)
    needed = np.full(len(kinds), element.needed["default"])
    for kind, count in element.needed.items():
        needed[kinds == kind] = count
    applies = np.isin(kinds, list(element.applies_to))
    present = pd.Series(both >= needed, dtype="boolean").mask(~applies)
    how = np.select([~applies, fields >= needed, both >= needed], [-1, 0, 1], -1)
    by = pd.Categorical.from_codes(how, categories=pd.Index([BY_FIELD, BY_TEXT]))
    return {element.code: present, f"{element.code}_by": by}


def _summary(found: pd.DataFrame, rules: EntryRules) -> pd.DataFrame:
    codes = [element.code for element in rules.elements]
    there = found[codes]
    applicable = there.notna().sum(axis=1)
    filled = there.fillna(value=False).astype(bool).sum(axis=1)
    needed = there[list(rules.actionable)].fillna(value=True).astype(bool).all(axis=1)
    return pd.DataFrame(
        {
            "filled": filled,
            "applicable": applicable,
            "completeness": filled / applicable.where(applicable > 0),
            "qualified": (filled == applicable) & (applicable > 0),
            "actionable": needed & (applicable > 0),
        }
    )


def _contradictions(
    entries: _Entries,
    rules: EntryRules,
    suggested: pd.DataFrame | None,
    places: pd.DataFrame | None,
    category: str,
) -> pd.DataFrame:
    limits, frame = rules.contradictions, entries.frame
    stated = frame.reindex(columns=list(STATED_AMOUNTS))
    disputed = frame.get("disputed_at", pd.Series(pd.NaT, index=frame.index))
    nothing = pd.Series(pd.NA, index=frame.index, dtype="boolean")
    checks = pd.DataFrame(dict.fromkeys(CHECKS, nothing))
    checks["amount_differs"] = amounts_differ(entries.amounts, stated, limits=limits)
    checks["date_differs"] = dates_differ(
        entries.dates, frame["registered_at"], disputed, limits=limits
    )
    if suggested is not None:
        checks["category_differs"] = categories_differ(
            frame[category], suggested.reset_index(drop=True), limits=limits
        )
    if places is not None and "county_code" in frame:
        online = frame.get("is_online", pd.Series(False, index=frame.index))
        offline = ~online.fillna(value=False).to_numpy(dtype=bool)
        counties = frame["county_code"].where(offline)
        checks["region_differs"] = regions_differ(
            entries.folded.tolist(), counties, places, limits=limits
        )
    checks[~frame["kind"].isin(limits.kinds)] = pd.NA
    checks["contradictions"] = checks.fillna(value=False).astype(bool).sum(axis=1)
    return checks


def rank_entry_quality(
    assessed: pd.DataFrame, by: pd.Series | pd.DataFrame, *, rules: EntryRules
) -> pd.DataFrame:
    """Rank units, persons at the desk, channels or months by how complete their entries are.

    Parameters
    ----------
    assessed
        What `assess_entries` gave.
    by
        What to rank: one name per entry, or several columns (unit and month, say), same index.
        Entries without a name are left out.
    rules
        The rules that the entries were assessed by; groups of fewer than ``least_entries`` are not
        ranked.

    Returns
    -------
    pandas.DataFrame
        One row per group, the least complete first (ties by name): ``entries``, ``completeness``
        (mean), ``qualified``, ``actionable`` (shares), per element the share of the entries that need
        it which have it, and per check the share of the comparable entries that contradict
        themselves (NaN where none was comparable).

    Raises
    ------
    ValueError
        If the index differs.

    Examples
    --------
    >>> rules = EntryRules.model_construct(
    ...     elements=(Element.model_construct(code="contact"),), least_entries=1
    ... )
    >>> assessed = pd.DataFrame({"contact": [True, False], "completeness": [1.0, 0.5]})
    >>> assessed = assessed.reindex(columns=[*assessed, "qualified", "actionable", *CHECKS])
    >>> ranked = rank_entry_quality(assessed, pd.Series(["east", "west"], name="unit"), rules=rules)
    >>> ranked[["entries", "completeness", "contact"]]
          entries  completeness  contact
    unit
    west        1           0.5      0.0
    east        1           1.0      1.0
    """
    if not by.index.equals(assessed.index):
        raise ValueError("by has another index than the assessed entries; reindex it")
    names = by.to_frame() if isinstance(by, pd.Series) else by
    names = names.reset_index(drop=True)
    elements = [element.code for element in rules.elements]
    shown: Sequence[str] = ["completeness", "qualified", "actionable", *elements, *CHECKS]
    values = assessed.reset_index(drop=True)[list(shown)].astype("Float64")
    keys = [names[name] for name in names.columns]
    grouped = values.groupby(keys, observed=True)
    table = grouped.mean().astype(float)
    table.insert(0, "entries", grouped.size())
    table = table[table["entries"] >= rules.least_entries]
    return table.sort_index().sort_values("completeness", kind="stable")
