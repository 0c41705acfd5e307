"""One matter filed more than once: repeats, several channels, frequent filers, many persons."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from analytics.near_duplicates import measure_pairs
from analytics.shingles import fold
from analytics.text_changes import is_swapped, keeps_facts

REPEAT_DAYS = 30
"""Days between two filings of one matter, at most (ours; no rule gives a number)."""

REPEAT_SIMILARITY = 0.85
"""Similarity of two narratives of one matter, at least (ours)."""

FREQUENT_FILINGS = 3
FREQUENT_DAYS = 90
"""A frequent filer files at least so often within so many days (ours)."""

MANY_PERSONS = 3
MANY_DAYS = 7
"""So many persons on one operator and problem within so many days are one matter (ours)."""

NEXT_FILINGS = 200
"""Later filings of the same person that each filing is compared with, at most."""

_NEEDED = ("submission_id", "registered_at", "kind", "person_key", "operator_id", "narrative")
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Filings:
    """Submissions in order of person, time and id, with codes instead of words; -1 is missing."""

    identifiers: np.ndarray
    seconds: np.ndarray
    person: np.ndarray
    kind: np.ndarray
    operator: np.ndarray
    channel: np.ndarray
    unit: np.ndarray
    order: np.ndarray
    narratives: np.ndarray


def find_repeats(submissions: pd.DataFrame) -> pd.DataFrame:
    """Find every kind of repetition among submissions.

    Parameters
    ----------
    submissions
        One row per submission: ``submission_id, registered_at, kind, person_key, operator_id,
        narrative, channel, handling_unit, issue_type``; ``issue_subtype`` and ``order_number`` are
        used where present.

    Returns
    -------
    pandas.DataFrame
        Rows of `find_filed_again`, `find_frequent_filers` and `find_shared_matters`, one per
        submission and group: ``submission_id, reason, group, role``. ``group`` is the id of the
        group's first submission.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    To work in blocks, cut by ``person_key`` for the first two and by ``operator_id`` for the last:
    no group crosses the cut.

    Examples
    --------
    >>> day = pd.Timestamp("2026-03-01")
    >>> filed = pd.DataFrame({"submission_id": ["a", "b"], "kind": "complaint", "person_key": "p",
    ...     "registered_at": [day, day + pd.Timedelta(days=3)], "operator_id": "o",
    ...     "channel": ["app", "tel"], "handling_unit": "u", "issue_type": "C01",
    ...     "narrative": "商家拒绝退还预付卡余额1200元"})
    >>> find_repeats(filed)[["submission_id", "reason", "role"]].to_numpy().tolist()
    [['a', 'multichannel', 'kept'], ['b', 'multichannel', 'copy'], ['a', 'repeat', 'kept'], ['b', 'repeat', 'copy']]
    """
    parts = [
        find_filed_again(submissions),
        find_frequent_filers(submissions),
        find_shared_matters(submissions),
    ]
    return _ordered(pd.concat(parts, ignore_index=True))


def copies(found: pd.DataFrame) -> pd.Series:
    """Return the submissions that de-noised counts leave out: all but the first of each matter.

    Parameters
    ----------
    found
        What `find_repeats` or `find_filed_again` gave.

    Returns
    -------
    pandas.Series
        Index submission id, value the reason (``repeat`` before ``multichannel``); one entry each.

    Examples
    --------
    >>> found = pd.DataFrame({"submission_id": ["a", "b"], "reason": "repeat", "group": "a",
    ...     "role": ["kept", "copy"]})
    >>> copies(found).to_dict()
    {'b': 'repeat'}
    """
    left_out = found[found["role"] == "copy"].sort_values("reason", ascending=False)
    first = left_out.drop_duplicates("submission_id").sort_values("submission_id")
    return pd.Series(first["reason"].to_numpy(), index=first["submission_id"].to_numpy())


def find_filed_again(submissions: pd.DataFrame) -> pd.DataFrame:
    """Find repeats and matters filed through several channels or with several units.

    Two submissions of one person within 30 days are one matter if they name the same order, or if
    their narratives are similar by 0.85 and keep the facts: against the same operator names, numbers
    and things are not mostly replaced; where the operator differs or is missing (one often comes
    under several names) not one of them is. ``repeat``: of the same kind too.
    ``multichannel``: by another channel or to another unit.

    Parameters
    ----------
    submissions
        As in `find_repeats`. Rows without a person belong to no group.

    Returns
    -------
    pandas.DataFrame
        ``submission_id, reason, group, role``; the earliest of a group is ``kept``, the others are
        ``copy``. A submission can be in a group of either reason.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    A person's filings are compared with the next 200 of theirs. Same rows in any order, same result.
    """
    filings = _filings(submissions, ("channel", "handling_unit"))
    left, right = _near_pairs(filings)
    same = _one_matter(filings, left, right)
    left, right = left[same], right[same]
    alike = filings.kind[left] == filings.kind[right]
    elsewhere = _differ(filings.channel, left, right) | _differ(filings.unit, left, right)
    found = [
        _grouped(filings, left[alike], right[alike], "repeat"),
        _grouped(filings, left[elsewhere], right[elsewhere], "multichannel"),
    ]
    return _ordered(pd.concat(found, ignore_index=True))


def find_frequent_filers(submissions: pd.DataFrame) -> pd.DataFrame:
    """Find persons who file at least three times within 90 days, whatever about.

    Parameters
    ----------
    submissions
        As in `find_repeats`.

    Returns
    -------
    pandas.DataFrame
        ``submission_id, reason = "frequent", group, role = "member"``; overlapping windows of one
        person are one group.

    Raises
    ------
    KeyError
        If a column is missing.
    """
    filings = _filings(submissions)
    reach = FREQUENT_FILINGS - 1
    if len(filings.person) <= reach:
        return _rows(filings, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), "frequent")
    close = (filings.person[reach:] == filings.person[:-reach]) & (
        filings.seconds[reach:] - filings.seconds[:-reach] <= FREQUENT_DAYS * _DAY
    )
    starts = np.flatnonzero(close)
    left = np.concatenate([starts + step for step in range(reach)])
    return _grouped(filings, left, left + 1, "frequent", member=True)


def find_shared_matters(submissions: pd.DataFrame) -> pd.DataFrame:
    """Find operators and problems that at least three persons filed about within seven days.

    Parameters
    ----------
    submissions
        As in `find_repeats`. Rows without operator or person are passed over.

    Returns
    -------
    pandas.DataFrame
        ``submission_id, reason = "many_persons", group, role = "member"``; overlapping windows are
        one group. The problem is ``issue_subtype`` where given, else ``issue_type``.

    Raises
    ------
    KeyError
        If a column is missing.
    """
    _require(submissions, (*_NEEDED, "issue_type"))
    issue = submissions["issue_type"]
    if "issue_subtype" in submissions:
        issue = submissions["issue_subtype"].fillna(issue)
    frame = pd.DataFrame(
        {
            "identifier": submissions["submission_id"].to_numpy(),
            "second": _seconds(submissions["registered_at"]),
            "person": pd.factorize(submissions["person_key"])[0],
            "matter": submissions.groupby(["operator_id", issue.rename("issue")])
            .ngroup()
            .to_numpy(),
        }
    )
    frame = frame[(frame["person"] >= 0) & (frame["matter"] >= 0) & (frame["second"] >= 0)]
    persons = frame.groupby("matter")["person"].transform("nunique")
    frame = frame[persons >= MANY_PERSONS].sort_values(["matter", "second", "identifier"])
    matter, second = frame["matter"].to_numpy(), frame["second"].to_numpy()
    starts = np.flatnonzero(np.diff(matter, prepend=-1)).tolist()
    person = frame["person"].tolist()
    group = np.full(len(frame), -1, dtype=np.int64)
    ends = [*starts, len(frame)][1:]
    for first, last in zip(starts, ends, strict=True):
        for begin, end in _crowded(second[first:last].tolist(), person[first:last]):
            group[first + begin : first + end] = first + begin
    found = group >= 0
    identifiers = frame["identifier"].to_numpy()
    return _ordered(
        pd.DataFrame(
            {
                "submission_id": identifiers[found],
                "reason": "many_persons",
                "group": identifiers[group[found]],
                "role": "member",
            }
        )
    )


def _crowded(seconds: list[int], persons: list[int]) -> Iterator[tuple[int, int]]:
    """Yield ranges in which every filing lies in a window of seven days with three persons."""
    inside: Counter[int] = Counter()
    first, open_from, open_to = 0, -1, -1
    for last, (second, person) in enumerate(zip(seconds, persons, strict=True)):
        inside[person] += 1
        while second - seconds[first] > MANY_DAYS * _DAY:
            inside[persons[first]] -= 1
            inside += Counter()
            first += 1
        if len(inside) >= MANY_PERSONS:
            if first >= open_to:
                if open_to > 0:
                    yield open_from, open_to
                open_from = first
            open_to = last + 1
    if open_to > 0:
        yield open_from, open_to


def _require(submissions: pd.DataFrame, columns: tuple[str, ...]) -> None:
    missing = [name for name in columns if name not in submissions]
    if missing:
        msg = f"submissions lack {', '.join(missing)}; they need {', '.join(columns)}"
        raise KeyError(msg)


def _seconds(times: pd.Series) -> np.ndarray:
    """Return seconds since 1970; below 0 where missing."""
    return pd.to_datetime(times).to_numpy(dtype="datetime64[s]").astype(np.int64)


def _codes(submissions: pd.DataFrame, column: str) -> np.ndarray:
    if column not in submissions:
        return np.full(len(submissions), -1, dtype=np.int64)
    return pd.factorize(submissions[column])[0].astype(np.int64)


def _filings(submissions: pd.DataFrame, also: tuple[str, ...] = ()) -> _Filings:
    _require(submissions, (*_NEEDED, *also))
    seconds = _seconds(submissions["registered_at"])
    person = _codes(submissions, "person_key")
    given = np.flatnonzero((person >= 0) & (seconds >= 0))
    filings = np.bincount(person[given]) if len(given) else np.empty(0, dtype=np.int64)
    given = given[filings[person[given]] > 1]
    identifiers = submissions["submission_id"].to_numpy(dtype=object)[given]
    order = given[np.lexsort((identifiers.astype(str), seconds[given], person[given]))]
    return _Filings(
        identifiers=submissions["submission_id"].to_numpy(dtype=object)[order],
        seconds=seconds[order],
        person=person[order],
        kind=_codes(submissions, "kind")[order],
        operator=_codes(submissions, "operator_id")[order],
        channel=_codes(submissions, "channel")[order],
        unit=_codes(submissions, "handling_unit")[order],
        order=_codes(submissions, "order_number")[order],
        narratives=submissions["narrative"].to_numpy(dtype=object)[order],
    )


def _near_pairs(filings: _Filings) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of one person's filings within 30 days."""
    found = [np.empty(0, dtype=np.int64)]
    steps = [np.empty(0, dtype=np.int64)]
    for step in range(1, min(NEXT_FILINGS, len(filings.person) - 1) + 1):
        near = np.flatnonzero(
            (filings.person[step:] == filings.person[:-step])
            & (filings.seconds[step:] - filings.seconds[:-step] <= REPEAT_DAYS * _DAY)
        )
        if not len(near):
            break
        found.append(near)
        steps.append(near + step)
    return np.concatenate(found), np.concatenate(steps)


