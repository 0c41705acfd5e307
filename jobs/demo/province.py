"""All submissions of a demo province with their texts and courses, events planted."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from jobs.demo.choosing import Ints
from jobs.demo.columns import moment_after, outcomes, submission_ids
from jobs.demo.drawing import Draft, draw_rows
from jobs.demo.events import Plot, plan_events
from jobs.demo.handling import Course, draw_courses
from jobs.demo.narratives import Texts, Writer
from jobs.demo.planting import (
    copies_of,
    fewer_in_campaign,
    lateness_of,
    plan_copies,
    poor_entries,
    remapped,
    with_new_words,
)  # fmt: skip
from jobs.demo.rows import Rows
from jobs.demo.timeline import plan_days
from jobs.demo.workdays import DAY_SECONDS
from jobs.demo.world import World

TEXT_BATCH = 100_000
"""Rows whose texts are written together; bounds memory."""

BROKEN_LINE_SHARE, QUOTED_SHARE = 0.015, 0.01
"""Texts with a line break, texts with quotation marks that CSV must double; ours."""

IDENTICAL_REPEATS = 0.3
"""Repeats that are pasted unchanged; ours."""


@dataclass(frozen=True, slots=True)
class Province:
    """Submissions in order of registration.

    Attributes
    ----------
    ids
        Submission ids of the national form; sources with ids of their own derive theirs.
    hostile
        Positions of submissions with a text that must stay text; ``hostile_names`` of those whose
        product name is one.
    moment
        Second at which the last sources are exported.
    """

    world: World
    plot: Plot
    rows: Rows
    course: Course
    texts: Texts
    ids: pl.Series
    hostile: Ints
    hostile_names: Ints
    moment: int


def compose(world: World, *, submissions: int, seed: int, end: dt.date) -> Province:
    """Make all submissions of a province: exactly ``submissions`` of them."""
    plot = plan_events(world, submissions, seed)
    copies = plan_copies(plot, submissions)
    drafts = [event.draft for event in plot.planted if event.draft is not None]
    ordinary = submissions - sum(map(len, drafts)) - copies.total
    plan = plan_days(world, ordinary, np.random.default_rng([seed, 4]))
    kind, channel, offset = plan.rows(0, world.days)
    base = Draft(kind, channel, offset + world.first_day)
    rows = draw_rows(world, Draft.concat([base, *drafts]), np.random.default_rng([seed, 5]))
    rows = with_new_words(plot, poor_entries(plot, fewer_in_campaign(plot, rows)))
    made = copies_of(plot, rows, copies)
    missing = copies.total - sum(map(len, made))
    if missing:
        more = draw_rows(world, _filling(base, missing), np.random.default_rng([seed, 6]))
        made.append(more)
    rows = _pointing_back(Rows.concat([rows, *made]))
    rows = remapped(rows, np.argsort(rows.registered, kind="stable").astype(np.int64))
    course = draw_courses(world, rows, lateness_of(plot, rows), np.random.default_rng([seed, 7]))
    texts = _all_texts(world, plot, rows, course, seed)
    rng = np.random.default_rng([seed, 9])
    hostile, hostile_names = _hostile_places(plot, rows, rng)
    return Province(
        world=world,
        plot=plot,
        rows=rows,
        course=course,
        texts=_with_hostile(plot, texts, hostile),
        ids=submission_ids(world, rows),
        hostile=hostile,
        hostile_names=hostile_names,
        moment=moment_after(end),
    )


def _filling(base: Draft, count: int) -> Draft:
    index = np.arange(count) % max(len(base), 1)
    return Draft(base.kind[index], base.channel[index], base.day[index])


def _pointing_back(rows: Rows) -> Rows:
    """Let the first half of a split submission point to the second as well."""
    linked = rows.linked.copy()
    second = np.flatnonzero(rows.linked >= 0)
    linked[rows.linked[second]] = second
    return rows.with_columns(linked=linked)


def _all_texts(world: World, plot: Plot, rows: Rows, course: Course, seed: int) -> Texts:
    parts = [
        write_texts(world, rows, course, start, np.random.default_rng([seed, 8, start]))
        for start in range(0, len(rows), TEXT_BATCH)
    ]
    rng = np.random.default_rng([seed, 10])
    narrative = pl.concat([part.narrative for part in parts])
    narrative = _with_words(plot, rows, narrative, rng)
    narrative = _repeated_texts(world, rows, course, narrative, rng)
    return Texts(
        narrative=_untidied(narrative, rng),
        title=pl.concat([part.title for part in parts]),
        feedback=pl.concat([part.feedback for part in parts]),
    )


def write_texts(
    world: World, rows: Rows, course: Course, start: int, rng: np.random.Generator
) -> Texts:
    """Write the texts of up to `TEXT_BATCH` rows from ``start`` on."""
    index = np.arange(start, min(start + TEXT_BATCH, len(rows)))
    part, going = rows.take(index), course.take(index)
    writer = Writer(world, part, going.closed // DAY_SECONDS, rng)
    return Texts(writer.narratives(), writer.titles(), writer.feedback(outcomes(part, going)))


def _with_words(
    plot: Plot, rows: Rows, narrative: pl.Series, rng: np.random.Generator
) -> pl.Series:
    for number, spec in enumerate(plot.spec["new_words"]):
        index = np.flatnonzero(rows.word == number)
        if len(index):
            chosen = pl.Series(spec["texts"]).gather(
                rng.integers(0, len(spec["texts"]), len(index))
            )
            texts = narrative.gather(index).str.strip_suffix("。") + "。" + chosen
            narrative = narrative.scatter(index, texts)
    return narrative


def _repeated_texts(
    world: World, rows: Rows, course: Course, narrative: pl.Series, rng: np.random.Generator
) -> pl.Series:
    """Let copies say what their originals said, most with a word before or after."""
    index = np.flatnonzero(rows.parent >= 0)
    if not len(index):
        return narrative
    copied = narrative.gather(rows.parent[index])
    part = rows.take(index)
    writer = Writer(world, part, course.closed[index] // DAY_SECONDS, rng)
    before, after = (writer.phrases(name, len(part)) for name in ("again", "again_end"))
    form = np.where(part.linked >= 0, 0.0, rng.random(len(part)))
    varied = pl.DataFrame({"text": copied, "before": before, "after": after, "form": form}).select(
        pl.when(pl.col("form") < IDENTICAL_REPEATS)
        .then(pl.col("text"))
        .when(pl.col("form") < 0.6)
        .then(pl.concat_str("before", "text"))
        .when(pl.col("form") < 0.8)
        .then(pl.concat_str("text", "after"))
        .otherwise(pl.concat_str("before", "text", "after"))
        .alias("text")
    )["text"]
    return narrative.scatter(index, varied)


def _untidied(narrative: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Put line breaks and straight quotation marks into some texts."""
    draw = rng.random(len(narrative))
    broken = np.flatnonzero(draw < BROKEN_LINE_SHARE)
    quoted = np.flatnonzero(draw > 1 - QUOTED_SHARE)
    if len(broken):
        narrative = narrative.scatter(
            broken,
            narrative.gather(broken)
            .str.replace_all("。", "。\n", literal=True)
            .str.strip_suffix("\n"),
        )
    if len(quoted):
        marked = narrative.gather(quoted).str.replace_many(["“", "”", "，"], ['"', '"', ","])
        narrative = narrative.scatter(quoted, marked + ' 以上"属实"')
    return narrative


def _hostile_places(plot: Plot, rows: Rows, rng: np.random.Generator) -> tuple[Ints, Ints]:
    texts = plot.spec["hostile"]
    ordinary = np.flatnonzero((rows.event < 0) & (rows.parent < 0) & (rows.linked < 0) & (rows.word < 0)
                              & rows.product_known & ~rows.poor)  # fmt: skip
    count = min(len(texts), len(rows) // 100, len(ordinary) // 2)
    chosen = (
        rng.choice(ordinary, 2 * count, replace=False) if count else np.empty(0, dtype=np.int64)
    )
    return np.sort(chosen[:count]), np.sort(chosen[count:])


def _with_hostile(plot: Plot, texts: Texts, hostile: Ints) -> Texts:
    if not len(hostile):
        return texts
    given = pl.Series(plot.spec["hostile"][: len(hostile)])
    return Texts(texts.narrative.scatter(hostile, given), texts.title, texts.feedback)
