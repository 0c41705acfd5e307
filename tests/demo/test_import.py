"""The files import with their mappings, record for record as the truth says."""

import datetime as dt
import json

import polars as pl
import pytest
import sqlalchemy as sa

from jobs.demo.frames import frames, write_parquet
from jobs.demo.generate import generate
from jobs.importing.run import import_sources
from queries.generations import GenerationStore
from queries.schema import persons, submissions
from queries.warehouse import open_current

END = dt.date(2026, 11, 21)


def imported(folder, sources):
    """Import every source in order; return the summaries and an engine on the result."""
    store = GenerationStore(folder / "warehouse")
    summaries = [
        import_sources([str(pattern)], mapping, store=store) for pattern, mapping in sources
    ]
    return summaries, open_current(f"duckdb:///{folder / 'warehouse'}").engine


def counts(conn, column):
    return dict(
        tuple(row) for row in conn.execute(sa.select(column, sa.func.count()).group_by(column))
    )


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    folder = tmp_path_factory.mktemp("province")
    made = generate(folder / "files", submissions=6_000, operators=1_200, end=END)
    truth = json.loads(made.truth.read_text(encoding="utf-8"))
    summaries, engine = imported(folder, made.sources)
    yield made, truth, summaries, engine
    engine.dispose()


def test_all_are_loaded_and_all_unusable_refused(province):
    made, truth, summaries, _ = province
    assert sum(each.loaded for each in summaries) == 6_000
    assert sum(each.read for each in summaries) == made.records
    reasons: dict[str, int] = {}
    for each in summaries:
        for reason, count in each.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
    assert reasons == truth["unusable"]


def test_every_value_is_understood(province):
    _, _, summaries, _ = province
    assert [warning for each in summaries for warning in each.warnings] == []


@pytest.mark.parametrize(
    ("total", "column"),
    [("kind", "kind"), ("city", "city_code"), ("county", "county_code"), ("source", "source"),
     ("channel", "channel")],
)  # fmt: skip
def test_totals_are_those_of_the_truth(province, total, column):
    _, truth, _, engine = province
    with engine.connect() as conn:
        assert counts(conn, submissions.c[column]) == truth["totals"][total]


def test_months_are_those_of_the_truth(province):
    _, truth, _, engine = province
    with engine.connect() as conn:
        days = counts(conn, submissions.c.registered_on)
    months: dict[str, int] = {}
    for day, count in days.items():
        months[f"{day:%Y-%m}"] = months.get(f"{day:%Y-%m}", 0) + count
    assert months == truth["totals"]["month"]


def test_newest_states_win(province):
    _, _, _, engine = province
    old = dt.datetime.combine(END, dt.time()) - dt.timedelta(days=200)
    open_states = ("registered", "dispatched", "awaiting_check", "mediating", "accepted")
    with engine.connect() as conn:
        stuck = conn.scalar(
            sa.select(sa.func.count()).where(
                submissions.c.registered_at < old, submissions.c.status.in_(open_states)
            )
        )
    assert stuck == 0


def test_no_telephone_is_left_in_the_texts(province):
    _, truth, _, engine = province
    assert truth["texts"]["with_mobile_number"] > 100
    with engine.connect() as conn:
        texts = pl.Series([row[0] for row in conn.execute(sa.select(submissions.c.narrative))])
        phones = [row[0] for row in conn.execute(sa.select(persons.c.phone)) if row[0]]
    assert len(phones) > 5_000
    assert texts.str.contains(r"1[3-9]\d{9}").sum() == 0


def test_frames_import_as_parquet(tmp_path):
    made = write_parquet(
        tmp_path / "parquet", submissions=3_000, operators=500, end=END, batch_rows=1_000
    )
    assert len(made.files) > 2
    summaries, engine = imported(tmp_path, [(tmp_path / "parquet" / "*.parquet", made.mapping)])
    with engine.connect() as conn:
        kinds = counts(conn, submissions.c.kind)
    engine.dispose()
    assert summaries[0].loaded == summaries[0].read == 3_000
    assert summaries[0].warnings == []
    drawn = pl.concat(list(frames(submissions=3_000, operators=500, end=END, batch_rows=1_000)))
    assert kinds == dict(drawn["kind"].value_counts().iter_rows())


def test_frames_come_in_order_and_whole_days():
    last = None
    total = 0
    for batch in frames(submissions=5_000, operators=300, end=END, batch_rows=800):
        assert batch["registered_at"].is_sorted()
        days = batch["registered_at"].dt.date()
        assert last is None or days[0] > last
        last = days[-1]
        total += batch.height
        assert batch.height <= 1_000
    assert (total, last) == (5_000, END)


def test_ids_of_frames_are_unique():
    ids = pl.concat(
        [
            batch["submission_id"]
            for batch in frames(submissions=5_000, operators=300, end=END, batch_rows=800)
        ]
    )
    assert ids.n_unique() == 5_000
    assert ids.str.len_chars().unique().to_list() == [25]
