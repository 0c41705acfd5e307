"""The only WHERE clause: which rows of the facts, or of a cube, a selection and a scope mean."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from queries.campaign_tables import campaign_hits
from queries.cluster_tables import cluster_members
from queries.dimensions import DIMENSIONS, FLAGS, LEVELS, NUMBERS, OF_FINDINGS
from queries.schema import operator_submissions, submissions
from queries.scope import Scope
from queries.selection import DateRange, Filter, InvalidSelectionError, Selection
from queries.tag_tables import submission_tags

TEXT_COLUMNS = ("narrative", "title", "respondent_name", "product_name")
"""Columns that a text query looks into; ``submission_id`` is compared whole."""

_LIKE_SPECIAL = frozenset("%_\\")


def matching(
    selection: Selection,
    scope: Scope,
    *,
    table: sa.FromClause = submissions,
    days: DateRange | None = None,
    without: str | tuple[str, ...] = (),
    by_operator: bool = False,
) -> sa.ColumnElement[bool]:
    """Return the condition that a row is meant by ``selection`` and allowed by ``scope``.

    Parameters
    ----------
    table
        The facts, or a cube that has all `needed_columns`.
    days
        Days to count; by default those of the selection, whose period must then be absolute.
    without
        Levels being broken down: filters on their own dimension are left out where they name
        members of that level or finer ones, so that the members not chosen stay in sight. Filters
        that name only coarser members are kept: with Wuhan chosen, a breakdown by county lists
        the counties of Wuhan. The scope is never left out.
    by_operator
        True looks up the submissions of a single operator in ``operator_submissions``, which must be
        in step with the facts, instead of comparing every name.

    Raises
    ------
    ValueError
        If ``table`` lacks a column that is needed.
    InvalidSelectionError
        If a flag or a number is compared with something else.

    Examples
    --------
    >>> chosen = Selection().with_filter("region", ["420100"])
    >>> march = DateRange(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    >>> condition = matching(chosen, Scope(everything=True), days=march)
    >>> print(condition.compile(compile_kwargs={"literal_binds": True}))
    submissions.registered_on >= '2026-03-01' AND submissions.registered_on < '2026-04-01'
    AND submissions.city_code IN ('420100')
    """
    levels = (without,) if isinstance(without, str) else without
    span = selection.days if days is None else days
    day = _column(table, "registered_on")
    return sa.and_(
        day >= span.start,
        day < span.end + dt.timedelta(days=1),
        *_rights(scope, table),
        *_choices(selection, table, levels, days=span, by_operator=by_operator),
    )


def within(scope: Scope, table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that a row lies in the regions that a viewer may see.

    For tables of other things than submissions: kinds and handling units do not apply to them.

    Parameters
    ----------
    table
        Has the columns of all levels of region.

    Examples
    --------
    >>> print(within(Scope(regions=("420106",)), submissions))
    submissions.county_code IN (__[POSTCOMPILE_county_code_1])
    >>> print(within(Scope(), submissions))
    false
    """
    if scope.everything:
        return sa.true()
    return _any_of("region", scope.regions, table) if scope.regions else sa.false()


def needed_columns(
    selection: Selection, scope: Scope, *, without: str | tuple[str, ...] = ()
) -> frozenset[str]:
    """Return the columns besides the day that `matching` compares; a source must have them all.

    Examples
    --------
    >>> chosen = Selection(denoised=True).with_filter("issue", ["C01-02"])
    >>> sorted(needed_columns(chosen, Scope(everything=True)))
    ['excluded', 'issue_subtype']
    """
    names = {
        each.name
        for condition in _conditions(selection, scope, without)
        for each in visitors.iterate(condition)
        if isinstance(each, sa.Column)
    }
    return frozenset("excluded" if name == "exclusion_reason" else name for name in names)


def is_everything(
    selection: Selection, scope: Scope, *, without: str | tuple[str, ...] = ()
) -> bool:
    """Tell whether `matching` leaves nothing out but other days.

    No `needed_columns` do not say so: who may see nothing is asked for no column either.

    Examples
    --------
    >>> is_everything(Selection(), Scope(everything=True)), is_everything(Selection(), Scope())
    (True, False)
    """
    return not _conditions(selection, scope, without)


def _conditions(
    selection: Selection, scope: Scope, without: str | tuple[str, ...]
) -> list[sa.ColumnElement[bool]]:
    levels = (without,) if isinstance(without, str) else without
    return [*_rights(scope, submissions), *_choices(selection, submissions, levels)]


def kept_members(each: Filter, levels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the members of a filter that stay when ``levels`` are broken down.

    Members to keep are alternatives, so one that is left out leaves all out; members to exclude
    stand each for itself.
    """
    dimension = DIMENSIONS[each.dimension]
    names = [level.name for level in dimension.levels]
    broken_down = [names.index(level) for level in levels if level in names]
    if not broken_down:
        return each.members
    coarser = tuple(
        member
        for member in each.members
        if names.index(dimension.level_of(member).name) < min(broken_down)
    )
    return coarser if each.exclude or len(coarser) == len(each.members) else ()


def _column(table: sa.FromClause, name: str) -> sa.ColumnElement[Any]:
    try:
        return table.c[name]
    except KeyError as error:
        msg = f"{table} has no column {name!r}; choose a source that has all needed_columns()"
        raise ValueError(msg) from error


def _rights(scope: Scope, table: sa.FromClause) -> Iterable[sa.ColumnElement[bool]]:
    if not scope.everything:
        yield _any_of("region", scope.regions, table) if scope.regions else sa.false()
    if scope.kinds:
        yield _column(table, "kind").in_(scope.kinds)
    if scope.units:
        yield _column(table, "handling_unit").in_(scope.units)


def _choices(
    selection: Selection,
    table: sa.FromClause,
    levels: tuple[str, ...],
    *,
    days: DateRange | None = None,
    by_operator: bool = False,
) -> Iterable[sa.ColumnElement[bool]]:
    for each in selection.filters:
        members = kept_members(each, levels)
        if not members:
            continue
        if each.dimension in OF_FINDINGS:
            key, found = _column(table, "submission_key"), _found_in(each.dimension, members, days)
            yield key.not_in(found) if each.exclude else key.in_(found)
        elif by_operator and _is_one_operator(each, table):
            yield _column(table, "submission_key").in_(_naming(members[0], days))
        else:
            build = _none_of if each.exclude else _any_of
            yield build(each.dimension, members, table)
    if selection.denoised:
        if table is submissions:
            yield submissions.c.exclusion_reason.is_(None)
        else:
            yield _column(table, "excluded").is_(sa.false())
    for term in selection.text.split():
        yield sa.or_(
            *[contains(_column(table, name), term) for name in TEXT_COLUMNS],
            _column(table, "submission_id") == term,
        )


def _by_level(dimension: str, members: Iterable[str]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for member in members:
        grouped.setdefault(DIMENSIONS[dimension].level_of(member).name, []).append(member)
    return grouped


def _any_of(dimension: str, members: Iterable[str], table: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.or_(
        *[
            _column(table, level).in_(_stored(level, codes))
            for level, codes in _by_level(dimension, members).items()
        ]
    )


def _none_of(
    dimension: str, members: Iterable[str], table: sa.FromClause
) -> sa.ColumnElement[bool]:
    return sa.and_(
        *[
            sa.or_(
                _column(table, level).is_(None),
                _column(table, level).not_in(_stored(level, codes)),
            )
            for level, codes in _by_level(dimension, members).items()
        ]
    )


def _found_in(
    dimension: str, members: Iterable[str], days: DateRange | None
) -> sa.Select[tuple[int]]:
    if dimension == "cluster":
        kept = cluster_members.c.cluster_key.in_(members)
        return sa.select(cluster_members.c.submission_key).where(kept)
    if dimension == "campaign":
        hits = sa.select(campaign_hits.c.submission_key).where(of_campaigns(members))
        return hits.where(*_registered(campaign_hits, days))
    tagged = sa.select(submission_tags.c.submission_key).where(submission_tags.c.tag.in_(members))
    return tagged.where(*_registered(submission_tags, days))


def _is_one_operator(each: Filter, table: sa.FromClause) -> bool:
    # DuckDB looks a list up no faster than it compares names.
    alone = each.dimension == "operator" and len(each.members) == 1 and not each.exclude
    return alone and table is not operator_submissions and "submission_key" in table.c


def _naming(operator_id: str, days: DateRange | None) -> sa.Select[tuple[int]]:
    listed = operator_submissions
    return sa.select(listed.c.submission_key).where(
        listed.c.operator_id == operator_id, *_registered(listed, days)
    )


def _registered(table: sa.Table, days: DateRange | None) -> Iterable[sa.ColumnElement[bool]]:
    """Yield the condition that cuts a long table to the days that count, if these are known."""
    if days is not None:
        yield table.c.registered_on.between(days.start, days.end)


def of_campaigns(members: Iterable[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a hit is of a campaign, or of one topic: ``campaign.topic``.

    Examples
    --------
    >>> print(of_campaigns(["prepaid.closed"]).compile(compile_kwargs={"literal_binds": True}))
    campaign_hits.campaign = 'prepaid' AND campaign_hits.topic = 'closed'
    """
    whole = [each for each in members if "." not in each]
    parts = [each.split(".", 1) for each in members if "." in each]
    any_of = [
        sa.and_(campaign_hits.c.campaign == campaign, campaign_hits.c.topic == topic)
        for campaign, topic in parts
    ]
    return sa.or_(*([campaign_hits.c.campaign.in_(whole)] if whole else []), *any_of)


def _stored(level: str, members: list[str]) -> list[str] | list[bool] | list[int]:
    if level in FLAGS:
        if not set(members) <= {"0", "1"}:
            raise InvalidSelectionError(level, ",".join(members), "use 1 or 0")
        return [member == "1" for member in members]
    if level in NUMBERS:
        if not all(member.isdecimal() for member in members):
            raise InvalidSelectionError(level, ",".join(members), "use whole numbers")
        return [int(member) for member in members]
    return members


def contains(column: sa.ColumnElement[Any], term: str) -> sa.ColumnElement[bool]:
    """Return the condition that a text contains ``term``, taken literally."""
    # ESCAPE only where needed: DuckDB searches 1.8 times slower with it.
    if _LIKE_SPECIAL.isdisjoint(term):
        return column.like(f"%{term}%")
    for special in "/%_":
        term = term.replace(special, f"/{special}")
    return column.like(f"%{term}%", escape="/")


def member_code(value: object) -> str | None:
    """Return the code of a stored value, None where nothing is stored.

    Examples
    --------
    >>> member_code(True), member_code(7), member_code("C01"), member_code(None)
    ('1', '7', 'C01', None)
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def check_level(level: str) -> None:
    """Refuse the name of no level.

    Raises
    ------
    ValueError
        If ``level`` is in no dimension.
    """
    if level not in LEVELS:
        msg = f"level must be one of {', '.join(LEVELS)}, got {level!r}"
        raise ValueError(msg)
