"""Staged records for tests: give the fields that matter, the rest is plain."""

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa
import sqlalchemy as sa

from queries.merging import STAGED
from queries.schema import submissions
from queries.vocabulary import STATUS_RANK, Status

ARROW_TYPES = {
    sa.String: pa.string(),
    sa.Text: pa.string(),
    sa.DateTime: pa.timestamp("us"),
    sa.Date: pa.date32(),
    sa.SmallInteger: pa.int16(),
    sa.Float: pa.float64(),
    sa.Boolean: pa.bool_(),
}
OTHER_TYPES = {"status_rank": pa.int16(), "as_of": pa.timestamp("us"), "source_row": pa.int64()}
NEW_YEAR = dt.datetime(2026, 1, 1)


def arrow_type(name: str) -> pa.DataType:
    if name in submissions.c:
        return ARROW_TYPES[type(submissions.c[name].type)]
    return OTHER_TYPES.get(name, pa.string())


def record(
    submission_id: str,
    registered_at: str = "2026-01-01T10:00",
    *,
    status: Status = Status.REGISTERED,
    as_of: dt.datetime = NEW_YEAR,
    **fields: object,
) -> dict[str, object]:
    at = dt.datetime.fromisoformat(registered_at)
    return {
        "submission_id": submission_id,
        "source": "test",
        "kind": "complaint",
        "registered_at": at,
        "registered_on": at.date(),
        "weekday": at.isoweekday(),
        "hour": at.hour,
        "status": status.value,
        "status_rank": STATUS_RANK[status],
        "as_of": as_of,
        "source_row": 1,
        **fields,
    }


def batch(records: Sequence[dict[str, object]]) -> pa.Table:
    unknown = {name for each in records for name in each} - set(STAGED)
    assert not unknown, unknown
    return pa.table(
        {name: pa.array([each.get(name) for each in records], arrow_type(name)) for name in STAGED}
    )
