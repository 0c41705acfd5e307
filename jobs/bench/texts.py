"""How fast texts and names are worked through: the pure part of a refresh, in CPU seconds.

Texts and names are made up; nothing is read from a warehouse or written.
"""

import logging
import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import jieba
import numpy as np
import pandas as pd
import polars as pl
from rich.table import Table

from analytics.campaign_matching import FIELDS, CampaignSet, coded
from analytics.entry_quality import assess_entries
from analytics.operator_identity import group_names
from analytics.rule_parser import parse_rule
from analytics.rule_syntax import keywords_of
from analytics.segmentation import dictionary_with, segment
from analytics.tag_definitions import tag_rules
from jobs.bench.engines import APP, PANDAS
from jobs.bench.processes import Progress, alone
from jobs.campaign_files import campaigns
from jobs.demo.catalogue import read_catalogue
from jobs.demo.operators import build_operators
from jobs.demo.places import read_places
from jobs.entry_rules import entry_rules, place_names
from jobs.tag_rules import tags

JIEBA, POLARS = "jieba", "polars"

SUBMISSIONS = 30_000
"""Submissions whose texts are worked through; ours."""

WORDS, NAMES = 100_000, 100_000
"""Words of the lexicon that is loaded, names that are grouped; ours."""

REPEATS = 3
"""Rounds; ours."""

NAME_FORMS = 4
"""Names that the demo gives to each business: registered, on the sign, short, misspelt."""

TARGET_SECONDS = {"lexicon": (WORDS, 1.0), "names": (NAMES, 60.0)}
"""CPU seconds that the app may take for so much work; ours."""

TARGET_RATES = {"segmentation": 1e6, "tags": 6e4, "entries": 1e4, "campaigns": 5e4}
"""Work per CPU second that the app should do at least; ours."""


@dataclass(frozen=True, slots=True)
class TextsResult:
    """One way of doing one kind of work.

    Attributes
    ----------
    what
        ``segmentation, lexicon, tags, entries, campaigns`` or ``names``.
    engine
        This program (``app``), or what else does the work or, of rules, a part of it.
    count
        Characters that are cut, words, submissions or names.
    runs
        Rounds.
    cpu_seconds
        CPU time of all threads for all of ``count``, median of the rounds.
    per_cpu_second
        ``count`` divided by ``cpu_seconds``.
    ratio, ratio_min, ratio_max
        CPU seconds divided by the app's of the same round: median, least, most.
    target_seconds, target_per_cpu_second
        What the app's figures are held against, at most and at least; None for other engines, for
        other sizes, and one of the two throughout.
    """

    what: str
    engine: str
    count: int
    runs: int
    cpu_seconds: float
    per_cpu_second: float
    ratio: float
    ratio_min: float
    ratio_max: float
    target_seconds: float | None
    target_per_cpu_second: float | None


class OtherWordsError(AssertionError):
    """Two engines cut texts into other words, so their times must not be compared."""

    def __init__(self, engine: str) -> None:
        super().__init__(
            f"{engine} and {APP} cut the same texts differently; no times are reported"
        )


@dataclass(frozen=True, slots=True)
class _Work:
    """One kind of work and who does it.

    Attributes
    ----------
    ways
        What does all of it, by engine, the app first; told the number of the round.
    alike
        Whether all of them must give the same.
    """

    what: str
    count: int
    ways: Mapping[str, Callable[[int], object]]
    alike: bool = False