def _one_matter(filings: _Filings, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Tell which pairs are about one matter."""
    ordered = (filings.order[left] >= 0) & (filings.order[left] == filings.order[right])
    against = (filings.operator[left] >= 0) & (filings.operator[left] == filings.operator[right])
    similar = measure_pairs(filings.narratives.tolist(), left, right) >= REPEAT_SIMILARITY
    unsure = np.flatnonzero(similar & ~ordered)
    folded = fold(list(filings.narratives[left[unsure]]) + list(filings.narratives[right[unsure]]))
    halves = zip(folded[: len(unsure)], folded[len(unsure) :], against[unsure], strict=True)
    ordered[unsure] = [
        not is_swapped(before, after) if known else keeps_facts(before, after)
        for before, after, known in halves
    ]
    return np.asarray(ordered, dtype=bool)


def _differ(codes: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.asarray(
        (codes[left] >= 0) & (codes[right] >= 0) & (codes[left] != codes[right]), dtype=bool
    )


def _grouped(
    filings: _Filings, left: np.ndarray, right: np.ndarray, reason: str, *, member: bool = False
) -> pd.DataFrame:
    count = len(filings.person)
    links = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    component = connected_components(links, directed=False)[1] if count else np.empty(0, dtype=int)
    involved = np.unique(np.concatenate([left, right]))
    firsts = np.full(count, count, dtype=np.int64)
    np.minimum.at(firsts, component[involved], involved)
    return _rows(filings, involved, firsts[component[involved]], reason, member=member)


def _rows(
    filings: _Filings, involved: np.ndarray, firsts: np.ndarray, reason: str, *, member: bool = True
) -> pd.DataFrame:
    roles = np.where(firsts == involved, "kept", "copy")
    return pd.DataFrame(
        {
            "submission_id": filings.identifiers[involved],
            "reason": reason,
            "group": filings.identifiers[firsts],
            "role": "member" if member else roles,
        }
    )


def _ordered(found: pd.DataFrame) -> pd.DataFrame:
    return found.sort_values(["reason", "group", "submission_id"], ignore_index=True)
