"""By which levels, and pairs of levels, a change is taken apart; and their members in words."""

from collections.abc import Iterable, Mapping

from analytics.attribution import OTHERS, SEPARATOR
from pages.components import boards, drilling, leaderboards, member_names, wording
from pages.components.boards import BOARDS
from queries.dimensions import FLAGS, LEVELS
from queries.scope import Scope
from queries.selection import Selection

TOPS = ("product_category", "issue_type", "operator_id", "is_prepaid", "online_platform")
"""Levels beside the region's, where nobody has narrowed down."""

OPERATOR = "operator_id"

LAST = "kind"
"""The level where everything else is narrowed down to one."""

PAIRED = (
    ("region", "product"),
    ("region", "issue"),
    ("product", "issue"),
    ("region", "is_prepaid"),
)
"""Dimensions whose members are also looked at together; ours, what officers ask for by name."""

JOINT = "+"
"""Stands between the levels of a pair."""


def levels(selection: Selection, scope: Scope) -> tuple[str, ...]:
    """Return the levels to look at: the ones below where the selection has narrowed down to one.

    Examples
    --------
    >>> from queries.scope import EVERYTHING
    >>> levels(Selection(), EVERYTHING)[:2]
    ('city_code', 'product_category')
    >>> levels(Selection().with_filter("region", ["420100"]).with_filter("issue", ["C03"]), EVERYTHING)[:3]
    ('county_code', 'product_category', 'issue_subtype')
    """
    tops = (boards.top_level(BOARDS[0], scope), *TOPS)
    found = [_level(top, selection.members(LEVELS[top].name)) for top in tops]
    return tuple(level for level in found if level is not None) or (LAST,)


def quick_levels(selection: Selection, scope: Scope) -> tuple[str, ...]:
    """Return the levels to look at where an answer has to be quick: in a part without operators.

    Those of a region are counted record by record, which takes longer than all other levels.

    Examples
    --------
    >>> from queries.scope import EVERYTHING
    >>> "operator_id" in quick_levels(Selection(), EVERYTHING)
    True
    >>> "operator_id" in quick_levels(Selection().with_filter("region", ["420100"]), EVERYTHING)
    False
    """
    found = levels(selection, scope)
    if scope.everything and not selection.filters:
        return found
    return tuple(level for level in found if level != OPERATOR) or (LAST,)


def _level(top: str, chosen: tuple[str, ...]) -> str | None:
    """Return the level under a single choice, None where a single choice leaves nothing to compare."""
    if len(chosen) != 1:
        return top
    names = [level.name for level in LEVELS[top].levels]
    below = drilling.level_below(LEVELS[top].name, chosen[0])
    if below is None:
        return None
    return max(below, top, key=names.index)


def pairs(found: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of these levels to look at.

    Examples
    --------
    >>> pairs(["city_code", "issue_subtype", "operator_id"])
    (('city_code', 'issue_subtype'),)
    """
    by_dimension = {LEVELS[level].name: level for level in found}
    return tuple(
        (by_dimension[first], by_dimension[second])
        for first, second in PAIRED
        if first in by_dimension and second in by_dimension
    )


def key_label(key: str) -> str:
    """Return the name of a level or a pair of levels.

    Examples
    --------
    >>> key_label("city_code"), key_label("city_code+issue_type")
    ('市州', '市州×问题类别')
    """
    return "×".join(leaderboards.level_label(level) for level in key.split(JOINT))


def parts(key: str, member: str | None) -> tuple[tuple[str, str | None], ...]:
    """Return level and code of each part of a member; None for a part that nobody filled in.

    Examples
    --------
    >>> parts("city_code+issue_type", "420100|")
    (('city_code', '420100'), ('issue_type', None))
    """
    names = key.split(JOINT)
    codes = [""] * len(names) if member is None else member.split(SEPARATOR, len(names) - 1)
    return tuple((level, code or None) for level, code in zip(names, codes, strict=True))


def member_label(key: str, member: str | None, names: Mapping[str, str]) -> str:
    """Return a member in words.

    Parameters
    ----------
    names
        Operators' names by id.

    Examples
    --------
    >>> member_label("city_code+is_prepaid", "420100|1", {}), member_label("operator_id", "*", {})
    ('武汉市、预付式', '其余经营主体')
    """
    if member == OTHERS:
        return f"其余{key_label(key)}"
    return "、".join(_label(level, code, names) for level, code in parts(key, member))


def _label(level: str, code: str | None, names: Mapping[str, str]) -> str:
    if code is None:
        return f"{leaderboards.level_label(level)}{wording.label(level, None)}"
    return member_names.member_text(level, code, names.get(code))


def is_stated(key: str, member: str | None) -> bool:
    """Tell whether every part of a member is known, so that it can be a filter."""
    return member != OTHERS and all(code is not None for _, code in parts(key, member))


def is_telling(key: str, member: str | None) -> bool:
    """Tell whether a member says more than that it is not another one: no "not prepaid".

    Examples
    --------
    >>> is_telling("is_prepaid", "1"), is_telling("city_code+is_prepaid", "420100|0")
    (True, False)
    """
    if member == OTHERS:
        return False
    return not any(level in FLAGS and code == "0" for level, code in parts(key, member))


def narrowed(selection: Selection, key: str, member: str) -> Selection:
    """Return the selection limited to a member, freed of it where it was just that.

    Raises
    ------
    InvalidSelectionError
        If a code has no form of its dimension.

    Examples
    --------
    >>> chosen = narrowed(Selection(), "city_code+issue_type", "420100|C03")
    >>> chosen.to_query(), narrowed(chosen, "city_code+issue_type", "420100|C03") == Selection()
    ({'issue': 'C03', 'region': '420100'}, True)
    """
    wanted = selection
    freed = selection
    for level, code in parts(key, member):
        name = LEVELS[level].name
        wanted = wanted.without(name).with_filter(name, [code] if code else [])
        freed = freed.without(name)
    return freed if wanted == selection else wanted


def is_chosen(selection: Selection, key: str, member: str) -> bool:
    """Tell whether the selection is limited to just this member."""
    return all(
        selection.members(LEVELS[level].name) == (code,) for level, code in parts(key, member)
    )


def is_member(key: str, member: str) -> bool:
    """Tell whether a click's level or pair and member can be true.

    Examples
    --------
    >>> is_member("city_code+issue_type", "420100|C03"), is_member("city_code+issue_type", "C03")
    (True, False)
    >>> is_member("secrets", "420100")
    False
    """
    names = key.split(JOINT)
    codes = member.split(SEPARATOR, len(names) - 1)
    return len(codes) == len(names) and all(
        level in LEVELS and drilling.is_member(LEVELS[level].name, code)
        for level, code in zip(names, codes, strict=True)
    )