def texts_table(results: Sequence[TextsResult]) -> Table:
    """Return a table for a terminal."""
    table = Table(
        title="文本处理速率",
        caption=(
            "单个进程的CPU秒，不含读写数据库。比值：同一轮中该做法CPU秒除以本系统CPU秒，大于1即比本系统慢。"
            "pandas、polars只判断每条规则有无任一词出现，不判断且、非、间隔和否定，不统一繁简和全半角"
        ),
        title_justify="left",
        caption_justify="left",
    )
    for name in ("工作", "做法"):
        table.add_column(name)
    for name in ("数量", "次数", "CPU秒", "每CPU秒", "目标", "与本系统之比", "最小–最大"):
        table.add_column(name, justify="right")
    previous = ""
    for each in results:
        if previous not in {"", each.what}:
            table.add_section()
        table.add_row(
            SHOWN[each.what][0] if each.what != previous else "",
            ENGINES_SHOWN[each.engine],
            f"{each.count:,}{SHOWN[each.what][1]}",
            str(each.runs),
            f"{each.cpu_seconds:.2f}",
            f"{each.per_cpu_second:,.0f}",
            _target(each),
            f"{each.ratio:.2f}",
            f"{each.ratio_min:.2f}–{each.ratio_max:.2f}",
        )
        previous = each.what
    return table


SHOWN = {
    "segmentation": ("切词", "字"),
    "lexicon": ("装入词表", "词"),
    "tags": ("标签规则", "件"),
    "entries": ("录入核对", "件"),
    "campaigns": ("专项行动规则", "件"),
    "names": ("主体名称归一", "个"),
}
"""What each kind of work is called, and the unit of its counts."""

ENGINES_SHOWN = {
    APP: "本系统",
    JIEBA: "结巴分词",
    PANDAS: "pandas（正则）",
    POLARS: "polars（查词）",
}


def _target(each: TextsResult) -> str:
    if each.target_seconds is not None:
        met = each.cpu_seconds <= each.target_seconds
        return f"{each.target_seconds:g} s {'达到' if met else '未达到'}"
    if each.target_per_cpu_second is not None:
        met = each.per_cpu_second >= each.target_per_cpu_second
        return f"{each.target_per_cpu_second:,.0f} {'达到' if met else '未达到'}"
    return "–"


def measure_texts(
    submissions: pl.DataFrame,
    *,
    words: int = WORDS,
    names: int = NAMES,
    repeats: int = REPEATS,
    seed: int = 0,
    progress: Progress,
) -> tuple[TextsResult, ...]:
    """Measure the work on texts and names, in a process of its own.

    Parameters
    ----------
    submissions
        As `jobs.demo.frames.frames` gives them.
    words, names
        Words of a lexicon that is loaded, names that are grouped; made up.
    repeats
        Rounds; in each the engines take turns.

    Raises
    ------
    OtherWordsError
        If the texts are cut into other words than by jieba itself.
    """
    done = alone(
        _measure, progress, submissions, words=words, names=names, repeats=repeats, seed=seed
    )
    return done.result


def _measure(
    progress: Progress,
    submissions: pl.DataFrame,
    *,
    words: int,
    names: int,
    repeats: int,
    seed: int,
) -> tuple[TextsResult, ...]:
    joined = pl.concat_str("title", "narrative", separator="\n", ignore_nulls=True)
    texts = submissions.select(joined).to_series().to_list()
    found: list[TextsResult] = []
    for work in (
        _segmentation(texts),
        _lexicon(words, repeats, seed),
        _tags(texts),
        _entries(submissions),
        _campaigns(texts, submissions),
        _names(names, seed),
    ):
        progress(f"texts: {work.what}, {work.count:,} in {repeats} rounds")
        found += _raced(work, repeats)
    return tuple(found)


def _segmentation(texts: list[str]) -> _Work:
    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    dictionary_with(())
    series = pd.Series(texts)
    return _Work(
        "segmentation",
        sum(map(len, texts)),
        {
            APP: lambda _: segment(series).to_list(),
            JIEBA: lambda _: [jieba.lcut(text) for text in texts],
        },
        alike=True,
    )


def _lexicon(words: int, repeats: int, seed: int) -> _Work:
    """Load other words in each round, since a lexicon that is known is not loaded again."""
    random = np.random.default_rng(seed)
    lexicons = [
        frozenset("".join(map(chr, word)) for word in random.integers(0x4E00, 0x9FA0, (words, 4)))
        for _ in range(repeats)
    ]
    return _Work("lexicon", words, {APP: lambda number: dictionary_with(lexicons[number])})


