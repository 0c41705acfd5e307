"""The register and event files of the demo: they import, say what the truth says, and mean something."""

import csv
import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
import sqlalchemy as sa
from sklearn.metrics import roc_auc_score

from jobs.demo import generate as generating
from jobs.demo.conduct import PLANTED
from jobs.demo.generate import generate
from jobs.demo.operator_exports import EXPORTS
from jobs.demo.operator_files import REGISTER_FILE, RISK_FILE, OperatorFiles
from jobs.importing.run import ImportSummary, import_sources
from queries.generations import GenerationStore
from queries.operator_tables import operator_events, operator_register
from queries.warehouse import open_current

END = dt.date(2026, 11, 21)


@dataclass(frozen=True)
class Known:
    """What the warehouse holds of the files, and the truth about them."""

    summaries: dict[str, ImportSummary]
    truth: dict
    risk: dict[str, dict[str, str]]
    events: list
    register: dict[str, sa.Row]

    def of(self, uscc, kind) -> list:
        return [each for each in self.events if each.operator_id == uscc and each.kind == kind]

    def wrongdoers(self, conduct) -> list[str]:
        return [each["uscc"] for each in self.truth["wrongdoers"] if each["conduct"] == conduct]


@pytest.fixture(scope="session")
def known(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("operator_sources")
    store = GenerationStore(folder)
    summaries = {
        mapping.stem: import_sources([str(pattern)], mapping, store=store, synthetic=True)
        for pattern, mapping in made.summary.operator_sources
    }
    engine = open_current(f"duckdb:///{folder}").engine
    with engine.connect() as conn:
        events = list(conn.execute(sa.select(operator_events)).all())
        register = {
            row.operator_id: row for row in conn.execute(sa.select(operator_register)).all()
        }
    engine.dispose()
    with (made.folder / RISK_FILE).open(encoding="utf-8", newline="") as file:
        risk = {row["uscc"]: row for row in csv.DictReader(file)}
    return Known(summaries, made.truth, risk, events, register)


def test_every_record_is_loaded_or_refused_as_the_truth_says(made, known):
    assert made.summary.operator_records == sum(each.read for each in known.summaries.values())
    reasons: Counter[str] = Counter()
    for each in known.summaries.values():
        reasons.update(each.reasons)
    assert dict(reasons) == known.truth["operator_unusable"]
    assert known.summaries["demo_register"].loaded == 8_000
    assert dict(Counter(each.kind for each in known.events)) == known.truth["operator_events"]
    repeated = sum(each.repeated for each in made.summary.operator_files)
    assert sum(each.unchanged for each in known.summaries.values()) == repeated
    assert repeated > 500


def test_every_value_is_understood_but_the_wrong_credit_codes(known):
    warnings = [each for summary in known.summaries.values() for each in summary.warnings]
    assert {each["field"] for each in warnings} == {"uscc"}
    assert all(summary.notes == [] for summary in known.summaries.values())


def test_some_records_name_their_operator_badly(known):
    named = Counter(each.operator_id.startswith("n-") for each in known.events)
    assert 0.05 < named[True] / len(known.events) < 0.15


def test_late_corrections_win(known):
    register = known.register.values()
    assert sum(each.insured_count is None for each in register) / len(register) < 0.05


def test_credit_classes_are_spread_as_published(known):
    latest: dict[str, tuple] = {}
    for each in known.events:
        if each.kind == "credit_class":
            latest[each.operator_id] = max(
                latest.get(each.operator_id, (dt.date.min, "")), (each.occurred_on, each.outcome)
            )
    shares = Counter(outcome for _, outcome in latest.values())
    for name, published in (("A", 73.2), ("B", 18.7), ("C", 5.2), ("D", 3.0)):
        assert shares[name] / shares.total() * 100 == pytest.approx(published, abs=2.5)


def test_no_event_lies_after_the_last_day(known):
    assert max(each.occurred_on for each in known.events) <= END
    listed = [each for each in known.events if each.kind in ("abnormal_list", "serious_list")]
    assert all(each.ends_on is None or each.occurred_on < each.ends_on <= END for each in listed)


def test_every_conduct_is_planted_and_listed(known):
    conducts = Counter(each["conduct"] for each in known.truth["wrongdoers"])
    assert set(conducts) == set(PLANTED)
    assert len(known.truth["wrongdoers"]) == len(
        {each["uscc"] for each in known.truth["wrongdoers"]}
    )
    in_risk = {code for code, row in known.risk.items() if row["conduct"]}
    assert in_risk == {each["uscc"] for each in known.truth["wrongdoers"]}


def changed_hands(known, code):
    year = END - dt.timedelta(days=365)
    changed = [each for each in known.of(code, "change") if each.occurred_on > year]
    return sum(each.outcome == "legal_person" for each in changed) >= 2


SHOWS = {
    "prepaid_closure": lambda known, code: any(
        each.outcome == "unreachable" for each in known.of(code, "inspection")
    ),
    "event_firm": lambda known, code: any(
        each.outcome == "failed" for each in known.of(code, "inspection")
    ),
    "repeat_offender": lambda known, code: len(known.of(code, "penalty")) >= 3,
    "changing_hands": changed_hands,
    "expired_licence": lambda known, code: any(
        each.ends_on < END for each in known.of(code, "licence")
    ),
    "overdue_equipment": lambda known, code: any(
        each.outcome == "overdue" for each in known.of(code, "equipment")
    ),
    "substandard": lambda known, code: sum(
        each.count for each in known.of(code, "sampling") if each.outcome == "unqualified"
    ) >= 2,
    "serious_list": lambda known, code: any(
        each.ends_on is None for each in known.of(code, "serious_list")
    ),
    "revoked_trading": lambda known, code: known.register[code].status == "revoked",
    "bad_company": lambda known, code: sum(
        each.outcome in ("dishonest", "revoked") for each in known.of(code, "linked_firm")
    ) >= 2,
    "no_insured_issuer": lambda known, code: (
        known.register[code].insured_count == 0 and known.register[code].is_prepaid_issuer
    ),
    "fake_registration": lambda known, code: known.register[code].paid_capital_yuan == 0,
}  # fmt: skip


@pytest.mark.parametrize("conduct", sorted(SHOWS))
def test_what_is_planted_stands_in_the_sources(known, conduct):
    # some records lack a usable credit code, and what follows an event may lie after the last day
    codes = [each for each in known.wrongdoers(conduct) if each in known.register]
    shown = [code for code in codes if SHOWS[conduct](known, code)]
    assert codes
    assert len(shown) / len(codes) >= 0.5


def test_firms_of_one_false_address_share_it_and_their_persons(known):
    addresses = Counter(each.address_key for each in known.register.values() if each.address_key)
    sizes = sorted(count for count in addresses.values() if count >= 5)
    assert len(sizes) == 3
    assert sizes[-1] >= 20
    persons = Counter(each.legal_person_key for each in known.register.values())
    assert persons.most_common(1)[0][1] >= 4


def test_riskiness_shows_before_it_is_punished_and_beats_the_number_of_complaints(known):
    cut = END - dt.timedelta(days=365)
    punished = {
        each.operator_id for each in known.events
        if each.kind == "penalty" and each.occurred_on > cut
    }  # fmt: skip
    codes = sorted(set(known.risk) & set(known.register))
    target = np.array([code in punished for code in codes])
    by = {
        name: roc_auc_score(target, [float(known.risk[code][name]) for code in codes])
        for name in ("riskiness", "own", "submissions")
    }
    assert 0.03 < target.mean() < 0.12
    assert 0.55 < by["submissions"] < 0.75
    assert by["riskiness"] > by["submissions"] + 0.02
    assert by["riskiness"] < 0.9


def test_the_submissions_files_do_not_depend_on_these(tmp_path, monkeypatch):
    whole = generate(tmp_path / "whole", submissions=1_500, operators=700, end=END)
    monkeypatch.setattr(
        generating, "write_operator_files", lambda *_, **__: OperatorFiles((), [], {})
    )
    alone = generate(tmp_path / "alone", submissions=1_500, operators=700, end=END)
    names = [each.name for each in alone.files] + ["truth_operators.csv"]
    assert alone.files == whole.files
    for name in names:
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()
    truth = [
        json.loads((tmp_path / each / "truth.json").read_text(encoding="utf-8"))
        for each in ("whole", "alone")
    ]
    assert truth[0].items() >= truth[1].items()


def test_files_differ_in_layout_as_agencies_do(made):
    with pytest.raises(UnicodeDecodeError):
        (made.folder / REGISTER_FILE).read_text(encoding="utf-8")
    titled = next(each for each in EXPORTS if each.title)
    first = (made.folder / titled.file).read_bytes().decode(titled.encoding).splitlines()[0]
    assert titled.id_column not in first
    assert {each.file.rsplit(".", 1)[1] for each in EXPORTS} == {"csv", "xlsx"}


@pytest.mark.parametrize("operators", [1, 5, 120])
def test_few_businesses(tmp_path, operators):
    summary = generate(tmp_path, submissions=3, operators=operators, months=2, end=END)
    for pattern, mapping in summary.operator_sources:
        read = import_sources([str(pattern)], mapping, store=GenerationStore(tmp_path / "wh"))
        assert read.read == read.loaded + read.updated + read.unchanged + read.quarantined
