"""Saved views, links to share, and the way back to what was selected before."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from pages.components import access, address, data, render, saving, store, wording
from pages.components.access import Viewer
from pages.components.settings import settings
from pages.components.store import SavedView
from queries.scope import Scope
from queries.selection import Selection
from queries.vocabulary import ViewKind

KEPT = 50
"""Steps of a session that can be gone back; ours."""

NOT_SAVED = address.OF_ONE_RESULT | {"id"}
"""Names of an address that say where one stood in a list, not what it showed."""

KINDS: Mapping[ViewKind, str] = {ViewKind.MINE: "仅本人", ViewKind.OFFICE: "本单位共用"}

_HISTORY = "views.history"
_STARTED = "views.started"
_PLACE = "views"


def start(viewer: Viewer, *, at_home: bool) -> None:
    """Open the viewer's home view, if the session begins at the bare address.

    Parameters
    ----------
    at_home
        Whether the address names no page.
    """
    if st.session_state.get(_STARTED):
        return
    st.session_state[_STARTED] = True
    if not at_home or address.query() or viewer.sees_nothing:
        return
    view = store.home_view(viewer, office(viewer.scope))
    if view is not None and viewer.may_open(view.page):
        st.switch_page(_file(view.page), query_params=dict(view.query))


def office(scope: Scope) -> str:
    """Return the office that a viewer of this scope belongs to: the home region."""
    return access.home_of(scope, settings().home_region)


@dataclass(frozen=True, slots=True)
class Step:
    """Where a session stood: a page and its whole address, but for the place in a list."""

    page: str
    query: Mapping[str, str]

    @classmethod
    def at(cls, page: str, query: Mapping[str, str], selection: Selection) -> "Step":
        """Return the step of a page with this address, what cannot be read in it left out."""
        whole = address.rewritten(query, selection, {})
        return cls(page, {name: each for name, each in whole.items() if name not in NOT_SAVED})

    @property
    def selection(self) -> Selection:
        """What is selected there."""
        return Selection.from_query(self.query)


def remembered(history: list[Step], now: Step) -> list[Step]:
    """Return the history with this step at its end; another page of the same selection is no step.

    Examples
    --------
    >>> bare = Step("regions", {})
    >>> drilled = Step("regions", {"region": "420500", "drill": "region:420500"})
    >>> remembered([bare], drilled) == [bare, drilled], remembered([bare], bare) == [bare]
    (True, True)
    >>> remembered([bare], Step("issues", {})) == [Step("issues", {})]
    True
    """
    if not history or history[-1] == now:
        return history or [now]
    last = history[-1]
    moved = last.page != now.page and last.selection == now.selection
    return [*(history[:-1] if moved else history), now][-KEPT - 1 :]


def undo() -> None:
    """Go back to the step before this one: its address, on another page what is selected there."""
    history = st.session_state.get(_HISTORY, [])
    if len(history) < 2:
        return
    st.session_state[_HISTORY] = history[:-1]
    before = history[-2]
    if before.page == access.page_now():
        address.put(before.query)
    else:
        address.go(before.selection)


def show(selection: Selection, scope: Scope) -> None:
    """Draw the way back and the list of views, and note where the session stands."""
    now = Step.at(access.page_now(), address.query(), selection)
    history = remembered(st.session_state.get(_HISTORY, []), now)
    st.session_state[_HISTORY] = history
    st.button(
        "撤销",
        type="tertiary",
        icon=":material/undo:",
        key="views.undo",
        disabled=len(history) < 2,
        on_click=undo,
        help="回到上一步的筛选、下钻和查看方式",
    )
    box = st.popover(
        "视图", icon=":material/bookmarks:", type="tertiary", key="views", on_change="rerun"
    )
    if box.open:
        with box:
            _show_open(selection, scope)


def _show_open(selection: Selection, scope: Scope) -> None:
    viewer, own_office = access.viewer_now(), office(scope)
    message = st.container()
    saving.show(_PLACE, message)
    found = store.views(viewer, own_office)
    _list(viewer, "我的视图", [each for each in found if each.owner == viewer.name])
    shared = [each for each in found if each.owner != viewer.name]
    _list(viewer, f"{wording.label('region', own_office)}共用视图", shared)
    if found:
        _manage(viewer, own_office, found)
    _save(viewer, own_office, selection)
    st.markdown("**复制链接**")
    st.code(link(), language=None, wrap_lines=True)
    st.caption("他人打开链接时，只看到其可见范围内的数据。")


def link() -> str:
    """Return the address of the page as it is now, to hand to others."""
    query = urlencode(address.query(), safe=",.:")
    page = st.context.url or f"/{access.page_now()}"
    return f"{page}?{query}" if query else page


def _list(viewer: Viewer, title: str, found: list[SavedView]) -> None:
    st.markdown(f"**{render.as_label(title)}**")
    if not found:
        st.caption("暂无")
    for view in found:
        name = render.as_label(view.name)
        if view.owner != viewer.name:
            name += f"（{render.as_label(view.owner)}）"
        elif view.kind is ViewKind.OFFICE:
            name += "（已共用）"
        if viewer.may_open(view.page):
            st.page_link(
                _file(view.page),
                label=name,
                icon=":material/home:" if view.is_home else ":material/bookmark:",
                query_params=dict(view.query),
            )
        else:
            st.caption(f"{name}：该页面无权打开或已停用")


def _manage(viewer: Viewer, own_office: str, found: tuple[SavedView, ...]) -> None:
    by_id = {view.view_id: view for view in found}
    with st.expander("管理视图", key="views.manage"):
        chosen = st.selectbox(
            "视图",
            list(by_id),
            format_func=lambda number: by_id[number].name,
            key="views.chosen",
        )
        view = by_id[chosen]
        home = None if view.is_home else view.view_id
        st.button(
            "取消首页" if view.is_home else "设为我的首页",
            key="views.home",
            icon=":material/home:",
            on_click=saving.told(_PLACE, lambda: store.set_home(viewer, own_office, home), _FAULTS),
            help="打开系统网址时直接进入该视图",
        )
        if view.owner != viewer.name:
            return
        st.text_input(
            "新名称", max_chars=store.MAX_VIEW_NAME, key=f"views.name.{chosen}", value=view.name
        )
        with st.container(horizontal=True):
            st.button(
                "重命名",
                key="views.rename",
                on_click=saving.told(
                    _PLACE,
                    lambda: store.rename_view(
                        viewer, chosen, name=st.session_state[f"views.name.{chosen}"]
                    ),
                    _FAULTS,
                ),
            )
            st.button(
                "删除",
                key="views.delete",
                icon=":material/delete:",
                on_click=saving.told(_PLACE, lambda: store.delete_view(viewer, chosen), _FAULTS),
            )


def _save(viewer: Viewer, own_office: str, selection: Selection) -> None:
    status = data.status()

    def save() -> None:
        kept = {name: each for name, each in address.query().items() if name not in NOT_SAVED}
        if st.session_state.get("views.fixed") and status.first_day and status.last_day:
            fixed = selection.resolved(status.first_day, status.last_day)
            kept |= {"period": fixed.period.code}
        store.save_view(
            viewer,
            own_office,
            name=st.session_state["views.new"],
            page=access.page_now(),
            query=kept,
            kind=ViewKind(st.session_state["views.kind"]),
        )

    with st.form("views.save", border=True, clear_on_submit=True):
        st.text_input(
            "保存当前视图", placeholder="名称", max_chars=store.MAX_VIEW_NAME, key="views.new"
        )
        st.segmented_control(
            "使用范围",
            [str(kind) for kind in ViewKind],
            default=str(ViewKind.MINE),
            format_func=lambda kind: KINDS[ViewKind(kind)],
            required=True,
            key="views.kind",
            label_visibility="collapsed",
        )
        if selection.period.relative:
            st.checkbox(
                "固定为现在的起止日期",
                key="views.fixed",
                help=f"不勾选时，“{wording.period_text(selection.period)}”随数据更新向后移动",
            )
        st.form_submit_button(
            "保存", icon=":material/bookmark_add:", on_click=saving.told(_PLACE, save, _FAULTS)
        )


def explained(error: store.ViewError) -> str:
    """Return why a view was not kept, and what to do.

    Examples
    --------
    >>> explained(store.NameTakenError("食品"))
    '您已有名为“食品”的视图，请换一个名称。'
    """
    if isinstance(error, store.NameTakenError):
        return f"您已有名为“{render.as_label(error.name)}”的视图，请换一个名称。"
    if isinstance(error, store.InvalidNameError):
        return f"请填写名称，不超过{store.MAX_VIEW_NAME}个字。"
    if isinstance(error, store.TooManyViewsError):
        return f"超过上限{error.limit:,}，未保存。请先删除不用的视图，或减少筛选条件。"
    return "该视图已被删除，请重新打开列表。"


_FAULTS: saving.Faults = {store.ViewError: explained}


def _file(page: str) -> str:
    return f"pages/{page}.py"
