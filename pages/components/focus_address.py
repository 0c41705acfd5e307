"""Which member a page is focused on, as the address says: ``focus=operator:op-7``."""

from collections.abc import Mapping
from dataclasses import dataclass

from pages.components import address, drilling
from queries.dimensions import DIMENSIONS, Level
from queries.scope import Scope
from queries.selection import InvalidSelectionError, Selection


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a dimension."""

    dimension: str
    code: str

    @property
    def level(self) -> Level:
        """The level that the member belongs to."""
        return DIMENSIONS[self.dimension].level_of(self.code)

    def within(self, selection: Selection) -> Selection:
        """Return the selection limited to this member, also where it was left out.

        Raises
        ------
        InvalidSelectionError
            If the dimension's filter cannot take the code.

        Examples
        --------
        >>> Member("issue", "C03").within(Selection().toggled("issue", "C01")).members("issue")
        ('C03',)
        """
        return selection.without(self.dimension).with_filter(self.dimension, [self.code])


def read(query: Mapping[str, str], scope: Scope) -> Member | None:
    """Return the member that an address is focused on, None without one or for a forged one.

    A region outside the viewer's scope is no member to focus on.

    Examples
    --------
    >>> read({"focus": "issue:C03"}, Scope(everything=True))
    Member(dimension='issue', code='C03')
    >>> read({"focus": "region:420500"}, Scope(regions=("420100",))) is None
    True
    """
    dimension, _, code = query.get("focus", "").partition(":")
    if not code or not drilling.is_member(dimension, code):
        return None
    found = address.read({dimension: code}, scope)
    if found.faults or found.selection.members(dimension) != (code,):
        return None
    return Member(dimension, code)


def enter(dimension: str, code: str, scope: Scope) -> None:
    """Focus on a member that was clicked; a forged code changes nothing and is told."""
    if read({"focus": f"{dimension}:{code}"}, scope) is None:
        address.refuse(InvalidSelectionError(dimension, code, "click a member of the ranking"))
        return
    address.go(focus=f"{dimension}:{code}", page=None)


def leave() -> None:
    """Return to the whole page."""
    address.go(focus=None)
