"""The course of one submission: its steps with their dates, deadlines and delays."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from pages.components import tables, wording
from queries.vocabulary import STATUS_RANK, Acceptance, Kind, Status

State = Literal["done", "open", "skipped"]
_OVER = (Status.DECLINED, Status.WITHDRAWN, Status.CLOSED, Status.FED_BACK, Status.ARCHIVED)
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a submission's course, as shown.

    Attributes
    ----------
    when
        The moment, or what is known instead.
    due
        The deadline, empty without one.
    mark
        Such as 逾期2天; empty where nothing is to be said.
    """

    label: str
    when: str
    state: State
    due: str = ""
    took: str = ""
    mark: str = ""
    late: bool = False


def steps(record: Mapping[str, Any], *, as_of: dt.date | None) -> tuple[Step, ...]:
    """Return the steps of a submission in order.

    Parameters
    ----------
    record
        As from `queries.reads.fetch_submission`.
    as_of
        Last day of the data: a step still open after its deadline was late on that day.
    """
    started = _moment(record, "registered_at")
    found = [
        Step("登记", tables.moment(started), "done"),
        _step(record, "分送", "dispatched_at", as_of=as_of, by=Status.DISPATCHED),
    ]
    kind = record.get("kind")
    if kind == Kind.COMPLAINT:
        found += [
            _first_check(record, "初查", as_of, by=Status.ACCEPTED),
            _acceptance(record, as_of),
            _mediation(record),
        ]
    elif kind == Kind.TIPOFF:
        found += [
            _first_check(record, "核查", as_of, by=Status.CASE_OPENED),
            _case(record),
        ]
    found.append(_step(record, "办结", "closed_at", due="due_at", as_of=as_of))
    if kind == Kind.COMPLAINT:
        found.append(_publication(record))
    return tuple(found)


def _first_check(
    record: Mapping[str, Any], label: str, as_of: dt.date | None, *, by: Status
) -> Step:
    return _step(record, label, "first_checked_at", due="first_check_due_at", as_of=as_of, by=by)


def _step(
    record: Mapping[str, Any],
    label: str,
    at: str,
    *,
    as_of: dt.date | None,
    due: str | None = None,
    by: Status = Status.CLOSED,
) -> Step:
    """Return a step; one without a date has passed if the status is ``by`` or beyond."""
    reached, limit = _moment(record, at), _moment(record, due) if due else None
    passed = reached is not None or _is_over(record) or _has_come_to(record, by)
    mark, late = _delay(reached, limit, as_of, over=passed)
    return Step(
        label=label,
        when=tables.moment(reached) if reached else "未填写" if passed else "未到",
        state="done" if passed else "open",
        due=f"期限{tables.moment(_last_minute(limit))}" if limit else "",
        took=_took(record, reached) if reached else "",
        mark=mark,
        late=late,
    )


def _last_minute(limit: dt.datetime) -> dt.datetime:
    """Return a deadline at the end of a day as that day."""
    ends = limit.time() >= dt.time(23, 59)
    return limit.replace(hour=0, minute=0, second=0, microsecond=0) if ends else limit


def _delay(
    reached: dt.datetime | None, limit: dt.datetime | None, as_of: dt.date | None, *, over: bool
) -> tuple[str, bool]:
    if limit is None:
        return "", False
    if reached is not None:
        return (f"逾期{_days(reached - limit)}天", True) if reached > limit else ("按期", False)
    if over or as_of is None:
        return "", False
    now = dt.datetime.combine(as_of + _ONE_DAY, dt.time())
    if now > limit:
        return f"已超期{_days(now - limit)}天", True
    return f"还有{_days(limit - now)}天", False


def _days(span: dt.timedelta) -> int:
    """Return a span in days, a begun one counted whole."""
    return -(-span // _ONE_DAY)


def _took(record: Mapping[str, Any], reached: dt.datetime) -> str:
    started = _moment(record, "registered_at")
    if started is None or reached < started:
        return ""
    return f"登记后{(reached - started) / _ONE_DAY:.1f}天"


def _acceptance(record: Mapping[str, Any], as_of: dt.date | None) -> Step:
    if record.get("acceptance") == Acceptance.DECLINED:
        reason = record.get("reject_reason")
        return Step("不予受理", tables.text_of("reject_reason", reason), "done")
    return _step(record, "受理", "accepted_at", as_of=as_of, by=Status.ACCEPTED)


def _mediation(record: Mapping[str, Any]) -> Step:
    result = record.get("mediation_result")
    if result is not None:
        return Step("调解", wording.label("mediation_result", result), "done")
    if record.get("acceptance") == Acceptance.DECLINED:
        return Step("调解", "未进入调解", "skipped")
    if _is_over(record):
        return Step("调解", "未填写", "done")
    under_way = record.get("status") in (Status.ACCEPTED, Status.MEDIATING)
    return Step("调解", "调解中" if under_way else "未到", "open")


def _case(record: Mapping[str, Any]) -> Step:
    opened = record.get("is_case_opened")
    if opened is None or pd.isna(opened):
        return Step(
            "立案", "未填写" if _is_over(record) else "未到", "done" if _is_over(record) else "open"
        )
    if not opened:
        return Step("立案", "不予立案", "done")
    reached = _moment(record, "case_opened_at")
    when = tables.moment(reached) if reached else "已立案"
    return Step("立案", when, "done", took=_took(record, reached) if reached else "")


def _publication(record: Mapping[str, Any]) -> Step:
    reached = _moment(record, "published_at")
    if reached is not None:
        return Step("公示", tables.moment(reached), "done")
    published = record.get("is_published")
    if published is not None and not pd.isna(published):
        return Step("公示", "已公示" if published else "未公示", "done" if published else "open")
    return Step("公示", "未填写" if _is_over(record) else "未到", "open")


def _is_over(record: Mapping[str, Any]) -> bool:
    return _moment(record, "closed_at") is not None or record.get("status") in _OVER


def _has_come_to(record: Mapping[str, Any], status: Status) -> bool:
    try:
        return STATUS_RANK[Status(str(record.get("status")))] >= STATUS_RANK[status]
    except ValueError:
        return False


def _moment(record: Mapping[str, Any], name: str) -> dt.datetime | None:
    value = record.get(name)
    return None if value is None or pd.isna(value) else value
