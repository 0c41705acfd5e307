"""New words as a viewer sees them: counted in what the viewer may see, under the selection."""

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from queries.counting import fetch_number
from queries.cubes import within
from queries.matching import matching
from queries.new_words import STEP, Search, known_search
from queries.reading import Reading, reading
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.warehouse import Warehouse
from queries.word_tables import cut_with, new_word_hits, new_words

CUT = "submission_words"
"""What is cut with accepted words."""

_FIGURES = ("rank", "cohesion", "left_entropy", "right_entropy", "q_value")


class NewWordsNotDerivedError(RuntimeError):
    """The new words of the latest submissions are not known yet."""

    def __init__(self) -> None:
        super().__init__(
            "new words are not found in the submissions as they are now; run 'python -m jobs refresh'"
        )


@dataclass(frozen=True, slots=True)
class NewWords:
    """New words under a selection.

    Attributes
    ----------
    frame
        A row per word that the submissions counted hold, by ``word``:

        * ``count``, ``baseline_count``: submissions of window and baseline that hold it;
        * ``last_year``: of these, those of the window's days a year earlier;
        * ``texts``: different narratives of the window that hold it;
        * ``first_seen``, ``first_county``, ``first_id``: of the first submission that holds it;
        * ``rank``, ``cohesion``, ``left_entropy``, ``right_entropy``, ``q_value``: of the search in
          all submissions, NaN for a word that was decided about and is not found any more.
    daily
        Columns ``word``, ``day``, ``count``: submissions by day, only days with any.
    search
        What was searched.
    total, baseline_total
        Submissions counted in window and baseline, with or without the words.
    applied
        Accepted words, in lower case, with which the submissions are cut already.
    """

    frame: pd.DataFrame
    daily: pd.DataFrame
    search: Search
    total: int
    baseline_total: int
    applied: frozenset[str]


def fetch_new_words(warehouse: Warehouse, selection: Selection, scope: Scope) -> NewWords:
    """Return the new words, and the words decided about, as far as the submissions counted hold them.

    Parameters
    ----------
    selection
        Its period does not matter: counted are the days that were searched.

    Raises
    ------
    NewWordsNotDerivedError
        If they are not in step with the submissions.
    """
    if STEP not in warehouse.fresh:
        raise NewWordsNotDerivedError
    with reading(warehouse, selection, scope) as opened:
        search = known_search(opened.conn)
        window, past = search.window, search.baseline
        applied = frozenset[str]()
        if CUT in warehouse.fresh:
            applied = frozenset(opened.conn.scalars(sa.select(cut_with.c.word)))
        if window is None:
            nothing = pd.DataFrame({"word": [], "day": [], "count": []})
            return NewWords(_frame(nothing, nothing, search), nothing, search, 0, 0, applied)
        whole = DateRange(window.start if past is None else past.start, window.end)
        daily = _daily(opened, whole)
        stored = sa.select(new_words.c.word, *[new_words.c[name] for name in _FIGURES])
        figures = pd.DataFrame(
            opened.conn.execute(stored).all(), columns=pd.Index(["word", *_FIGURES])
        )
        found = figures.merge(_firsts(opened, whole), on="word").merge(
            _texts(opened, window), on="word", how="left"
        )
        totals = [0 if days is None else int(fetch_number(opened, days)) for days in (window, past)]
        frame = _frame(daily, found, search)
        return NewWords(frame, daily, search, totals[0], totals[1], applied)


def _hits(reading: Reading, days: DateRange) -> sa.Select[*tuple[()]]:
    joined = new_word_hits.join(
        submissions, submissions.c.submission_key == new_word_hits.c.submission_key
    )
    return (
        sa.select()
        .select_from(joined)
        .where(matching(reading.selection, reading.scope, days=days), within(new_word_hits, days))
    )


def _daily(reading: Reading, days: DateRange) -> pd.DataFrame:
    word, day = new_word_hits.c.word, new_word_hits.c.registered_on
    counted = (
        _hits(reading, days)
        .add_columns(word, day, sa.func.count())
        .group_by(word, day)
        .order_by(word, day)
    )
    rows = reading.conn.execute(counted).all()
    found = pd.DataFrame(rows, columns=pd.Index(["word", "day", "count"]))
    return found.assign(day=pd.to_datetime(found["day"]), count=found["count"].astype("int64"))


def _texts(reading: Reading, days: DateRange) -> pd.DataFrame:
    word = new_word_hits.c.word
    counted = (
        _hits(reading, days)
        .add_columns(word, sa.func.count(submissions.c.narrative.distinct()))
        .group_by(word)
    )
    rows = reading.conn.execute(counted).all()
    return pd.DataFrame(rows, columns=pd.Index(["word", "texts"]))


def _firsts(reading: Reading, days: DateRange) -> pd.DataFrame:
    place = sa.func.row_number().over(
        partition_by=new_word_hits.c.word,
        order_by=(submissions.c.registered_at, submissions.c.submission_key),
    )
    columns = ("registered_at", "county_code", "city_code", "submission_id")
    numbered = (
        _hits(reading, days)
        .add_columns(
            new_word_hits.c.word,
            *[submissions.c[name] for name in columns],
            place.label("place"),
        )
        .subquery()
    )
    shown = [numbered.c.word, *[numbered.c[name] for name in columns]]
    rows = reading.conn.execute(sa.select(*shown).where(numbered.c.place == 1)).all()
    found = pd.DataFrame(
        rows, columns=pd.Index(["word", "first_seen", "county", "city", "first_id"])
    )
    county = found["county"].where(found["county"].notna(), found["city"])
    return found.assign(first_county=county).drop(columns=["county", "city"])


def _frame(daily: pd.DataFrame, found: pd.DataFrame, search: Search) -> pd.DataFrame:
    columns = [
        "word", "count", "baseline_count", "last_year", "texts", "first_seen", "first_county",
        "first_id", *_FIGURES,
    ]  # fmt: skip
    window = search.window
    if window is None or found.empty:
        return pd.DataFrame(columns=pd.Index(columns))
    start = pd.Timestamp(window.start)
    year = pd.Timedelta(days=365)
    spans = {
        "count": daily["day"] >= start,
        "baseline_count": daily["day"] < start,
        "last_year": daily["day"].between(start - year, pd.Timestamp(window.end) - year),
    }
    counts = pd.DataFrame(
        {name: daily[inside].groupby("word")["count"].sum() for name, inside in spans.items()}
    )
    frame = found.merge(counts, left_on="word", right_index=True, how="left")
    for name in ("count", "baseline_count", "last_year", "texts"):
        frame[name] = frame[name].fillna(0).astype("int64")
    for name in _FIGURES:
        frame[name] = frame[name].astype("float64")
    ordered: pd.DataFrame = frame[columns].sort_values("word", ignore_index=True)
    return ordered
