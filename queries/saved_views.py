"""Saved views: addresses with a name, a viewer's own or shared with the office."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa

from queries.vocabulary import ViewKind
from queries.workflow import home_views, saved_views, utc_now, write_audit

MAX_NAME = 40
"""Longest name of a view, in characters; ours, so that it fits into a list."""

MAX_VIEWS = 100
"""Most views of one viewer; ours, a longer list is not looked through."""

MAX_QUERY = 8_000
"""Longest address kept, in characters; ours, what browsers and proxies carry without loss."""


class ViewError(ValueError):
    """A view cannot be kept or changed."""


class InvalidNameError(ViewError):
    """A name is empty or too long."""

    def __init__(self, name: str) -> None:
        super().__init__(f"name {name!r} is not usable; give 1 to {MAX_NAME} characters")
        self.name = name


class NameTakenError(ViewError):
    """The viewer has a view of this name already."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a view named {name!r}; choose another name or delete that one")
        self.name = name


class TooManyViewsError(ViewError):
    """The viewer has as many views as are kept, or the address is longer than is kept."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"{what} is over the limit of {limit}; delete or simplify something")
        self.limit = limit


class NoSuchViewError(ViewError):
    """There is no such view for this viewer."""

    def __init__(self, view_id: int) -> None:
        super().__init__(f"no view {view_id} for this viewer; it may have been deleted")
        self.view_id = view_id


@dataclass(frozen=True, slots=True)
class SavedView:
    """An address with a name.

    Attributes
    ----------
    office
        Home region of the viewer who saved it.
    is_home
        True where the viewer who asks starts.
    """

    view_id: int
    owner: str
    office: str
    name: str
    page: str
    query: Mapping[str, str]
    kind: ViewKind
    is_home: bool


def fetch_views(engine: sa.Engine, *, owner: str, office: str) -> tuple[SavedView, ...]:
    """Return a viewer's own views and those that colleagues share with the office, by name."""
    return _fetch(engine, owner=owner, office=office)


def fetch_home(engine: sa.Engine, *, owner: str, office: str) -> SavedView | None:
    """Return where a viewer starts, None without a home; a view no longer shared is none."""
    found = _fetch(engine, owner=owner, office=office, only=home_views.c.owner.is_not(None))
    return found[0] if found else None


def save_view(
    engine: sa.Engine,
    *,
    owner: str,
    role: str,
    office: str,
    name: str,
    page: str,
    query: Mapping[str, str],
    kind: ViewKind,
) -> int:
    """Keep an address under a name and return its number.

    Raises
    ------
    ViewError
        If the name is not usable or taken, or there are too many views.
    """
    stored = json.dumps(dict(query), ensure_ascii=False, sort_keys=True)
    if len(stored) > MAX_QUERY:
        raise TooManyViewsError("the address", MAX_QUERY)
    name = _checked(name)
    now = utc_now()
    with engine.begin() as conn:
        mine = conn.scalars(sa.select(saved_views.c.name).where(saved_views.c.owner == owner)).all()
        if name in mine:
            raise NameTakenError(name)
        if len(mine) >= MAX_VIEWS:
            raise TooManyViewsError("the number of views", MAX_VIEWS)
        kept = conn.execute(
            saved_views.insert()
            .values(
                owner=owner,
                office=office,
                name=name,
                page=page,
                query=stored,
                kind=kind.value,
                created_at=now,
                updated_at=now,
            )
            .returning(saved_views.c.view_id)
        ).scalar_one()
        write_audit(
            conn, viewer=owner, role=role, action="save_view", subject=f"{kept} {kind} {name}"
        )
    return int(kept)


def rename_view(engine: sa.Engine, view_id: int, *, name: str, owner: str, role: str) -> None:
    """Give an own view another name.

    Raises
    ------
    ViewError
        If the name is not usable or taken, or the view is not the viewer's.
    """
    name = _checked(name)
    with engine.begin() as conn:
        taken = sa.select(saved_views.c.view_id).where(
            saved_views.c.owner == owner,
            saved_views.c.name == name,
            saved_views.c.view_id != view_id,
        )
        if conn.execute(taken).first() is not None:
            raise NameTakenError(name)
        done = conn.execute(
            saved_views.update()
            .where(saved_views.c.view_id == view_id, saved_views.c.owner == owner)
            .values(name=name, updated_at=utc_now())
        )
        if not done.rowcount:
            raise NoSuchViewError(view_id)
        write_audit(
            conn, viewer=owner, role=role, action="rename_view", subject=f"{view_id} {name}"
        )


def delete_view(engine: sa.Engine, view_id: int, *, owner: str, role: str) -> None:
    """Delete an own view; whoever started there starts at the first page again.

    Raises
    ------
    NoSuchViewError
        If the view is not the viewer's.
    """
    with engine.begin() as conn:
        own = sa.select(saved_views.c.name).where(
            saved_views.c.view_id == view_id, saved_views.c.owner == owner
        )
        name = conn.scalar(own)
        if name is None:
            raise NoSuchViewError(view_id)
        conn.execute(home_views.delete().where(home_views.c.view_id == view_id))
        conn.execute(saved_views.delete().where(saved_views.c.view_id == view_id))
        write_audit(
            conn, viewer=owner, role=role, action="delete_view", subject=f"{view_id} {name}"
        )


def set_home(engine: sa.Engine, view_id: int | None, *, owner: str, office: str, role: str) -> None:
    """Make a view that the viewer can find the place to start from; None takes the home away.

    Raises
    ------
    NoSuchViewError
        If the view is neither the viewer's nor shared with the office.
    """
    with engine.begin() as conn:
        if view_id is not None:
            found = sa.select(saved_views.c.view_id).where(
                saved_views.c.view_id == view_id, _findable(owner, office)
            )
            if conn.scalar(found) is None:
                raise NoSuchViewError(view_id)
        conn.execute(home_views.delete().where(home_views.c.owner == owner))
        if view_id is not None:
            conn.execute(home_views.insert().values(owner=owner, view_id=view_id))
        write_audit(
            conn, viewer=owner, role=role, action="set_home_view", subject=str(view_id or "none")
        )


def _findable(owner: str, office: str) -> sa.ColumnElement[bool]:
    shared = sa.and_(saved_views.c.office == office, saved_views.c.kind == ViewKind.OFFICE.value)
    return sa.or_(saved_views.c.owner == owner, shared)


def _fetch(
    engine: sa.Engine, *, owner: str, office: str, only: sa.ColumnElement[bool] | None = None
) -> tuple[SavedView, ...]:
    statement = (
        sa.select(saved_views, home_views.c.owner.is_not(None).label("is_home"))
        .outerjoin(
            home_views,
            sa.and_(
                home_views.c.view_id == saved_views.c.view_id,
                home_views.c.owner == owner,
            ),
        )
        .where(_findable(owner, office))
        .order_by(saved_views.c.name, saved_views.c.view_id)
    )
    if only is not None:
        statement = statement.where(only)
    with engine.connect() as conn:
        return tuple(
            SavedView(
                row["view_id"],
                row["owner"],
                row["office"],
                row["name"],
                row["page"],
                MappingProxyType(json.loads(row["query"])),
                ViewKind(row["kind"]),
                bool(row["is_home"]),
            )
            for row in conn.execute(statement).mappings()
        )


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidNameError(name)
    return name
