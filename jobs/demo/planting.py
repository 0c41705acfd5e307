"""Events that are made of ordinary submissions: changed rows, repeats and second halves."""

from dataclasses import dataclass

import numpy as np

from jobs.demo.catalogue import KINDS
from jobs.demo.choosing import Ints
from jobs.demo.events import COMPLAINT, TIPOFF, Planted, Plot, date_of
from jobs.demo.handling import Lateness
from jobs.demo.rows import REGISTERS, Flags, Rows
from jobs.demo.workdays import DAY_SECONDS
from queries.vocabulary import Kind

REPEAT_DAYS = 25
"""A repeat comes within this many days."""

NO_ISSUE_LEFT_TRIES = 40


@dataclass(frozen=True, slots=True)
class Copies:
    """How many rows copy others: repeats of one matter, and second halves of split submissions."""

    repeats: Ints
    multichannel: Ints
    linked: int

    @property
    def total(self) -> int:
        """Number of rows that are copies."""
        return int(self.repeats.sum() + self.multichannel.sum()) + self.linked


def plan_copies(plot: Plot, submissions: int) -> Copies:
    """Decide how many copies there will be, one number a group."""
    groups = {}
    for name in ("repeats", "multichannel"):
        spec = plot.spec[name]
        count = plot.size(spec["groups"])
        if count * (spec["most"] - 1) > plot.room:
            plot.skip(name, f"{count} groups, room for {plot.room} submissions")
            count = 0
        elif count == 0:
            plot.skip(name, "no group at this size of province")
        groups[name] = plot.rng.integers(1, spec["most"] - 1, count, endpoint=True)
        plot.room -= int(groups[name].sum())
    share = plot.world.catalogue.mix["handling"]["linked"]
    return Copies(
        groups["repeats"], groups["multichannel"], min(round(submissions * share), plot.room)
    )


def fewer_in_campaign(plot: Plot, rows: Rows) -> Rows:
    """Turn part of the treated cities' tip-offs of the campaign's kind into others."""
    spec, world = plot.spec["campaign"], plot.world
    start = plot.day(spec["ago"])
    if start <= world.first_day:
        plot.skip("campaign", f"would begin on {date_of(start)}, before the first day")
        return rows
    issues = world.catalogue.issues
    of_type = np.array([each == spec["issue_type"] for each in issues.types])
    treated = np.array([code in spec["treated"] for code in world.places.city_codes])
    hit = (rows.kind == TIPOFF) & of_type[rows.issue] & treated[rows.county] & (rows.day >= start)
    hit &= (rows.event < 0) & (plot.rng.random(len(rows)) < spec["drop"])
    if not hit.any():
        plot.skip("campaign", "no tip-offs of its kind in the treated cities since its start")
        return rows
    issue = rows.issue.copy()
    groups = len(world.catalogue.products.groups)
    for _ in range(NO_ISSUE_LEFT_TRIES):
        left = np.flatnonzero(hit & of_type[issue])
        if not len(left):
            break
        cell = rows.kind[left] * groups + world.catalogue.products.group[rows.product[left]]
        issue[left] = world.issue_chooser.draw(cell, plot.rng.random(len(left)))
    plot.plant(Planted(
        "campaign", "campaign", "专项行动后两市广告违法举报下降，对照两市不变", start, world.last_day,
        {"issue_type": spec["issue_type"], "treated_cities": spec["treated"],
         "control_cities": spec["control"], "planned_drop": spec["drop"]},
    ))  # fmt: skip
    return rows.with_columns(issue=issue)


def poor_entries(plot: Plot, rows: Rows) -> Rows:
    """Take the essentials out of most entries of some units."""
    spec, world = plot.spec["poor_units"], plot.world
    units = np.array([code in spec["counties"] for code in world.places.county_codes])
    poor = units[rows.county] & (rows.event < 0) & (plot.rng.random(len(rows)) < spec["share"])
    if not poor.any():
        plot.skip("poor-entry", "no submissions of these units")
        return rows
    brief = np.select(
        [rows.kind == COMPLAINT, rows.kind == TIPOFF],
        [REGISTERS.index("brief"), REGISTERS.index("tip_brief")],
        rows.register,
    )
    plot.plant(Planted(
        "poor-entry", "poor_entry", "要素缺失多、叙述过短的单位", world.first_day, world.last_day,
        {"county_codes": spec["counties"], "planned_share": spec["share"]},
    ))  # fmt: skip
    return rows.with_columns(
        poor=poor,
        register=np.where(poor, brief, rows.register),
        amount_known=rows.amount_known & ~poor,
        respondent_known=rows.respondent_known & ~(poor & (plot.rng.random(len(rows)) < 0.5)),
        product_known=rows.product_known & ~(poor & (plot.rng.random(len(rows)) < 0.4)),
    )


