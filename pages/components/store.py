"""The only bridge from pages to the workflow store: what viewers write, and what they wrote.

`data` answers questions about the warehouse and writes nothing; this writes, and each write is
audited under the viewer's name.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
import streamlit as st

from pages.components.access import Viewer
from pages.components.settings import settings
from queries import calendar_events, saved_views
from queries import decisions as kept_decisions
from queries.calendar_events import Event, InvalidEventError, NotYourEventError
from queries.decisions import Decision, InvalidDecisionError, NoSuchDecisionError
from queries.saved_views import (
    InvalidNameError,
    NameTakenError,
    NoSuchViewError,
    SavedView,
    TooManyViewsError,
    ViewError,
)
from queries.vocabulary import DecisionKind, ViewKind
from queries.workflow import open_workflow, record_audit

__all__ = [
    "Decision",
    "Event",
    "InvalidDecisionError",
    "InvalidEventError",
    "InvalidNameError",
    "NameTakenError",
    "NoSuchDecisionError",
    "NoSuchViewError",
    "NotAllowedError",
    "NotYourEventError",
    "SavedView",
    "StoreError",
    "TooManyViewsError",
    "ViewError",
    "add_event",
    "change_event",
    "decide",
    "decisions",
    "delete_view",
    "events",
    "home_view",
    "opened",
    "record_export",
    "record_opening",
    "remove_event",
    "rename_view",
    "save_view",
    "set_home",
    "views",
    "withdraw",
]


class NotAllowedError(PermissionError):
    """A decision is not this viewer's to take."""

    def __init__(self, viewer: Viewer, kind: DecisionKind) -> None:
        super().__init__(
            f"{viewer.name!r} as {viewer.role} may not decide about a {kind}; "
            "an analyst or enforcement officer who sees all data may"
        )


StoreError = sa.exc.SQLAlchemyError
"""What goes wrong in the store itself: it cannot be reached, or is locked."""

MAX_EVENT_NAME = calendar_events.MAX_NAME
MAX_EVENT_NOTE = calendar_events.MAX_NOTE
EVENT_DAYS = (calendar_events.EARLIEST, calendar_events.LATEST)
MAX_VIEW_NAME = saved_views.MAX_NAME
MAX_DECISION_NOTE = kept_decisions.MAX_NOTE

EVENTS_TTL = dt.timedelta(minutes=1)
"""How long a process may not see an event that another one wrote."""

_OPENED = "store.opened"


@st.cache_resource(show_spinner=False)
def _engine(url: str) -> sa.Engine:
    return open_workflow(url)


def opened() -> sa.Engine:
    """Return the workflow store, for the bridges that read and write it."""
    return _engine(settings().workflow_url)


def record_opening(viewer: Viewer, *, submission_id: str) -> None:
    """Write into the audit log that a viewer asked for a submission, once per session."""
    told = st.session_state.setdefault(_OPENED, set())
    if (viewer.name, submission_id) in told:
        return
    record_audit(
        opened(),
        viewer=viewer.name,
        role=viewer.role,
        action="open_submission",
        subject=submission_id,
    )
    told.add((viewer.name, submission_id))


def record_export(viewer: Viewer, *, subject: str) -> None:
    """Write into the audit log that a viewer took figures or submissions away."""
    record_audit(opened(), viewer=viewer.name, role=viewer.role, action="export", subject=subject)


@st.cache_data(ttl=EVENTS_TTL, max_entries=4, show_spinner=False)
def _events(url: str) -> tuple[Event, ...]:
    return calendar_events.fetch_events(_engine(url))


def events() -> tuple[Event, ...]:
    """Return every event that viewers entered, wherever it holds."""
    return _events(settings().workflow_url)


def add_event(viewer: Viewer, event: Event) -> None:
    """Keep a new event."""
    calendar_events.add_event(opened(), event, author=viewer.name, role=viewer.role)
    _events.clear()


def change_event(viewer: Viewer, event: Event) -> None:
    """Put an event in place of the viewer's own one of the same number."""
    calendar_events.change_event(opened(), event, author=viewer.name, role=viewer.role)
    _events.clear()


def remove_event(viewer: Viewer, event_id: int) -> None:
    """Take the viewer's own event off the calendar."""
    calendar_events.remove_event(opened(), event_id, author=viewer.name, role=viewer.role)
    _events.clear()


def views(viewer: Viewer, office: str) -> tuple[SavedView, ...]:
    """Return the views that a viewer finds in the list."""
    return saved_views.fetch_views(opened(), owner=viewer.name, office=office)


def home_view(viewer: Viewer, office: str) -> SavedView | None:
    """Return where a viewer starts, None without a home."""
    return saved_views.fetch_home(opened(), owner=viewer.name, office=office)


def save_view(
    viewer: Viewer,
    office: str,
    *,
    name: str,
    page: str,
    query: Mapping[str, str],
    kind: ViewKind,
) -> None:
    """Keep an address under a name."""
    saved_views.save_view(
        opened(),
        owner=viewer.name,
        role=viewer.role,
        office=office,
        name=name,
        page=page,
        query=query,
        kind=kind,
    )


def rename_view(viewer: Viewer, view_id: int, *, name: str) -> None:
    """Give the viewer's own view another name."""
    saved_views.rename_view(opened(), view_id, name=name, owner=viewer.name, role=viewer.role)


def delete_view(viewer: Viewer, view_id: int) -> None:
    """Delete the viewer's own view."""
    saved_views.delete_view(opened(), view_id, owner=viewer.name, role=viewer.role)


def set_home(viewer: Viewer, office: str, view_id: int | None) -> None:
    """Make a view the place where the viewer starts; None takes the home away."""
    saved_views.set_home(opened(), view_id, owner=viewer.name, office=office, role=viewer.role)


def decisions(kind: DecisionKind) -> tuple[Decision, ...]:
    """Return what was decided about findings of a kind and holds, oldest first."""
    return kept_decisions.fetch_decisions(opened(), kind)


def decide(
    viewer: Viewer,
    kind: DecisionKind,
    subject: str,
    verdict: str,
    *,
    details: Mapping[str, Any] | None = None,
    note: str = "",
    instead_of: tuple[str, ...] = (),
) -> None:
    """Keep a decision about a finding; the next refresh takes it into account.

    Raises
    ------
    NotAllowedError
        If it is not the viewer's to take.
    """
    _check_may_decide(viewer, kind)
    kept_decisions.decide(
        opened(),
        kind,
        subject,
        verdict,
        author=viewer.name,
        role=viewer.role,
        details=details,
        note=note,
        instead_of=instead_of,
    )


def withdraw(viewer: Viewer, kind: DecisionKind, decision_id: int) -> None:
    """Take a decision about a finding of this kind back.

    Raises
    ------
    NotAllowedError
        If it is not the viewer's to take.
    """
    _check_may_decide(viewer, kind)
    kept_decisions.withdraw(opened(), decision_id, author=viewer.name, role=viewer.role)


def _check_may_decide(viewer: Viewer, kind: DecisionKind) -> None:
    if not viewer.may_decide(kind):
        raise NotAllowedError(viewer, kind)
