"""The ten questions in pandas, with the columns held in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from jobs.bench import plain
from jobs.bench.cases import Answers, Case, screen_plan
from queries.loading import raw_connection
from queries.schema import operators, submission_words, submissions, words
from queries.selection import DateRange
from queries.warehouse import open_file

Given = Mapping[str, pd.DataFrame]

HELD_AS_CODES = frozenset({
    "kind", "industry_section", "industry", "city_code", "county_code", "issue_type", "issue_subtype",
    "operator_id",
})  # fmt: skip
"""Columns held as categories, the quickest that pandas has for grouping."""


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
        facts = loaded.facts
        if case.city is not None:
            facts = facts[
                (facts["city_code"] == case.city) & (facts["industry_section"] == case.section)
            ]
        current = _of_days(facts, case.days)
        return {
            "totals": _totals(facts, case),
            "trend": _trend(_of_days(facts, case.trend)),
            **{level: _board(facts, case, level) for level in plain.BOARDS},
            "operator_id": _operators(loaded, facts, case),
            "word": _words(loaded, facts, case),
            "heat": _counts(current, ["weekday", "hour"]),
            "matrix": _counts(current, ["county_code", "issue_type"]),
            "notable": _notable(facts, case),
        }

    def answers(self, case: Case, given: object) -> Answers:
        """Bring frames into the common form."""
        del case
        return plain.answers({name: _rows(each) for name, each in cast("Given", given).items()})

    def close(self) -> None:
        """Let go of the frames."""
        self._loaded = None


def _load(conn: sa.Connection) -> _Loaded:
    names = _read(conn, operators.c.operator_id, operators.c.name)
    labels = _read(conn, words.c.word_id, words.c.word)
    return _Loaded(
        facts=_read(conn, *[submissions.c[name] for name in plain.FACTS_READ], codes=HELD_AS_CODES),
        word_rows=_read(conn, *submission_words.c),
        words=labels.set_index("word_id")["word"],
        operators=names.set_index("operator_id")["name"],
    )


def _read(
    conn: sa.Connection, *columns: sa.Column[object], codes: frozenset[str] = frozenset()
) -> pd.DataFrame:
    compiled = sa.select(*columns).compile(conn, compile_kwargs={"literal_binds": True})
    table: pa.Table = raw_connection(conn).sql(str(compiled)).to_arrow_table()
    for position, name in enumerate(table.column_names):
        if name in codes:
            table = table.set_column(position, name, table.column(name).dictionary_encode())
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    if "registered_on" in frame and not frame["registered_on"].is_monotonic_increasing:
        frame = frame.sort_values("registered_on", kind="stable", ignore_index=True)
    return frame


def _of_days(frame: pd.DataFrame, days: DateRange) -> pd.DataFrame:
    day = frame["registered_on"]
    start = day.searchsorted(pd.Timestamp(days.start))
    end = day.searchsorted(pd.Timestamp(days.end), side="right")
    return frame.iloc[start:end]


def _grouped_sizes(frame: pd.DataFrame, levels: str | list[str]) -> pd.Series:
    return frame.groupby(levels, observed=True, dropna=False, sort=False).size()


def _counts(frame: pd.DataFrame, levels: list[str]) -> pd.DataFrame:
    return _grouped_sizes(frame, levels).reset_index(name="n")


def _totals(facts: pd.DataFrame, case: Case) -> pd.DataFrame:
    rows = []
    for window, days in case.windows.items():
        frame = _of_days(facts, days)
        row: dict[str, object] = {
            "window": window,
            "n": len(frame),
            "closed": frame["closed_at"].count(),
        }
        for column in ("closed_on_time", "handling_days"):
            row |= {column: frame[column].sum(), f"{column}_n": frame[column].count()}
        row["recovered_yuan"] = frame["recovered_yuan"].sum()
        column = "satisfaction"
        row |= {column: frame[column].sum(), f"{column}_n": frame[column].count()}
        rows.append(row)
    return pd.DataFrame(rows)


def _trend(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.groupby("registered_on")["closed_at"].agg(["size", "count"]).reset_index()


def _board(facts: pd.DataFrame, case: Case, level: str) -> pd.DataFrame:
    now = _grouped_sizes(_of_days(facts, case.days), level).rename("now")
    previous = None
    if case.previous is not None:
        previous = _grouped_sizes(_of_days(facts, case.previous), level)
    return _largest(now, previous, screen_plan().limit)


def _largest(now: pd.Series, previous: pd.Series | None, limit: int) -> pd.DataFrame:
    frame = now.rename("now").reset_index()
    member = frame.columns[0]
    frame[member] = frame[member].astype(object)
    frame = frame.sort_values(["now", member], ascending=[False, True]).head(limit)
    if previous is not None:
        frame["before"] = frame[member].map(previous).fillna(0).astype("int64")
    return frame


def _operators(loaded: _Loaded, facts: pd.DataFrame, case: Case) -> pd.DataFrame:
    board = _board(facts, case, "operator_id")
    board["name"] = board["operator_id"].map(loaded.operators)
    return board


def _words(loaded: _Loaded, facts: pd.DataFrame, case: Case) -> pd.DataFrame:
    now = _word_sizes(loaded, facts, case, case.days)
    previous = None
    if case.previous is not None:
        previous = _word_sizes(loaded, facts, case, case.previous)
    board = _largest(now, previous, screen_plan().words)
    board["word_id"] = board["word_id"].map(loaded.words)
    return board


def _word_sizes(loaded: _Loaded, facts: pd.DataFrame, case: Case, days: DateRange) -> pd.Series:
    rows = _of_days(loaded.word_rows, days)
    if case.city is not None:
        rows = rows[rows["submission_key"].isin(_of_days(facts, days)["submission_key"])]
    return rows.groupby("word_id").size()


def _notable(facts: pd.DataFrame, case: Case) -> pd.DataFrame:
    plan = screen_plan()
    recent = _of_days(facts, case.recent)
    told = "|".join(plan.rules.injury_words)
    injury = pd.Series(False, recent.index)
    for column in ("narrative", "title"):
        injury |= recent[column].str.contains(told, na=False)
    injury &= recent["kind"].isin(plan.rules.injury_kinds)
    crowds = pd.MultiIndex.from_frame(_crowds(facts, recent, case))
    many = pd.MultiIndex.from_frame(recent[["operator_id", "registered_at"]]).isin(crowds)
    found = recent[["submission_id", "registered_at", "submission_key"]].assign(
        injury=injury.astype(int),
        large=(recent["disputed_yuan"] >= plan.rules.large_yuan).astype(int),
        many=many.astype(int),
    )
    found = found[found[["injury", "large", "many"]].any(axis="columns")]
    newest = found.sort_values(["registered_at", "submission_key"], ascending=False)
    return newest.head(plan.notable).drop(columns="submission_key")


def _crowds(facts: pd.DataFrame, recent: pd.DataFrame, case: Case) -> pd.DataFrame:
    plan = screen_plan()
    by_operator = recent.groupby("operator_id", observed=True)["registered_at"]
    new = by_operator.agg(["size", "max"]).query("size >= @plan.rules.many")
    before = _of_days(facts, case.usual).groupby("operator_id", observed=True).size()
    usual = before.reindex(new.index, fill_value=0)
    expected = usual * (plan.rules.times_usual * case.recent.days)
    crowds = new.loc[new["size"] * case.usual.days >= expected, "max"].rename("registered_at")
    frame = crowds.reset_index().astype({"operator_id": object})
    newest = frame.sort_values(["registered_at", "operator_id"], ascending=[False, True])
    return newest.head(plan.notable)


def _rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(zip(*[plain_values(frame[name]) for name in frame], strict=True))


def plain_values(column: pd.Series) -> list[object]:
    """Return a column's values as databases give them: dates, moments, numbers, texts, None."""
    if column.name == "registered_on":
        return [each.date() for each in column]
    if pd.api.types.is_datetime64_any_dtype(column):
        return list(column.dt.to_pydatetime())
    if pd.api.types.is_numeric_dtype(column):
        return column.to_list()
    return [None if pd.isna(each) else each for each in column.astype(object)]
