"""What many persons share: one operator and problem, one event told in many texts, one circulated letter."""

import datetime as dt
import functools
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from scipy.sparse import csr_matrix

from analytics.letters import find_template_letters
from analytics.repeats import find_shared_matters
from analytics.same_issue import group_same_issue
from analytics.topic_words import label_words
from jobs.decided import Decided
from jobs.finders.finder import Finder, Finish, at_once
from jobs.spreading import ahead
from jobs.words import shipped_digest
from queries import repeats
from queries.schema import submission_words, words
from queries.vocabulary import DecisionKind, GroupKind, Kind

MOST_EVENTS = 500
"""Largest events kept (ours)."""

NAMED_BY = 4
"""Words that name a group (ours)."""

CLAIMS = (Kind.COMPLAINT.value, Kind.TIPOFF.value)
"""Inquiries are passed over: their notes follow the desk's own wording."""


def begin(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> Finish:  # noqa: ARG001
    """Begin to find anew, in the newest submissions, what many persons share.

    What is looked at is bounded by days and by narratives, so that the step takes seconds however
    large the warehouse is, and the outcome depends on the facts alone.
    """
    told, signed = _read_told(conn), _read_signed(conn)
    events = ahead(functools.partial(events_in, told), size=len(told))
    letters = ahead(functools.partial(letters_in, signed), size=len(signed))
    return functools.partial(_finish, events, letters)


def _finish(
    events: Callable[[], pd.DataFrame], letters: Callable[[], pd.DataFrame], conn: sa.Connection
) -> int:
    found = pd.concat([_one_operator(conn), events(), letters()], ignore_index=True)
    matters = (
        found.groupby(["kind", "group_key"], sort=True)
        .agg(size=("submission_key", "size"), persons=("person_key", "nunique"))
        .reset_index()
    )
    matters["label"] = _labels(conn, found, matters)
    repeats.replace_shared(
        conn,
        pa.table(
            {
                "kind": pa.array(matters["kind"], pa.string()),
                "group_key": pa.array(matters["group_key"], pa.int64()),
                "label": pa.array(matters["label"], pa.string()),
                "size": pa.array(matters["size"], pa.int32()),
                "persons": pa.array(matters["persons"], pa.int32()),
            }
        ),
        pa.table(
            {
                "submission_key": pa.array(found["submission_key"], pa.int64()),
                "registered_on": pa.array(found["registered_on"], pa.date32()),
                "kind": pa.array(found["kind"], pa.string()),
                "group_key": pa.array(found["group_key"], pa.int64()),
            }
        ),
    )
    return len(matters) + len(found)


def _one_operator(conn: sa.Connection) -> pd.DataFrame:
    rows = repeats.read_newest(conn, repeats.SHARED, days=repeats.SHARED_DAYS)
    rows["narrative"] = ""
    found = find_shared_matters(rows)
    return _grouped(rows, found["submission_id"], found["group"], GroupKind.MANY_PERSONS)


def _read_signed(conn: sa.Connection) -> pd.DataFrame:
    """Return the submissions among which circulated letters are looked for."""
    return repeats.read_newest(
        conn,
        (*repeats.SHARED, "narrative"),
        days=repeats.LETTER_DAYS,
        limit=repeats.MOST_LETTER_TEXTS,
        kinds=CLAIMS,
    )


def letters_in(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the copies of circulated letters among these submissions."""
    found = find_template_letters(rows)
    return _grouped(rows, found["submission_id"], found["letter"], GroupKind.LETTER)


def _read_told(conn: sa.Connection) -> pd.DataFrame:
    """Return the submissions among which events are looked for."""
    return repeats.read_newest(
        conn,
        (*repeats.SHARED, "narrative"),
        days=repeats.EVENT_DAYS,
        limit=repeats.MOST_EVENT_TEXTS,
        kinds=CLAIMS,
    )


def events_in(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the submissions among these that tell of an event that many persons speak of."""
    event = group_same_issue(rows["narrative"], rows["registered_at"])
    rows = rows.assign(event=event.to_numpy())[event.to_numpy() >= 0]
    rows = rows.sort_values(["event", "registered_at", "submission_id"])
    persons = rows.groupby("event")["person_key"].nunique()
    first = rows.groupby("event")["submission_id"].first()
    told = pd.DataFrame({"persons": persons, "first": first, "gathered": _gathered(rows)})
    told = told[
        (told["persons"] >= repeats.EVENT_PERSONS) & (told["gathered"] >= repeats.EVENT_SHARE)
    ]
    told = told.sort_values(["persons", "first"], ascending=[False, True]).head(MOST_EVENTS)
    rows = rows[rows["event"].isin(told.index)]
    return _grouped(
        rows, rows["submission_id"], rows["event"].map(told["first"]), GroupKind.SAME_ISSUE
    )


def _gathered(rows: pd.DataFrame) -> pd.Series:
    """Return the share of an event's submissions that meet in one county or at one operator."""
    shares = [
        rows.groupby(["event", column]).size().groupby("event").max()
        for column in ("county_code", "operator_id")
    ]
    most = pd.concat(shares, axis=1).max(axis=1)
    return most / rows.groupby("event").size()


def _grouped(
    rows: pd.DataFrame, members: pd.Series, groups: pd.Series, kind: GroupKind
) -> pd.DataFrame:
    known = rows.set_index("submission_id")
    found = known.loc[members, ["submission_key", "registered_on", "person_key"]]
    found["group_key"] = known.loc[groups, "submission_key"].to_numpy()
    found["kind"] = kind.value
    return found.reset_index(drop=True)


def _labels(conn: sa.Connection, found: pd.DataFrame, matters: pd.DataFrame) -> list[str]:
    """Return the telling words of each group of texts; of one operator's none are needed."""
    numbers = {
        (row.kind, row.group_key): number
        for number, row in enumerate(matters.itertuples(index=False))
    }
    told = found[found["kind"] != GroupKind.MANY_PERSONS.value].reset_index(drop=True)
    if told.empty:
        return [""] * len(matters)
    keys = pa.table({"submission_key": pa.array(told["submission_key"].unique(), pa.int64())})
    with repeats.given_rows(conn, "told_keys", keys) as wanted:
        spoken = repeats.read_frame(
            conn,
            sa.select(submission_words.c.submission_key, words.c.word)
            .join(wanted, wanted.c.submission_key == submission_words.c.submission_key)
            .join(words, words.c.word_id == submission_words.c.word_id),
        ).to_pandas()
    if spoken.empty:
        return [""] * len(matters)
    vocabulary = sorted(spoken["word"].unique())
    pairs = told.merge(spoken, on="submission_key")
    group = [numbers[each] for each in zip(pairs["kind"], pairs["group_key"], strict=True)]
    column = np.searchsorted(vocabulary, pairs["word"].to_numpy(dtype=object).astype(str))
    counts = csr_matrix(
        (np.ones(len(pairs)), (group, column)), shape=(len(matters), len(vocabulary))
    )
    named = label_words(vocabulary, counts, np.arange(len(matters)), len(matters))
    return ["、".join(each[:NAMED_BY]) for each in named]


find = at_once(begin)

FINDER = Finder(
    repeats.SHARED_STEP,
    find,
    decided_by=(DecisionKind.WORD,),
    rules=shipped_digest,
    begin=begin,
)
