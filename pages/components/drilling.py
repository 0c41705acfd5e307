"""Walking up and down in hierarchies: what a click on a leaderboard makes of the selection.

A board stands either at its top level or *inside* one member, whose children it lists. Inside,
the selection is limited to that member; choosing children narrows it further, and taking the last
choice back returns to the member as a whole.
"""

import re
from collections.abc import Iterable, Mapping

from queries.dimensions import DIMENSIONS
from queries.selection import InvalidSelectionError, Selection

DRILLED = frozenset({"region", "industry", "product", "issue"})
"""Dimensions whose codes tell their parent."""


def is_member(dimension: str, code: str) -> bool:
    """Tell whether ``code`` can be a member of ``dimension``.

    Examples
    --------
    >>> is_member("region", "420100"), is_member("region", "Queens"), is_member("colour", "red")
    (True, False, False)
    """
    if dimension not in DIMENSIONS:
        return False
    patterns = [level.pattern for level in DIMENSIONS[dimension].levels]
    return any(each is None or re.fullmatch(each, code) for each in patterns)


def parent_of(dimension: str, code: str) -> str | None:
    """Return the code directly above ``code``, None at the top.

    Examples
    --------
    >>> parent_of("region", "420106007"), parent_of("region", "429004"), parent_of("product", "G101")
    ('420106', '420000', 'G')
    """
    level = DIMENSIONS[dimension].level_of(code).name
    if dimension == "region":
        above = {
            "street_code": code[:6],
            "county_code": f"{code[:4]}00",
            "city_code": f"{code[:2]}0000",
        }
        return above.get(level)
    if dimension not in DRILLED or level == DIMENSIONS[dimension].levels[0].name:
        return None
    return code.rpartition("-")[0] or code[:1]


def trail(dimension: str, code: str) -> tuple[str, ...]:
    """Return the codes from the top down to ``code``.

    Examples
    --------
    >>> trail("region", "420106")
    ('420000', '420100', '420106')
    """
    above = parent_of(dimension, code)
    return (*(trail(dimension, above) if above else ()), code)


def level_below(dimension: str, code: str) -> str | None:
    """Return the level of ``code``'s children, None where it can have none.

    Units directly under a province (429004) have streets, no counties.

    Examples
    --------
    >>> level_below("region", "420100"), level_below("region", "429004"), level_below("issue", "C01-02")
    ('county_code', 'street_code', None)
    """
    if dimension not in DRILLED:
        return None
    level = DIMENSIONS[dimension].level_of(code).name
    if level == "city_code" and code[2:4] == "90":
        level = "county_code"
    finer = DIMENSIONS[dimension].finer(level)
    return finer.name if finer else None


def read_drill(written: str) -> dict[str, str]:
    """Read the address form, ``region:420100,product:G101``; what makes no sense is left out.

    Examples
    --------
    >>> read_drill("region:420100,issue:C01-02,colour:red")
    {'region': '420100'}
    """
    found = {}
    for part in written.split(","):
        dimension, _, code = part.partition(":")
        if dimension not in DRILLED:
            continue
        try:
            below = level_below(dimension, code)
        except ValueError:
            continue
        if below is not None:
            found[dimension] = code
    return found


def write_drill(drill: Mapping[str, str]) -> str | None:
    """Return the address form, None where no board is drilled into."""
    return ",".join(f"{name}:{code}" for name, code in sorted(drill.items())) or None


def inside(
    dimension: str, members: Iterable[str], drill: Mapping[str, str], *, top: str
) -> str | None:
    """Return the member whose children a board lists, None at the top.

    That is the one drilled into, as long as every chosen member lies in it; else, where all chosen
    members are finer than the ``top`` level and share their parent, that parent.

    Examples
    --------
    >>> inside("region", ["420106", "420102"], {}, top="city_code")
    '420100'
    >>> inside("region", ["420500"], {"region": "420100"}, top="city_code") is None
    True
    """
    chosen = tuple(members)
    if not chosen or dimension not in DRILLED:
        return None
    stated = drill.get(dimension)
    if stated is not None and all(stated in trail(dimension, each) for each in chosen):
        return stated
    parents = {parent_of(dimension, each) for each in chosen}
    names = [level.name for level in DIMENSIONS[dimension].levels]
    levels = [names.index(DIMENSIONS[dimension].level_of(each).name) for each in chosen]
    if len(parents) == 1 and min(levels) > names.index(top):
        return parents.pop()
    return None


def toggled(selection: Selection, dimension: str, code: str, within: str | None) -> Selection:
    """Return the selection after a click on a row of a board that stands inside ``within``.

    Examples
    --------
    >>> wuhan = Selection().with_filter("region", ["420100"])
    >>> toggled(wuhan, "region", "420106", "420100").members("region")
    ('420106',)
    >>> toggled(toggled(wuhan, "region", "420106", "420100"), "region", "420106", "420100") == wuhan
    True
    """
    chosen = set(selection.members(dimension)) - {within}
    chosen ^= {code}
    if within is not None and not chosen:
        chosen = {within}
    cleared = _not_excluded(selection, dimension, code)
    return cleared.with_filter(dimension, chosen)


def excluded(
    selection: Selection, dimension: str, code: str, within: str | None = None
) -> Selection:
    """Return the selection with ``code`` left out, or no longer left out if it was.

    Examples
    --------
    >>> excluded(Selection().with_filter("channel", ["odr"]), "channel", "odr").to_query()
    {'-channel': 'odr'}
    """
    kept = [each for each in selection.members(dimension) if each != code]
    if within is not None and not kept:
        kept = [within]
    return selection.with_filter(dimension, kept).toggled(dimension, code, exclude=True)


def _not_excluded(selection: Selection, dimension: str, code: str) -> Selection:
    left = [each for each in selection.members(dimension, exclude=True) if each != code]
    return selection.with_filter(dimension, left, exclude=True)


def entered(selection: Selection, dimension: str, code: str | None) -> Selection:
    """Return the selection limited to ``code``, or with None freed of what was chosen.

    Raises
    ------
    InvalidSelectionError
        If ``code`` has no form of this dimension.
    """
    if code is None:
        return selection.with_filter(dimension, ())
    if dimension not in DRILLED:
        raise InvalidSelectionError(
            dimension, code, f"drill into one of {', '.join(sorted(DRILLED))}"
        )
    return _not_excluded(selection, dimension, code).with_filter(dimension, [code])
