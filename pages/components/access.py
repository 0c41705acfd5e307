"""Who is looking, and what that person may open and see.

Accounts will come in here: a page asks `require` for its viewer and hands ``viewer.scope`` to every
read, whatever the viewer came from.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

import streamlit as st

from pages.components import page_tools, places
from pages.components.settings import ALL_REGIONS, InvalidSettingError, Settings, settings
from queries.scope import EVERYTHING, Scope
from queries.vocabulary import DecisionKind

_VIEWER = "access.viewer"
_PAGE = "access.page"
_SENT = "access.sent_to_frame"
_PAGES_FOLDER = Path(__file__).parents[1]


class Role(StrEnum):
    """What a viewer does for the bureau."""

    LEADER = "leader"
    ANALYST = "analyst"
    ENFORCEMENT = "enforcement"


PAGES: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "big_screen": frozenset(Role),
        "explorer": frozenset(Role),
        "periods": frozenset(Role),
        "operators": frozenset(Role),
        "scores": frozenset(Role),
        "operator": frozenset(Role),
        "risk_model": frozenset(Role),
        "identities": frozenset(Role),
        "industries": frozenset(Role),
        "issues": frozenset(Role),
        "hot_words": frozenset(Role),
        "clusters": frozenset(Role),
        "repeats": frozenset(Role),
        "tags": frozenset(Role),
        "campaigns": frozenset(Role),
        "leads": frozenset(Role),
        "new_words": frozenset(Role),
        "regions": frozenset(Role),
        "changes": frozenset(Role),
        "events": frozenset(Role),
        "entry_quality": frozenset(Role),
        "submissions": frozenset(Role),
    }
)
"""Roles that may open each page; a page that is not named here opens for nobody."""

ROLE_LABELS: Mapping[Role, str] = MappingProxyType(
    {Role.LEADER: "领导", Role.ANALYST: "研判分析员", Role.ENFORCEMENT: "执法人员"}
)

DECIDERS = frozenset({Role.ANALYST, Role.ENFORCEMENT})
"""Roles that decide about what jobs find in the texts; leaders read."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person in front of the screen.

    Attributes
    ----------
    scope
        Handed to every read; a viewer without regions sees no row.
    """

    name: str
    role: Role
    scope: Scope

    def may_open(self, page: str) -> bool:
        """Tell whether the viewer's role may open the page of this name."""
        return self.role in PAGES.get(page, frozenset())

    def may_decide(self, kind: DecisionKind) -> bool:
        """Tell whether the viewer decides about findings of a kind.

        A decision about one submission holds for that one. All others hold for everybody's data, so
        they are for those who see all of it.
        """
        return self.role in DECIDERS and (kind is DecisionKind.SUBMISSION or self.scope.everything)

    @property
    def sees_nothing(self) -> bool:
        """True if no row at all can be shown, because no region was given."""
        return not self.scope.everything and not self.scope.regions


def scope_of(regions: tuple[str, ...]) -> Scope:
    """Return the scope that the setting ``VIEWER_REGIONS`` asks for."""
    return EVERYTHING if regions == (ALL_REGIONS,) else Scope(regions=regions)


def fixed_viewer(given: Settings) -> Viewer:
    """Return the one viewer of an installation without accounts.

    Raises
    ------
    InvalidSettingError
        If ``VIEWER_ROLE`` is not a role.
    """
    try:
        role = Role(given.viewer_role)
    except ValueError as error:
        known = ", ".join(Role)
        raise InvalidSettingError("VIEWER_ROLE", given.viewer_role, f"known: {known}") from error
    return Viewer(ROLE_LABELS[role], role, scope_of(given.viewer_regions))


def demo_viewers(home: str) -> dict[str, Viewer]:
    """Return the viewers to switch between in demo mode, by key; the first is the default.

    Examples
    --------
    >>> [viewer.name for viewer in demo_viewers("420000").values()]
    ['湖北省局领导', '湖北省局研判分析员', '武汉市局研判分析员', '黄石市局执法人员', '江岸区局执法人员']
    """
    cities = places.children(home)[:2]
    counties = places.children(cities[0])[:1] if cities else ()
    below = [
        (city, role) for city, role in zip(cities, (Role.ANALYST, Role.ENFORCEMENT), strict=False)
    ]
    below += [(county, Role.ENFORCEMENT) for county in counties]
    found = {str(role): _of_bureau(home, role, EVERYTHING) for role in (Role.LEADER, Role.ANALYST)}
    found |= {
        f"{role}-{code}": _of_bureau(code, role, Scope(regions=(code,))) for code, role in below
    }
    return found