def _tags(texts: list[str]) -> _Work:
    rules, series = tag_rules(tags()), pd.Series(texts)
    sought = [tuple(keywords_of(rule.node)) for rule in rules.rules]
    return _Work(
        "tags", len(texts), {APP: lambda _: rules.match(series), **_without_rules(texts, sought)}
    )


def _entries(submissions: pl.DataFrame) -> _Work:
    masked = {"person_name": "complainant_masked", "person_phone": "phone_masked"}
    entries = submissions.rename(masked).to_pandas()
    rules, places = entry_rules(), place_names()
    return _Work(
        "entries",
        len(entries),
        {APP: lambda _: assess_entries(entries, rules=rules, places=places)},
    )


def _campaigns(texts: list[str], submissions: pl.DataFrame) -> _Work:
    known = campaigns()
    searched = CampaignSet(known)
    columns = {
        "kind": pl.col("kind"),
        "product": pl.col("product"),
        "issue": pl.coalesce("issue_subtype", "issue_type"),
        "region": pl.col("county_code"),
        "is_prepaid": pl.when("is_prepaid").then(pl.lit("True")).otherwise(pl.lit("False")),
    }
    fields = submissions.select(**columns).to_dict(as_series=False)
    rules = {topic.rule for each in known for topic in each.topics if topic.rule is not None}
    sought = [tuple(keywords_of(parse_rule(rule))) for rule in sorted(rules)]
    return _Work(
        "campaigns",
        len(texts),
        {
            APP: lambda _: searched.match(texts, {name: coded(fields[name]) for name in FIELDS}),
            **_without_rules(texts, sought),
        },
    )


def _without_rules(
    texts: list[str], sought: Sequence[tuple[str, ...]]
) -> dict[str, Callable[[int], object]]:
    """Return ways to say, rule by rule, which texts hold any of its words: less than a rule asks."""
    patterns = ["|".join(map(re.escape, words)) for words in sought]
    in_pandas, in_polars = pd.Series(texts), pl.Series(texts)
    return {
        PANDAS: lambda _: [in_pandas.str.contains(pattern) for pattern in patterns],
        POLARS: lambda _: [in_polars.str.contains_any(list(words)) for words in sought],
    }


def _names(count: int, seed: int) -> _Work:
    operators = build_operators(
        read_catalogue(), read_places(), count=-(-count // NAME_FORMS), seed=seed
    )
    names = pd.Series(pl.concat(operators.names).head(count).to_list())
    return _Work("names", len(names), {APP: lambda _: group_names(names)})


def _raced(work: _Work, repeats: int) -> Iterator[TextsResult]:
    """Let the engines take turns, and sum up.

    Raises
    ------
    OtherWordsError
        If they give different answers where they should not.
    """
    seconds: dict[str, list[float]] = {engine: [] for engine in work.ways}
    for number in range(repeats):
        answers: dict[str, object] = {}
        for engine, way in work.ways.items():
            started = time.process_time()
            answers[engine] = way(number)
            seconds[engine].append(time.process_time() - started)
        for engine, answer in answers.items():
            if work.alike and answer != answers[APP]:
                raise OtherWordsError(engine)
    for engine, spent in seconds.items():
        yield _result(work, engine, spent, seconds[APP])


def _result(
    work: _Work, engine: str, seconds: Sequence[float], base: Sequence[float]
) -> TextsResult:
    median = statistics.median(seconds)
    ratios = [one / other for one, other in zip(seconds, base, strict=True)]
    size, most = TARGET_SECONDS.get(work.what, (None, None))
    return TextsResult(
        what=work.what,
        engine=engine,
        count=work.count,
        runs=len(seconds),
        cpu_seconds=median,
        per_cpu_second=work.count / median,
        ratio=statistics.median(ratios),
        ratio_min=min(ratios),
        ratio_max=max(ratios),
        target_seconds=most if engine == APP and work.count == size else None,
        target_per_cpu_second=TARGET_RATES.get(work.what) if engine == APP else None,
    )
