"""The same questions answered row by row in plain Python, without SQL, cubes or the query core."""

import datetime as dt
import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from queries.dimensions import DIMENSIONS, OF_FINDINGS
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Filter, Period, Selection, compared_range
from tests.queries.samples import Row

LEVELS_BY_DIMENSION = {name: [level.name for level in d.levels] for name, d in DIMENSIONS.items()}
ALL_LEVELS = [
    level
    for name, levels in LEVELS_BY_DIMENSION.items()
    if name not in OF_FINDINGS
    for level in levels
]


def _is(row: Row, **values: object) -> int:
    return int(all(row[name] == value for name, value in values.items()))


def _one(row: Row) -> int:
    return int(bool(row))


def _known(row: Row, name: str) -> int:
    return int(row[name] is not None)


def _amount(row: Row, *names: str) -> float:
    return sum(float(row[name] or 0) for name in names)


def _accepted(row: Row) -> int:
    return _is(row, kind="complaint", acceptance="accepted")


def _claim(row: Row) -> int:
    return int(row["kind"] in {"complaint", "tipoff"})


PARTS: dict[str, tuple[Callable[[Row], float], Callable[[Row], float] | None]] = {
    "submissions": (_one, None),
    "complaints": (lambda r: _is(r, kind="complaint"), None),
    "tipoffs": (lambda r: _is(r, kind="tipoff"), None),
    "inquiries": (lambda r: _is(r, kind="inquiry"), None),
    "acceptance_rate": (
        _accepted,
        lambda r: int(r["kind"] == "complaint" and r["acceptance"] in {"accepted", "declined"}),
    ),
    "first_check_rate": (
        lambda r: _is(r, first_check_on_time=1),
        lambda r: _known(r, "first_check_on_time"),
    ),
    "closed": (lambda r: _known(r, "closed_at"), None),
    "closure_rate": (lambda r: _known(r, "closed_at"), _one),
    "on_time_rate": (lambda r: _is(r, closed_on_time=1), lambda r: _known(r, "closed_on_time")),
    "mean_handling_days": (
        lambda r: _amount(r, "handling_days"),
        lambda r: _known(r, "handling_days"),
    ),
    "mediation_rate": (
        lambda r: _accepted(r) * _is(r, mediation_result="agreement"),
        lambda r: _accepted(r) * _known(r, "closed_at"),
    ),
    "case_rate": (
        lambda r: _is(r, kind="tipoff", is_case_opened=True),
        lambda r: _is(r, kind="tipoff") * _known(r, "is_case_opened"),
    ),
    "disputed_yuan": (lambda r: _amount(r, "disputed_yuan"), None),
    "mean_disputed_yuan": (
        lambda r: _amount(r, "disputed_yuan"),
        lambda r: _known(r, "disputed_yuan"),
    ),
    "recovered_yuan": (lambda r: _amount(r, "recovered_yuan"), None),
    "recovery_rate": (
        lambda r: _amount(r, "recovered_yuan"),
        lambda r: _amount(r, "disputed_yuan"),
    ),
    "penalty_yuan": (lambda r: _amount(r, "fined_yuan", "confiscated_yuan"), None),
    "satisfaction": (lambda r: _amount(r, "satisfaction"), lambda r: _known(r, "satisfaction")),
    "publication_rate": (
        lambda r: _accepted(r) * _known(r, "closed_at") * _is(r, is_published=True),
        lambda r: _accepted(r) * _known(r, "closed_at"),
    ),
    "odr_rate": (lambda r: _is(r, odr_result="settled"), lambda r: _is(r, is_odr=True)),
    "online_share": (lambda r: _claim(r) * _is(r, is_online=True), _claim),
    "livestream_share": (lambda r: _claim(r) * _is(r, is_livestream=True), _claim),
    "prepaid_share": (lambda r: _claim(r) * _is(r, is_prepaid=True), _claim),
}
"""Each measure as numerator and denominator of one row."""


def value(rows: Sequence[Row], measure: str) -> float:
    numerator, denominator = PARTS[measure]
    top = math.fsum(numerator(row) for row in rows)
    if denominator is None:
        return top
    bottom = math.fsum(denominator(row) for row in rows)
    return top / bottom if bottom else math.nan


def code_of(stored: object) -> str | None:
    if stored is None:
        return None
    return str(int(stored)) if isinstance(stored, bool) else str(stored)


def holds(row: Row, each: Filter, members: Sequence[str]) -> bool:
    dimension = DIMENSIONS[each.dimension]
    if each.dimension in OF_FINDINGS:
        return bool(set(row[f"given_{each.dimension}s"]) & set(members)) != each.exclude
    found = any(code_of(row[dimension.level_of(member).name]) == member for member in members)
    return found != each.exclude


def left(each: Filter, levels: Sequence[str]) -> Sequence[str]:
    """Members of a filter that count when ``levels`` are broken down."""
    own = LEVELS_BY_DIMENSION[each.dimension]
    depths = [own.index(level) for level in levels if level in own]
    if not depths:
        return each.members
    coarser = [
        member
        for member in each.members
        if own.index(DIMENSIONS[each.dimension].level_of(member).name) < min(depths)
    ]
    if each.exclude or len(coarser) == len(each.members):
        return coarser
    return []


