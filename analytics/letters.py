"""Letters that circulate: one text, many signatories, one matter."""

import numpy as np
import pandas as pd

from analytics.near_duplicates import group_near_duplicates

PERSONS = 10
"""Signatories that make nearly equal texts a circulated letter (ours)."""

QUIET_DAYS = 14
"""Days without a further copy after which the same text counts as another letter (ours)."""

SIMILARITY = 0.85
"""Similarity of two copies, as in `analytics.near_duplicates` (ours)."""

_NEEDED = ("submission_id", "registered_at", "kind", "person_key", "narrative", "issue_type")
_DAY = 86_400


def find_template_letters(
    submissions: pd.DataFrame, *, persons: int = PERSONS, quiet_days: int = QUIET_DAYS
) -> pd.DataFrame:
    """Find letters that many persons handed in about one matter.

    Nearly equal narratives of complaints and reports of one problem, in one county where that is
    given, no more than ``quiet_days`` apart from copy to copy, by at least so many persons.

    Parameters
    ----------
    submissions
        One row each: ``submission_id, registered_at, kind, person_key, narrative, issue_type``;
        ``issue_subtype`` and ``county_code`` where present.
    persons
        Least number of signatories.
    quiet_days
        Longest pause between copies.

    Returns
    -------
    pandas.DataFrame
        ``submission_id, letter`` (id of the first copy)``, persons`` (signatories); every copy counts
        as a person's own submission, so none is left out of counts.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    Inquiries are passed over: their notes follow the desk's own wording. Cut by county to work in
    blocks.

    Examples
    --------
    >>> filed = pd.DataFrame({"submission_id": ["a", "b", "c"], "person_key": ["p", "q", "r"],
    ...     "registered_at": pd.Timestamp("2026-03-01"), "kind": "complaint", "issue_type": "C06",
    ...     "narrative": [f"物业电梯频繁故障，停车收费不公示，业主{name}" for name in "甲乙丙"]})
    >>> find_template_letters(filed, persons=3)["letter"].tolist()
    ['a', 'a', 'a']
    """
    missing = [name for name in _NEEDED if name not in submissions]
    if missing:
        msg = f"submissions lack {', '.join(missing)}; they need {', '.join(_NEEDED)}"
        raise KeyError(msg)
    asked = (submissions["kind"] != "inquiry") & submissions["registered_at"].notna()
    frame = submissions[asked].reset_index(drop=True)
    issue = frame["issue_type"]
    if "issue_subtype" in frame:
        issue = frame["issue_subtype"].fillna(issue)
    place = frame["county_code"] if "county_code" in frame else pd.Series("", index=frame.index)
    frame["matter"] = (
        pd.DataFrame({"issue": issue, "place": place})
        .groupby(["issue", "place"], dropna=False)
        .ngroup()
    )
    frame["text"] = group_near_duplicates(frame["narrative"], threshold=SIMILARITY)
    seconds = pd.to_datetime(frame["registered_at"]).to_numpy(dtype="datetime64[s]")
    frame["second"] = seconds.astype(np.int64)
    frame = frame.sort_values(["text", "matter", "second", "submission_id"])
    paused = frame["second"].diff() > quiet_days * _DAY
    changed = frame["text"].diff().ne(0) | frame["matter"].diff().ne(0)
    frame["letter"] = (paused | changed).cumsum()
    frame["persons"] = frame.groupby("letter")["person_key"].transform("nunique")
    frame["letter"] = frame.groupby("letter")["submission_id"].transform("first")
    found = frame.loc[frame["persons"] >= persons, ["submission_id", "letter", "persons"]]
    return found.sort_values(["letter", "submission_id"], ignore_index=True)
