"""The ten questions in pandas, with the columns held in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from jobs.bench.cases import Answers, Case, Rows, Value, in_order, rate
from jobs.bench.plain import BOARD_ROWS, FACTS_READ, LARGE_YUAN, NOTABLE_ROWS, WORDS_SHOWN
from queries.loading import raw_connection
from queries.schema import operators, submission_words, submissions, words
from queries.selection import DateRange
from queries.warehouse import open_file

Given = Mapping[str, pd.DataFrame]

COUNTED_AS_CODES = frozenset({
    "industry_section", "industry", "city_code", "county_code", "issue_type", "issue_subtype",
    "operator_id",
})  # fmt: skip
"""Columns held as categories: the quickest that pandas has for grouping."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    facts: pd.DataFrame
    word_rows: pd.DataFrame
    words: pd.Series
    operators: pd.Series


class PandasEngine:
    """Everything that the ten questions read, in memory, sorted by day."""

    def __init__(self, path: Path) -> None:
        self.files: Sequence[Path] = (path,)
        self._loaded: _Loaded | None = None

    def open(self) -> None:
        """Load the columns."""
        warehouse = open_file(self.files[0], self.files[0].stem)
        try:
            with warehouse.engine.connect() as conn:
                self._loaded = _load(conn)
        finally:
            warehouse.engine.dispose()

    def ask(self, case: Case) -> Given:
        """Ask the ten questions."""
        loaded = self._loaded
        if loaded is None:
            msg = "open() the engine before asking"
            raise RuntimeError(msg)
        facts = _narrowed(loaded.facts, case)
        current = _of_days(facts, case.days)
        return {
            "totals": _totals(facts, case),
            "trend": _trend(_of_days(facts, case.trend)),
            "regions": _regions(current),
            "industries": _board(current, "industry"),
            "issues": _board(current, "issue_subtype"),
            "operators": _operators(current, loaded.operators),
            "words": _words(loaded, facts, case),
            "hours": _counts(current, ["weekday", "hour"]),
            "matrix": _counts(current, ["county_code", "issue_type"]),
            "notable": _notable(current),
        }

    def answers(self, case: Case, given: object) -> Answers:
        """Bring frames into the common form."""
        del case
        rows = {name: _rows(frame) for name, frame in cast("Given", given).items()}
        rows["totals"] = tuple(
            (name, n, rate(on_time, timed), rate(days, handled), money, rate(points, rated))
            for name, n, on_time, timed, days, handled, money, points, rated in rows["totals"]
        )
        rows["regions"] = tuple(
            (county, n, rate(on_time, timed), money)
            for county, n, on_time, timed, money in rows["regions"]
        )
        ordered = {"industries", "issues", "operators", "words", "notable"}
        return {name: each if name in ordered else in_order(each) for name, each in rows.items()}

    def close(self) -> None:
        """Let go of the frames."""
        self._loaded = None


def _load(conn: sa.Connection) -> _Loaded:
    facts = _read(conn, *[submissions.c[name] for name in FACTS_READ])
    names = _read(conn, operators.c.operator_id, operators.c.name)
    labels = _read(conn, words.c.word_id, words.c.word)
    return _Loaded(
        facts=facts,
        word_rows=_read(conn, *submission_words.c),
        words=labels.set_index("word_id")["word"],
        operators=names.set_index("operator_id")["name"],
    )


def _read(conn: sa.Connection, *columns: sa.Column[object]) -> pd.DataFrame:
    compiled = sa.select(*columns).compile(conn, compile_kwargs={"literal_binds": True})
    table: pa.Table = raw_connection(conn).sql(str(compiled)).to_arrow_table()
    for position, name in enumerate(table.column_names):
        if name in COUNTED_AS_CODES and len(columns) > 2:
            table = table.set_column(position, name, table.column(name).dictionary_encode())
    frame = table.to_pandas(date_as_object=False)
    if "registered_on" in frame and not frame["registered_on"].is_monotonic_increasing:
        frame = frame.sort_values("registered_on", kind="stable", ignore_index=True)
    return frame


def _narrowed(facts: pd.DataFrame, case: Case) -> pd.DataFrame:
    if case.city is None:
        return facts
    return facts[(facts["city_code"] == case.city) & (facts["industry_section"] == case.section)]