def _of_bureau(code: str, role: Role, scope: Scope) -> Viewer:
    region = places.regions().get(code)
    return Viewer(f"{region.name if region else code}局{ROLE_LABELS[role]}", role, scope)


def home_of(scope: Scope, default: str) -> str:
    """Return the region where a viewer starts: the lowest that holds all that the viewer may see.

    Examples
    --------
    >>> home_of(Scope(regions=("420106", "420111")), "420000")
    '420100'
    """
    if scope.everything or not scope.regions:
        return default
    trails = [places.trail(code) for code in scope.regions]
    shared = places.COUNTRY
    for codes in zip(*trails, strict=False):
        if len(set(codes)) == 1:
            shared = codes[0]
    return shared


def may_enter(scope: Scope, region: str, default: str) -> bool:
    """Tell whether a viewer may narrow down to ``region``, a code from an address or a click.

    Examples
    --------
    >>> may_enter(Scope(regions=("420100",)), "420106", "420000")
    True
    >>> may_enter(Scope(regions=("420100",)), "420500", "420000")
    False
    """
    above = places.trail(region)
    if scope.everything:
        return default in above or (default == places.COUNTRY and bool(above))
    return region == home_of(scope, default) or not set(above).isdisjoint(scope.regions)


@contextlib.contextmanager
def entered(*, synthetic: bool) -> Iterator[Viewer]:
    """Choose the viewer for one run; ``app.py`` runs its page inside.

    In demo mode this draws the switch in the sidebar, but never over real data.
    """
    st.session_state.pop(_SENT, None)
    page_tools.forget()
    given = settings()
    switchable = given.demo_mode and synthetic
    viewer = demo_switch(given.home_region) if switchable else fixed_viewer(given)
    st.session_state[_VIEWER] = viewer
    try:
        yield viewer
    finally:
        st.session_state.pop(_VIEWER, None)


def demo_switch(home: str) -> Viewer:
    """Draw the switch between demo viewers and return the one chosen."""
    viewers = demo_viewers(home)
    chosen = st.sidebar.selectbox(
        "演示身份", list(viewers), format_func=lambda key: viewers[key].name, key="demo_viewer"
    )
    return viewers[chosen]


class NoFrameError(RuntimeError):
    """A page was started as a program of its own, without ``app.py`` around it."""

    def __init__(self, page: str) -> None:
        super().__init__(
            f"page {page!r} runs without its frame; start the app with 'streamlit run app.py'"
        )
        self.page = page


def _no_page() -> None:
    """Stand for the default page while a page is sent to the frame."""


def require(page: str) -> Viewer:
    """Return the viewer of the page named ``page``, or stop the page; its first call.

    Until some session has called `st.navigation`, Streamlit runs the files in ``pages/`` by their
    address alone, without ``app.py``. The viewer is only there while `entered` holds, so this then
    registers the page and starts the run anew: Streamlit keeps page and query, and goes through
    ``app.py`` from then on.

    Raises
    ------
    NoFrameError
        If there is no ``app.py`` to go through.
    """
    viewer = st.session_state.get(_VIEWER)
    if not isinstance(viewer, Viewer):
        if st.session_state.get(_SENT):
            raise NoFrameError(page)
        st.session_state[_SENT] = True
        frame = st.Page(_no_page, title=page, default=True)
        st.navigation([frame, _PAGES_FOLDER / f"{page}.py"], position="hidden")
        st.rerun()
    if not viewer.may_open(page):
        st.error(f"“{viewer.name}”无权打开此页面，请联系系统管理员。")
        st.stop()
    if viewer.sees_nothing:
        st.warning(
            "尚未设定可见范围，因此不显示任何数据。请系统管理员用环境变量VIEWER_REGIONS"
            "设定行政区划代码（例如420100；全部为all）后重新启动。"
        )
        st.stop()
    st.session_state[_PAGE] = page
    return viewer


def viewer_now() -> Viewer:
    """Return the viewer whom the page's own `require` let in.

    Raises
    ------
    NoFrameError
        If no page asked yet.
    """
    viewer = st.session_state.get(_VIEWER)
    if not isinstance(viewer, Viewer):
        raise NoFrameError(page_now())
    return viewer


def page_now() -> str:
    """Return the name of the page that runs."""
    return str(st.session_state.get(_PAGE, ""))