def with_new_words(plot: Plot, rows: Rows) -> Rows:
    """Give each new word to ordinary submissions about its goods, more and more from its first day."""
    world, word = plot.world, rows.word.copy()
    for number, spec in enumerate(plot.spec["new_words"]):
        size, first = plot.size(spec["size"]), plot.day(spec["ago"])
        positions = [world.catalogue.products.codes.index(code) for code in spec["products"]]
        fit = np.isin(rows.product, positions) & (rows.day >= first) & (rows.event < 0) & (word < 0)
        fit &= (rows.kind != KINDS.index(Kind.INQUIRY)) & ~rows.poor
        candidates = np.flatnonzero(fit)
        name = f"new-word-{number + 1:02}"
        size = min(size, len(candidates))
        if size < 1 or first < world.first_day:
            plot.skip(
                name,
                f"{len(candidates)} submissions about {', '.join(spec['products'])} since {date_of(first)}",
            )
            continue
        weight = 1.0 + np.minimum(rows.day[candidates] - first, 30)
        chosen = plot.rng.choice(candidates, size, replace=False, p=weight / weight.sum())
        word[chosen] = number
        plot.plant(
            Planted(
                name,
                "new_word",
                f"新词“{spec['word']}”",
                first,
                world.last_day,
                {"word": spec["word"], "products": spec["products"], "number": number},
            )
        )
    return rows.with_columns(word=word)


def copies_of(plot: Plot, rows: Rows, copies: Copies) -> list[Rows]:
    """Return the rows that repeat others, with ``parent`` or ``linked`` set to the other's position."""
    world = plot.world
    made: list[Rows] = []
    late_enough = rows.day <= world.last_day - REPEAT_DAYS
    usable = np.flatnonzero((rows.kind == COMPLAINT) & (rows.event < 0) & (rows.word < 0) & ~rows.poor
                            & rows.respondent_known & late_enough)  # fmt: skip
    wanted = len(copies.repeats) + len(copies.multichannel) + copies.linked
    parents = plot.rng.choice(usable, wanted, replace=len(usable) < wanted) if len(usable) else None
    if parents is None:
        if copies.total:
            plot.skip("copies", "no submissions to copy")
        return []
    start = 0
    for name, counts, title in (
        ("repeats", copies.repeats, "同一人就同一事重复诉求"),
        ("multichannel", copies.multichannel, "同一人就同一事经多个渠道诉求"),
    ):
        group = parents[start : start + len(counts)]
        start += len(counts)
        if len(counts):
            plot.plant(Planted(name, name, title, world.first_day, world.last_day, {}))
            made.append(_repeated(plot, rows, np.repeat(group, counts), name == "multichannel"))
    if copies.linked:
        made.append(_second_halves(plot, rows, parents[start:]))
    return made


def _repeated(plot: Plot, rows: Rows, parents: Ints, other_channels: bool) -> Rows:
    child, rng = rows.take(parents), plot.rng
    lag = rng.integers(3_600, REPEAT_DAYS * DAY_SECONDS, len(parents))
    channel = child.channel
    if other_channels:
        mix = plot.world.catalogue.mix["channels"]["complaint"]
        names = ("tel_12345", "wx_mini", "web_pc", "app", "tel_12315", "letter", "transfer")
        options = np.array([plot.world.catalogue.channels.index(each) for each in names])
        weights = np.array([mix[each] for each in names])
        drawn = options[rng.choice(len(options), len(parents), p=weights / weights.sum())]
        another = np.where(child.channel == options[0], options[1], options[0])
        channel = np.where(drawn == child.channel, another, drawn)
    return child.with_columns(
        registered=child.registered + lag,
        channel=channel,
        parent=parents,
        event=np.full(len(parents), len(plot.planted) - 1),
    )


def _second_halves(plot: Plot, rows: Rows, parents: Ints) -> Rows:
    """Return tip-offs that were split off complaints at registration."""
    child, world = rows.take(parents), plot.world
    groups = len(world.catalogue.products.groups)
    cell = TIPOFF * groups + world.catalogue.products.group[child.product]
    issue = world.issue_chooser.draw(cell, plot.rng.random(len(parents)))
    return child.with_columns(
        kind=np.full(len(parents), TIPOFF),
        issue=issue,
        remedy=world.remedy_chooser.draw(issue, plot.rng.random(len(parents))),
        registered=child.registered + plot.rng.integers(1, 60, len(parents)),
        parent=parents,
        linked=parents,
    )


def lateness_of(plot: Plot, rows: Rows) -> Lateness:
    """Return each submission's chance of being late."""
    world, mix = plot.world, plot.world.catalogue.mix["handling"]
    base = np.where(rows.kind == COMPLAINT, mix["first_check_late"], mix["tipoff_late"])
    late = late_unit_rows(plot, rows)
    spec = plot.spec["late_units"]
    if late.any():
        plot.plant(Planted(
            "late-units", "late_units", "初查、办结经常超期的单位", max(plot.day(spec["ago"]), world.first_day),
            world.last_day, {"county_codes": spec["counties"], "planned_check": spec["check"],
                             "planned_close": spec["close"]},
        ))  # fmt: skip
    else:
        plot.skip("late-units", "no submissions of these units")
    return Lateness(
        check=np.where(late, spec["check"], base),
        close=np.where(late, spec["close"], mix["closing_late"]),
    )


def late_unit_rows(plot: Plot, rows: Rows) -> Flags:
    """Tell which submissions the late units handle since they became late."""
    spec = plot.spec["late_units"]
    units = np.array([code in spec["counties"] for code in plot.world.places.county_codes])
    return np.asarray(units[rows.county] & (rows.day >= plot.day(spec["ago"])))


def remapped(rows: Rows, order: Ints) -> Rows:
    """Return the rows in another order, with ``parent`` and ``linked`` pointing right again."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    moved = rows.take(order)

    def follow(pointer: Ints) -> Ints:
        return np.where(pointer >= 0, place[np.maximum(pointer, 0)], -1)

    return moved.with_columns(parent=follow(moved.parent), linked=follow(moved.linked))
