"""Names are brought to their operators: F1 on planted noise and on the truth of a demo province."""

import datetime as dt
import json
import os
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from analytics.operator_identity import group_names, resolve_operators
from jobs.demo.generate import generate
from jobs.importing.run import import_sources
from queries.generations import GenerationStore
from queries.schema import submissions
from queries.warehouse import open_current
from tests.quality.noised_names import halves, noised, pairwise

FLOORS = json.loads(Path(__file__).with_name("identity_floors.json").read_text(encoding="utf-8"))
FORMS = ("name", "sign", "short", "misspelt")


def reaches(name: str, measured: float) -> None:
    assert measured >= FLOORS[name], f"{name}: measured {measured:.4f}, floor {FLOORS[name]}"


def real_data() -> Path:
    folder = os.environ.get("REAL_DATA_DIR")
    if not folder:
        pytest.skip("REAL_DATA_DIR names no folder of real company names")
    return Path(folder)


def cars() -> list[str]:
    found: set[str] = set()
    for file in sorted((real_data() / "car_complaints").glob("*.csv")):
        raw = file.read_bytes()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030")
        lines = [line.split(",") for line in text.splitlines()]
        found |= {line[1].strip() for line in lines[1:] if len(line) > 2}
    return sorted(found)


def companies() -> list[str]:
    file = real_data() / "cfpb" / "complaints_sample_raw.csv"
    return sorted(pd.read_csv(file, skiprows=2)["Company"].dropna().unique())


@pytest.mark.parametrize(("name", "read"), [("cars", cars), ("cfpb", companies)])
def test_noised_company_names_are_grouped(name, read):
    _, held_out = halves(read())
    for seed in (0, 1):
        said = noised(held_out, seed=seed)
        found = pairwise(said["truth"], group_names(said["name"]))
        reaches(f"{name}_f1", found["f1"])
        reaches(f"{name}_precision", found["precision"])


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """Return mentions of a demo province with the operator each is, and the truth about operators."""
    folder = tmp_path_factory.mktemp("province")
    made = generate(
        folder / "files",
        submissions=20_000,
        operators=3_000,
        months=14,
        seed=1,
        end=dt.date(2026, 11, 21),
    )
    store = GenerationStore(folder / "warehouse")
    for pattern, mapping in made.sources:
        import_sources([str(pattern)], mapping, store=store)
    warehouse = open_current(f"duckdb:///{folder / 'warehouse'}")
    s = submissions.c
    columns = [
        s.operator_id.label("raw_id"),
        s.respondent_name.label("name"),
        s.county_code,
        s.respondent_address.label("address"),
        s.uscc,
    ]
    with warehouse.engine.connect() as conn:
        said = pd.read_sql(
            sa.select(*columns, sa.func.count().label("count"))
            .where(s.operator_id.is_not(None))
            .group_by(*columns),
            conn,
        )
    warehouse.engine.dispose()
    truth = pd.read_csv(folder / "files" / "truth_operators.csv", dtype=str)
    said["truth"] = told_apart(said, truth)
    assert said["truth"].notna().mean() > 0.99
    return said[said["truth"].notna()].reset_index(drop=True), truth


def told_apart(said: pd.DataFrame, truth: pd.DataFrame) -> list[str | None]:
    """Say who is meant, by code, else by name and county, else by address; None where several may be."""
    by_name: dict[tuple[str, str], set[str]] = {}
    by_address: dict[tuple[str, str], set[str]] = {}
    for row in truth.to_dict("records"):
        for form in FORMS:
            by_name.setdefault((row[form], row["county_code"]), set()).add(row["uscc"])
        by_address.setdefault((row["address"], row["county_code"]), set()).add(row["uscc"])
    found: list[str | None] = []
    for row in said.to_dict("records"):
        if isinstance(row["uscc"], str):
            found.append(row["uscc"])
            continue
        named = by_name.get((row["name"], row["county_code"]), set())
        there = by_address.get((row["address"], row["county_code"]), set())
        meant = named & there or named
        found.append(next(iter(meant)) if len(meant) == 1 else None)
    return found


@pytest.mark.slow
def test_names_of_a_demo_province_are_brought_together(province):
    said, _ = province
    before = pairwise(said["truth"], said["raw_id"])
    told = resolve_operators(said.drop(columns="truth"))
    found = pairwise(said["truth"], told["operator"])
    assert before["f1"] < 0.5
    reaches("demo_f1", found["f1"])
    reaches("demo_precision", found["precision"])
    coded = ~told["operator"].str.startswith("n-")
    assert (told["operator"] == said["truth"])[coded].mean() > 0.98


@pytest.mark.slow
def test_names_and_counties_alone_find_their_row_of_a_register(province):
    said, truth = province
    names = said.drop_duplicates(["name", "county_code"]).reset_index(drop=True)
    register = truth.assign(operator_id=truth["uscc"])[
        ["operator_id", "name", "county_code", "address", "uscc"]
    ]
    told = resolve_operators(names[["name", "county_code"]], register)
    reaches("register_f1", pairwise(names["truth"], told["operator"])["f1"])


@pytest.mark.slow
def test_order_of_rows_changes_nothing(province):
    said, _ = province
    plain = resolve_operators(said.drop(columns="truth"))
    mixed = said.sample(frac=1, random_state=3)
    again = resolve_operators(mixed.drop(columns="truth")).loc[plain.index]
    pd.testing.assert_frame_equal(plain, again)
