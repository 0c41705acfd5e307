"""Reads of tags: how many submissions have each, and the texts that a rule is tried on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa

from queries.counting import fetch_number
from queries.figures import divided
from queries.findings import with_submissions
from queries.matching import matching
from queries.month_sums import count_found
from queries.month_tables import ANY
from queries.reading import Reading, reading
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.tag_tables import (
    FOUND,
    STEP,
    TagsNotDerivedError,
    submission_tags,
    tag_rules,
)
from queries.tags import searched_text
from queries.warehouse import Warehouse

TRIED = 10_000
"""Newest submissions that a rule is tried on before it is put in force; ours, 0.15 s of a core."""

MAX_TRIED = 50_000
"""Most texts of one such read; ours, about 30 MB."""


@dataclass(frozen=True, slots=True)
class TagCounts:
    """How many submissions have each tag.

    Attributes
    ----------
    frame
        Most frequent first (ties by code): ``tag``, ``name`` (as it was when tags were given),
        ``submissions``, ``share`` (of all submissions, 0-1; NaN without any); with a comparison
        ``submissions_compared``, ``share_compared``, ``change_rate`` (NaN where the base is 0).
        Tags that no submission has are among them. A submission may have several tags, so that
        neither counts nor shares add up.
    base
        All submissions selected, filters on tags left out.
    base_compared
        The same over the days compared with, None without comparison.
    tagged
        Submissions that have at least one tag.
    """

    frame: pd.DataFrame
    base: int
    base_compared: int | None
    tagged: int
    days: DateRange
    compared: DateRange | None


def fetch_tags(warehouse: Warehouse, selection: Selection, scope: Scope) -> TagCounts:
    """Count the submissions selected by their tags.

    Filters on tags are left out, so that the tags not chosen stay in sight.

    Raises
    ------
    TagsNotDerivedError
        If the tags are not in step with the submissions.
    """
    if STEP not in warehouse.fresh:
        raise TagsNotDerivedError
    with reading(warehouse, selection, scope) as opened:
        names = _names(opened.conn)
        frame = pd.DataFrame({"tag": list(names), "name": list(names.values())}, dtype=object)
        base = fetch_number(opened, opened.days, lifted=("tag",))
        counts, tagged = _counted(opened, opened.days)
        frame["submissions"] = _of(counts, frame["tag"])
        frame["share"] = divided(frame["submissions"].to_numpy(float), _all(frame, base))
        before = None
        if opened.compared is not None:
            before = fetch_number(opened, opened.compared, lifted=("tag",))
            earlier = _of(_counted(opened, opened.compared)[0], frame["tag"])
            frame["submissions_compared"] = earlier
            frame["share_compared"] = divided(earlier.to_numpy(float), _all(frame, before))
            change = (frame["submissions"] - earlier).to_numpy(float)
            frame["change_rate"] = divided(change, earlier.to_numpy(float))
    ordered = frame.sort_values(["submissions", "tag"], ascending=[False, True], ignore_index=True)
    return TagCounts(
        frame=ordered,
        base=int(base),
        base_compared=None if before is None else int(before),
        tagged=tagged,
        days=opened.days,
        compared=opened.compared,
    )


def fetch_tag_books(warehouse: Warehouse) -> dict[str, tuple[str, str]]:
    """Return name and digest of the rule of every tag that was given; none if tags are not derived."""
    if STEP not in warehouse.fresh:
        return {}
    with warehouse.engine.connect() as conn:
        return {row.tag: (row.name, row.digest) for row in conn.execute(sa.select(tag_rules))}


def fetch_tags_of(warehouse: Warehouse, scope: Scope, *, submission_id: str) -> tuple[str, ...]:
    """Return the codes of one submission's tags, in order; none if it lies outside the scope."""
    if STEP not in warehouse.fresh or warehouse.first_day is None or warehouse.last_day is None:
        return ()
    days = DateRange(warehouse.first_day, warehouse.last_day)
    asked = (
        sa.select(submission_tags.c.tag)
        .select_from(with_submissions(submission_tags))
        .where(
            matching(Selection(), scope, days=days), submissions.c.submission_id == submission_id
        )
        .order_by(submission_tags.c.tag)
    )
    with warehouse.engine.connect() as conn:
        return tuple(conn.scalars(asked))


def fetch_newest_texts(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, limit: int = TRIED
) -> pd.DataFrame:
    """Return the texts of the newest submissions selected, as rules see them.

    Returns
    -------
    pandas.DataFrame
        ``submission_id``, ``registered_at``, ``text``; newest first, at most ``limit`` rows.

    Raises
    ------
    ValueError
        If ``limit`` is not 1 to `MAX_TRIED`.
    """
    if not 1 <= limit <= MAX_TRIED:
        msg = f"limit must be 1 to {MAX_TRIED}, got {limit}"
        raise ValueError(msg)
    with reading(warehouse, selection, scope) as opened:
        asked = (
            sa.select(
                submissions.c.submission_id,
                submissions.c.registered_at,
                searched_text().label("text"),
            )
            .where(matching(selection, scope, days=opened.days))
            .order_by(submissions.c.registered_at.desc(), submissions.c.submission_key.desc())
            .limit(limit)
        )
        rows = opened.conn.execute(asked).all()
    return pd.DataFrame(
        {
            "submission_id": pd.Series([row.submission_id for row in rows], dtype=object),
            "registered_at": pd.to_datetime(
                pd.Series([row.registered_at for row in rows], dtype=object)
            ),
            "text": pd.Series([row.text for row in rows], dtype=object),
        }
    )


def _names(conn: sa.Connection) -> dict[str, str]:
    asked = sa.select(tag_rules.c.tag, tag_rules.c.name).order_by(tag_rules.c.tag)
    return {row.tag: row.name for row in conn.execute(asked)}


def _counted(reading: Reading, days: DateRange) -> tuple[dict[str, int], int]:
    """Return how many submissions have each tag, and how many have any."""
    counts = {
        tag: number for (tag,), number in count_found(reading, FOUND, days, without="tag").items()
    }
    return counts, counts.pop(ANY, 0)


def _of(counts: dict[str, int], tags: pd.Series) -> pd.Series:
    return pd.Series([counts.get(tag, 0) for tag in tags], dtype="int64")


def _all(frame: pd.DataFrame, base: float) -> np.ndarray:
    return np.full(len(frame), float(base))