def _of_days(frame: pd.DataFrame, days: DateRange) -> pd.DataFrame:
    day = frame["registered_on"]
    start = day.searchsorted(pd.Timestamp(days.start))
    end = day.searchsorted(pd.Timestamp(days.end), side="right")
    return frame.iloc[start:end]


def _totals(facts: pd.DataFrame, case: Case) -> pd.DataFrame:
    rows = []
    for name, days in case.windows.items():
        each = _of_days(facts, days)
        row: dict[str, object] = {"window": name, "n": len(each)}
        for column in ("closed_on_time", "handling_days", "recovered_yuan", "satisfaction"):
            row[column] = each[column].sum()
            row[f"{column}_known"] = each[column].count()
        del row["recovered_yuan_known"]
        rows.append(row)
    return pd.DataFrame(rows)


def _trend(frame: pd.DataFrame) -> pd.DataFrame:
    closed = frame.groupby("registered_on")["closed_at"]
    return closed.agg(["size", "count"]).reset_index()


def _regions(frame: pd.DataFrame) -> pd.DataFrame:
    return _grouped(frame, "county_code").agg(
        n=("registered_on", "size"),
        on_time=("closed_on_time", "sum"),
        timed=("closed_on_time", "count"),
        recovered=("recovered_yuan", "sum"),
    ).reset_index()


def _board(frame: pd.DataFrame, level: str) -> pd.DataFrame:
    found = _grouped(frame, level).agg(
        n=("registered_on", "size"), recovered=("recovered_yuan", "sum")
    ).reset_index()
    found[level] = found[level].astype(object)
    return found.sort_values(["n", level], ascending=[False, True]).head(BOARD_ROWS)


def _grouped(frame: pd.DataFrame, *levels: str) -> pd.api.typing.DataFrameGroupBy:
    return frame.groupby(list(levels), observed=True, dropna=False, sort=False)


def _operators(frame: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    board = _board(frame[frame["operator_id"].notna()], "operator_id")
    board.insert(1, "name", board["operator_id"].map(names))
    return board


def _words(loaded: _Loaded, facts: pd.DataFrame, case: Case) -> pd.DataFrame:
    now, before = (
        _word_counts(loaded, facts, case, days)
        for days in (case.days, case.windows.get("previous"))
    )
    largest = now.reset_index(name="now").sort_values(["now", "word_id"], ascending=[False, True])
    largest = largest.head(WORDS_SHOWN)
    return pd.DataFrame(
        {
            "word": largest["word_id"].map(loaded.words),
            "now": largest["now"],
            "before": largest["word_id"].map(before).fillna(0).astype("int64"),
        }
    )


def _word_counts(
    loaded: _Loaded, facts: pd.DataFrame, case: Case, days: DateRange | None
) -> pd.Series:
    if days is None:
        return pd.Series(dtype="int64").rename_axis("word_id")
    rows = _of_days(loaded.word_rows, days)
    if case.city is not None:
        rows = rows[rows["submission_key"].isin(_of_days(facts, days)["submission_key"])]
    return rows.groupby("word_id").size()


def _counts(frame: pd.DataFrame, levels: list[str]) -> pd.DataFrame:
    return _grouped(frame, *levels).size().reset_index(name="n")


def _notable(frame: pd.DataFrame) -> pd.DataFrame:
    large = frame.loc[
        frame["disputed_yuan"] >= LARGE_YUAN, ["submission_id", "registered_at", "disputed_yuan"]
    ]
    newest = large.sort_values(["registered_at", "submission_id"], ascending=[False, True])
    return newest.head(NOTABLE_ROWS)


def _rows(frame: pd.DataFrame) -> Rows:
    columns = [_plain(frame[name]) for name in frame]
    return tuple(zip(*columns, strict=True))


def _plain(column: pd.Series) -> list[Value]:
    if column.name == "registered_on":
        return [each.date() for each in column]
    if pd.api.types.is_datetime64_any_dtype(column):
        return [each.to_pydatetime() for each in column]
    if pd.api.types.is_numeric_dtype(column):
        return column.to_list()
    return [None if pd.isna(each) else each for each in column.astype(object)]
