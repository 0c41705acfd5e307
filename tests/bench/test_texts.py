"""The bench of texts does all its work and tells it apart; how fast it is, no test says."""

import json

import pytest
from rich.cells import cell_len

from jobs.bench import texts
from jobs.bench.data import Recipe
from jobs.bench.machine import Machine
from jobs.bench.report import TABLE_WIDTH, BenchReport
from jobs.bench.texts import OtherWordsError, measure_texts, texts_table
from tests.bench.asking import silent

SUBMISSIONS, WORDS, NAMES, ROUNDS = 300, 1_000, 398, 2
ENGINES = {
    "segmentation": ["app", "jieba"],
    "lexicon": ["app"],
    "tags": ["app", "pandas", "polars"],
    "entries": ["app"],
    "campaigns": ["app", "pandas", "polars"],
    "names": ["app"],
}


@pytest.fixture(scope="module")
def submissions():
    return Recipe(SUBMISSIONS, seed=7).frame()


@pytest.fixture(scope="module")
def measured(submissions):
    return measure_texts(
        submissions, words=WORDS, names=NAMES, repeats=ROUNDS, seed=7, progress=silent
    )


def test_every_work_is_done_by_all_who_do_it(submissions, measured):
    assert [(each.what, each.engine) for each in measured] == [
        (what, engine) for what, engines in ENGINES.items() for engine in engines
    ]
    titles = submissions["title"].drop_nulls()
    characters = int(submissions["narrative"].str.len_chars().sum())
    characters += int(titles.str.len_chars().sum()) + len(titles)
    assert {each.what: each.count for each in measured} == {
        "segmentation": characters,
        "lexicon": WORDS,
        "tags": SUBMISSIONS,
        "entries": SUBMISSIONS,
        "campaigns": SUBMISSIONS,
        "names": NAMES,
    }
    assert {each.runs for each in measured} == {ROUNDS}


def test_figures_fit_one_another(measured):
    for each in measured:
        assert each.cpu_seconds > 0
        assert each.per_cpu_second == pytest.approx(each.count / each.cpu_seconds)
        assert 0 < each.ratio_min <= each.ratio <= each.ratio_max
    ratios = [(each.ratio_min, each.ratio_max) for each in measured if each.engine == "app"]
    assert set(ratios) == {(1.0, 1.0)}


def test_only_the_app_at_full_size_is_held_against_a_target(measured):
    held = {each.what: each.target_per_cpu_second for each in measured if each.engine == "app"}
    assert held == {
        "segmentation": 1_000_000, "lexicon": None, "tags": 60_000, "entries": 10_000,
        "campaigns": 50_000, "names": None,
    }  # fmt: skip
    assert {each.target_per_cpu_second for each in measured if each.engine != "app"} == {None}
    assert {each.target_seconds for each in measured} == {None}
    work = texts._Work("names", texts.NAMES, {})
    assert texts._result(work, "app", [70.0, 50.0, 60.0], [70.0, 50.0, 60.0]).target_seconds == 60.0


def test_rounds_are_summed_up_by_medians_and_ratios_of_one_round():
    work = texts._Work("tags", 120_000, {})
    found = texts._result(work, "pandas", [3.0, 2.0, 8.0], [1.0, 2.0, 2.0])
    assert (found.cpu_seconds, found.per_cpu_second, found.runs) == (3.0, 40_000.0, 3)
    assert (found.ratio, found.ratio_min, found.ratio_max) == (3.0, 1.0, 4.0)


def test_no_rates_where_words_differ():
    ways = {"app": lambda _: [["退款"]], "jieba": lambda number: [["退款" if not number else "退"]]}
    alike = texts._Work("segmentation", 2, ways, alike=True)
    assert len(list(texts._raced(alike, 1))) == 2
    with pytest.raises(OtherWordsError, match="jieba and app"):
        list(texts._raced(alike, 2))
    other = texts._Work("tags", 2, ways)
    assert len(list(texts._raced(other, 2))) == 2


def test_the_table_names_work_engines_and_units(measured):
    table = texts_table(measured)
    assert table.row_count == len(measured)
    said = {cell for column in table.columns for cell in column.cells}
    assert said >= {
        "切词",
        "主体名称归一",
        "本系统",
        "结巴分词",
        "pandas（正则）",
        "1,000词",
        "398个",
    }
    assert {"达到", "未达到"} & {str(cell).split()[-1] for cell in table.columns[6].cells}
    assert list(table.columns[1].cells).count("polars（查词）") == 2
    assert texts_table([]).row_count == 0


def test_a_report_shows_and_holds_them(measured):
    report = BenchReport(
        machine=Machine.here(),
        seed=7,
        cap=1,
        made=(),
        screens=(),
        memory=(),
        imports=(),
        texts=measured,
    )
    _, *shown = report.table().splitlines()
    assert shown[0].startswith("文本处理速率")
    assert max(map(cell_len, shown)) <= TABLE_WIDTH
    assert "…" not in "".join(shown)
    plain = json.loads(json.dumps(report.as_dict()))
    assert [each["what"] for each in plain["texts"]] == [each.what for each in measured]
