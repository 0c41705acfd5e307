"""Pills: every active condition, shown beside the others and taken away by a click."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from pages.components import address, panels
from pages.components.member_names import member_text
from queries.dimensions import DIMENSIONS
from queries.scope import Scope
from queries.selection import Selection

_DENOISED = "denoised"
_TEXT = "q"


@dataclass(frozen=True, slots=True)
class Pill:
    """One active condition, removed by a click.

    Attributes
    ----------
    code
        ``region:420100``, left out ``-channel:odr``; ``q:`` and the words, ``denoised:``.
    """

    code: str
    label: str
    text: str
    excluded: bool = False


def pills_of(selection: Selection, names: Mapping[str, str]) -> tuple[Pill, ...]:
    """Return a pill for every condition that can be taken away.

    Parameters
    ----------
    names
        Labels of members that no table knows, such as operators' names by id.

    Examples
    --------
    >>> [pill.code for pill in pills_of(Selection(text="退款").toggled("kind", "tipoff"), {})]
    ['kind:tipoff', 'q:退款']
    """
    found = [
        Pill(
            code=f"{'-' if each.exclude else ''}{each.dimension}:{member}",
            label=f"{'排除' if each.exclude else ''}{DIMENSIONS[each.dimension].label}",
            text=condition_text(each.dimension, member, names),
            excluded=each.exclude,
        )
        for each in selection.filters
        for member in each.members
    ]
    found += [Pill(f"{_TEXT}:{term}", "内容含", term) for term in selection.text.split()]
    if selection.denoised:
        found.append(Pill(f"{_DENOISED}:", "口径", "去重"))
    return tuple(found)


def condition_text(dimension: str, member: str, names: Mapping[str, str]) -> str:
    """Return what stands for a member on a pill.

    Examples
    --------
    >>> condition_text("weekday", "1", {}), condition_text("is_online", "0", {})
    ('周一', '非网购')
    """
    level = DIMENSIONS[dimension].level_of(member).name
    return member_text(level, member, names.get(member))


def removed(selection: Selection, code: str) -> Selection:
    """Return the selection without the condition of this pill; one it does not have changes nothing.

    Examples
    --------
    >>> removed(Selection().toggled("kind", "tipoff"), "kind:tipoff") == Selection()
    True
    """
    name, _, member = code.partition(":")
    if name == _TEXT:
        kept = [term for term in selection.text.split() if term != member]
        return replace(selection, text=" ".join(kept))
    if name == _DENOISED:
        return replace(selection, denoised=False)
    dimension = name.removeprefix("-")
    exclude = name.startswith("-")
    kept = [each for each in selection.members(dimension, exclude=exclude) if each != member]
    return selection.with_filter(dimension, kept, exclude=exclude)


def cleared(selection: Selection) -> Selection:
    """Return the selection without any condition; period and comparison stay.

    Examples
    --------
    >>> from queries.selection import Period
    >>> cleared(Selection(period=Period("12m"), text="退款", denoised=True)).to_query()
    {'period': '12m'}
    """
    return Selection(period=selection.period, comparison=selection.comparison)


def show(selection: Selection, scope: Scope, names: Mapping[str, str]) -> None:
    """Draw the pills; nothing where there is no condition."""
    active = pills_of(selection, names)
    if not active:
        return

    def clicked(click: panels.Click) -> None:
        before = address.current(scope)
        address.go(cleared(before) if click.act == "clear" else removed(before, click.code))

    panels.show(
        "pills",
        {"pills": [asdict(each) for each in active], "clear": "清除全部"},
        key="bar_pills",
        on_click=clicked,
    )
