"""How a ranking is asked for: measure, order, limits and page, kept in the address."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pages.components import address
from pages.components.data import Limits
from pages.components.panels import Click
from pages.components.screen_rows import GROWING
from queries.measures import MEASURES, Measure
from queries.selection import Comparison, Selection

OFFERED = (
    "submissions",
    "complaints",
    "tipoffs",
    "inquiries",
    "closure_rate",
    "on_time_rate",
    "mediation_rate",
    "disputed_yuan",
    "recovered_yuan",
)
"""Measures that a ranking can be made by."""

VALUE_ORDERS = ("value", "share")
CHANGE_ORDERS = ("rank_change", "change", "change_rate", "yearly_change", "yearly_rate")

MOST = 999_999_999
"""Largest least value, and largest growth in percent, that an address may ask for; ours."""

LIMIT_NAMES = ("min", "growth")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a ranking.

    Attributes
    ----------
    order
        One of `queries.standings.ORDERS`, downwards unless ``ascending``.
    at_least
        Least value of a sum, least base of a rate; 0 keeps all.
    growth
        Least growth in percent, None keeps all.
    compared
        False where no change is shown: for what still grows, or because none was asked for.
    """

    measure: Measure
    order: str = "value"
    ascending: bool = False
    at_least: int = 0
    growth: int | None = None
    page: int = 1
    compared: bool = True

    @property
    def compares(self) -> bool:
        """False where the measure still grows after the period, so that no change can be told."""
        return compares(self.measure)

    @property
    def by_size(self) -> bool:
        """True for the first page of the largest."""
        return self.order == "value" and not self.ascending and self.page == 1

    def limits(self, selection: Selection) -> Limits:
        """Return the limits as a read takes them; growth is that of the selection's comparison."""
        against = against_of(selection)
        least = "at_least" if self.measure.denominator is None else "base_at_least"
        growth = None if self.growth is None else self.growth / 100
        return Limits(**{least: float(self.at_least)}, growth_from=growth, against=against)


def compares(measure: Measure) -> bool:
    """Tell whether changes of a measure can be told: not where it still grows after the period.

    Examples
    --------
    >>> compares(MEASURES["complaints"]), compares(MEASURES["closure_rate"])
    (True, False)
    """
    return measure.name not in GROWING


def against_of(selection: Selection) -> Comparison:
    """Return what growth is measured against: a year ago if that is compared, else the period before.

    Examples
    --------
    >>> against_of(Selection(comparison=Comparison.NONE))
    <Comparison.PREVIOUS: 'previous'>
    """
    yearly = selection.comparison is Comparison.LAST_YEAR
    return Comparison.LAST_YEAR if yearly else Comparison.PREVIOUS


def read(query: Mapping[str, str], *, measures: Sequence[str] = OFFERED) -> Asked:
    """Read the address; what makes no sense there is the default.

    Examples
    --------
    >>> asked = read({"sort": "-change_rate", "min": "20", "growth": "50", "rank_page": "x"})
    >>> asked.order, asked.ascending, asked.at_least, asked.growth, asked.page
    ('change_rate', True, 20, 50, 1)
    >>> read({"measure": "closure_rate", "sort": "change", "growth": "50"}).growth is None
    True
    """
    name = query.get("measure", "")
    measure = MEASURES[name if name in measures else measures[0]]
    changes = compares(measure) and query.get("vs") != Comparison.NONE
    sort = query.get("sort", "")
    order = sort.removeprefix("-")
    known = (*VALUE_ORDERS, *CHANGE_ORDERS) if changes else VALUE_ORDERS
    growth = _number(query.get("growth", ""))
    return Asked(
        measure=measure,
        order=order if order in known else "value",
        ascending=order in known and sort.startswith("-"),
        at_least=max(0, _number(query.get("min", "")) or 0),
        growth=growth if changes and measure.denominator is None else None,
        page=max(1, _number(query.get("rank_page", "")) or 1),
        compared=changes,
    )


def _number(text: str) -> int | None:
    found = re.fullmatch(r"-?\d{1,9}", text, re.ASCII)
    return int(text) if found else None


def sort_code(asked: Asked, column: str) -> str:
    """Return what a click on a column's head asks for: downwards first, then upwards.

    Examples
    --------
    >>> asked = read({})
    >>> sort_code(asked, "value"), sort_code(asked, "change")
    ('-value', 'change')
    """
    again = asked.order == column and not asked.ascending
    return f"-{column}" if again else column


def fields(asked: Asked, selection: Selection) -> list[dict[str, Any]]:
    """Return the fields of the measure filters as the panel draws them."""
    measure = asked.measure
    base = "不少于" if measure.denominator is None else "基数不少于"
    unit = "件" if measure.denominator is not None else measure.unit
    found = [
        {
            "name": "min",
            "before": base,
            "after": unit,
            "value": str(asked.at_least) if asked.at_least else "",
            "min": "0",
            "step": "any",
        }
    ]
    if asked.compared and measure.denominator is None:
        compared = "同比" if against_of(selection) is Comparison.LAST_YEAR else "环比"
        found.append(
            {
                "name": "growth",
                "before": f"{compared}不低于",
                "after": "%",
                "value": "" if asked.growth is None else str(asked.growth),
                "min": "-100",
                "step": "any",
            }
        )
    return found


def clicked(click: Click) -> bool:
    """Write what was asked for into the address; False if the click is none of a ranking's own."""
    if click.act == "sort":
        address.go(sort=None if click.code == "value" else click.code, rank_page=None)
    elif click.act == "page":
        address.go(rank_page=None if click.code == "1" else click.code)
    elif click.act == "measure":
        address.go(measure=click.code, sort=None, rank_page=None)
    elif click.act == "limit" and click.board in LIMIT_NAMES:
        number = _whole(click.code)
        written = None if number is None else str(number)
        if click.board == "min":
            address.go(min=written, rank_page=None)
        else:
            address.go(growth=written, rank_page=None)
    else:
        return False
    return True


def _whole(text: str) -> int | None:
    """Return a typed number as a whole one, None for an empty field or what is no number."""
    try:
        number = float(text)
    except ValueError:
        return None
    return int(min(max(number, -100), MOST)) if number == number else None  # noqa: PLR0124 (NaN)
