"""Which leads, signals and batches a viewer may see.

A lead is in a viewer's scope if its operator lies in the viewer's regions. It rests on all that is
known of the operator, so a scope that is limited to kinds or units sees none. Nor does one of a
street where only the county is kept.
"""

from dataclasses import replace

import sqlalchemy as sa

from queries.dimensions import DIMENSIONS
from queries.lead_tables import lead_batches, leads
from queries.matching import within
from queries.scope import Scope

REGION_DIGITS = {"0000": 2, "00": 4}
"""By what a code of a province or city ends with: how many digits its own places share."""


COUNTY_DIGITS = 6
"""Digits of the code of a county; longer ones are streets."""


def leads_within(scope: Scope, table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that a lead or signal is in scope.

    Parameters
    ----------
    table
        `leads`, `lead_signals` or a subquery with the columns of their places.

    Examples
    --------
    >>> print(leads_within(Scope(everything=True, kinds=("tipoff",)), leads))
    false
    >>> print(leads_within(Scope(regions=("420100",)), leads))
    leads.city_code IN (__[POSTCOMPILE_city_code_1])
    >>> print(leads_within(Scope(regions=("420106001",)), leads))
    false
    """
    if scope.kinds or scope.units:
        return sa.false()
    known = [each for each in scope.regions if DIMENSIONS["region"].level_of(each).name in table.c]
    return within(replace(scope, regions=tuple(known)), table)


def batches_within(scope: Scope) -> sa.ColumnElement[bool]:
    """Return the condition that a batch is in scope: by its office, or by one of its leads."""
    if scope.kinds or scope.units:
        return sa.false()
    if scope.everything:
        return sa.true()
    own = [
        lead_batches.c.office == code
        if prefix == code
        else lead_batches.c.office.startswith(prefix, autoescape=True)
        for code, prefix in ((each, region_prefix(each)) for each in scope.regions)
    ]
    seen = sa.select(leads.c.batch_id).where(leads_within(scope, leads))
    return sa.or_(*own, lead_batches.c.batch_id.in_(seen))


def region_prefix(code: str) -> str:
    """Return the digits that the codes within a region share.

    Examples
    --------
    >>> [region_prefix(each) for each in ("420000", "420100", "429004", "420106")]
    ['42', '4201', '429004', '420106']
    """
    for ending, digits in REGION_DIGITS.items():
        if code.endswith(ending):
            return code[:digits]
    return code