def allowed(row: Row, scope: Scope) -> bool:
    regions = [code_of(row[name]) for name in LEVELS_BY_DIMENSION["region"]]
    return (
        (scope.everything or any(code in scope.regions for code in regions))
        and (not scope.kinds or row["kind"] in scope.kinds)
        and (not scope.units or row["handling_unit"] in scope.units)
    )


def meant(
    rows: Sequence[Row],
    selection: Selection,
    scope: Scope,
    days: DateRange,
    without: Sequence[str] = (),
) -> list[Row]:
    found = []
    for row in rows:
        filters = [(each, left(each, without)) for each in selection.filters]
        texts = [row[n] or "" for n in ("narrative", "title", "respondent_name", "product_name")]
        if (
            days.start <= row["registered_on"] <= days.end
            and allowed(row, scope)
            and all(holds(row, each, members) for each, members in filters if members)
            and not (selection.denoised and row["exclusion_reason"] is not None)
            and all(
                any(term in text for text in texts) or row["submission_id"] == term
                for term in selection.text.split()
            )
        ):
            found.append(row)
    return found


def inside(days: DateRange | None, first: dt.date, last: dt.date) -> DateRange | None:
    return days if days is not None and first <= days.start and days.end <= last else None


def compared(
    selection: Selection, days: DateRange, first: dt.date, last: dt.date
) -> DateRange | None:
    return inside(compared_range(days, selection.comparison), first, last)


def members_of(row: Row, level: str) -> Sequence[str | None]:
    return [f"词{number}" for number in row["words"]] if level == "word" else [code_of(row[level])]


def grouped(rows: Sequence[Row], level: str) -> dict[str | None, list[Row]]:
    groups: dict[str | None, list[Row]] = {}
    for row in rows:
        for member in members_of(row, level):
            groups.setdefault(member, []).append(row)
    return groups


def breakdown(
    rows: Sequence[Row],
    selection: Selection,
    scope: Scope,
    *,
    level: str,
    measures: Sequence[str],
    order: str,
    first: dt.date,
    last: dt.date,
) -> pd.DataFrame:
    """Every member, in order."""
    days = selection.period.range(first, last)
    before = compared(selection, days, first, last)
    current = meant(rows, selection, scope, days, [level])
    groups = grouped(current, level)
    others = (
        {} if before is None else grouped(meant(rows, selection, scope, before, [level]), level)
    )
    additive = PARTS[order][1] is None
    whole = value(current, order)
    lines = []
    for member, inside_group in groups.items():
        line: dict[str, Any] = {"member": member}
        line |= {name: value(inside_group, name) for name in measures}
        line["share"] = line[order] / whole if additive and whole else math.nan
        if before is not None:
            line |= {f"{name}_compared": value(others.get(member, []), name) for name in measures}
            base = line[f"{order}_compared"]
            line["change"] = line[order] - base
            line["change_rate"] = line["change"] / base if base else math.nan
        lines.append(line)
    lines.sort(key=lambda line: _place(line[order], line["member"]))
    members = pd.Series([line.pop("member") for line in lines], dtype=object)
    return pd.DataFrame(lines).assign(member=members)


def _place(figure: float, member: str | None) -> tuple[object, ...]:
    undefined = math.isnan(figure)
    return (undefined, 0 if undefined else -figure, member is None, member or "")


def random_selection(chance: random.Random, codes: Mapping[str, Sequence[str]]) -> Selection:
    period = chance.choice(
        ["30d", "7d", "12m", "3m", "ytd", "all", "2025-03-01..2025-05-31", "2026-01-15..2026-03-20",
         "2024-12-01..2025-04-10", "2026-03-20..2026-03-20", "2025-06-10..2025-08-02"]
    )  # fmt: skip
    filters = []
    for dimension in chance.sample(list(DIMENSIONS), chance.choice([0, 1, 1, 2, 3])):
        members = chance.sample(
            codes[dimension], min(len(codes[dimension]), chance.choice([1, 1, 2, 3]))
        )
        filters.append(Filter(dimension, tuple(members), exclude=chance.random() < 0.3))
    return Selection(
        period=Period(period),
        filters=tuple(filters),
        text=chance.choice(["", "", "", "", "退款", "50% 退", "A_1", "C:\\t", "1/2"]),
        denoised=chance.random() < 0.3,
        comparison=chance.choice(list(Comparison)),
    )


def codes_by_dimension(rows: Sequence[Row]) -> dict[str, list[str]]:
    return {
        dimension: sorted(
            {code for row in rows for level in levels if (code := code_of(row[level]))}
            if dimension not in OF_FINDINGS
            else {code for row in rows for code in row[f"given_{dimension}s"]}
        )
        for dimension, levels in LEVELS_BY_DIMENSION.items()
    }


def random_scope(chance: random.Random) -> Scope:
    return chance.choice(
        [
            Scope(everything=True),
            Scope(everything=True),
            Scope(regions=("420100",)),
            Scope(regions=("420102", "420500")),
            Scope(regions=("420000",), kinds=("complaint", "tipoff")),
            Scope(everything=True, kinds=("inquiry",)),
            Scope(everything=True, units=("一所",)),
            Scope(regions=("429004",)),
        ]
    )
