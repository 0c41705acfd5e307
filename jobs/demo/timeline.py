"""How many submissions of each kind and channel are registered on each day of the span."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from jobs.demo.catalogue import KINDS, Mix
from jobs.demo.choosing import Floats, Ints
from jobs.demo.workdays import DAY_SECONDS, EPOCH, day_number
from jobs.demo.world import MODES, World
from queries.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class Plan:
    """Counts per combination of kind and channel (rows) and day (columns)."""

    kind: Ints
    channel: Ints
    counts: Ints

    def per_day(self) -> Ints:
        """Return the submissions of each day."""
        return np.asarray(self.counts.sum(axis=0))

    def rows(self, first: int, last: int) -> tuple[Ints, Ints, Ints]:
        """Return kind, channel and day offset of every submission from ``first`` to ``last``.

        The days come in order; ``last`` is not included.
        """
        part = self.counts[:, first:last].T
        flat = part.ravel()
        combination = np.tile(np.arange(len(self.kind)), part.shape[0])
        offset = np.repeat(np.arange(first, last), len(self.kind))
        return (
            np.repeat(self.kind[combination], flat),
            np.repeat(self.channel[combination], flat),
            np.repeat(offset, flat),
        )


def plan_days(world: World, count: int, rng: np.random.Generator) -> Plan:
    """Spread exactly ``count`` submissions over kinds, channels and days."""
    mix = world.catalogue.mix
    pairs = [
        (row, world.catalogue.channels.index(channel), share * mix["kinds"][kind])
        for row, kind in enumerate(KINDS)
        for channel, share in mix["channels"][kind].items()
    ]
    kind, channel = (np.array([pair[place] for pair in pairs]) for place in (0, 1))
    shares = np.array([pair[2] for pair in pairs], dtype=np.float64)
    totals = rng.multinomial(count, shares / shares.sum())
    weights = day_weights(world, rng)
    counts = np.array(
        [
            rng.multinomial(total, weights[world.mode_of[way], row])
            for total, row, way in zip(totals, kind, channel, strict=True)
        ]
    )
    return Plan(kind, channel, counts)


def day_weights(world: World, rng: np.random.Generator) -> Floats:
    """Return each day's share, by mode × kind × day; the days of a mode and kind add up to 1."""
    mix, calendar = world.catalogue.mix, world.calendar
    offset = world.first_day - calendar.first
    days = calendar.dates[offset : offset + world.days]
    worked = calendar.worked[offset : offset + world.days]
    names = calendar.holiday[offset : offset + world.days]
    noise = np.exp(mix["day_noise"] * rng.standard_normal(len(days)))
    growth = mix["yearly_growth"] ** (np.arange(len(days)) / 365.25)
    weights = np.empty((len(MODES), len(KINDS), len(days)))
    for row, mode in enumerate(MODES):
        base = np.array(
            [
                mix["months"][mode][day.month - 1] * _weekday(mix, mode, day, bool(work), name)
                for day, work, name in zip(days, worked, names, strict=True)
            ]
        )
        for column, kind in enumerate(KINDS):
            shocked = np.array([_shock(mix, mode, kind, day) for day in days])
            weights[row, column] = base * shocked * noise * growth
    return np.asarray(weights / weights.sum(axis=2, keepdims=True))


def _weekday(mix: Mix, mode: str, day: dt.date, worked: bool, holiday: str) -> float:
    if holiday == "Spring Festival":
        return float(mix["spring_festival"][mode])
    if holiday:
        return float(mix["holidays"][mode])
    weekday = day.weekday()
    return float(mix["weekdays"][mode][min(weekday, 4) if worked else weekday])


def _shock(mix: Mix, mode: str, kind: Kind, day: dt.date) -> float:
    factor = 1.0
    for shock in mix["shocks"]:
        if mode in shock["modes"] and kind in shock.get("kinds", KINDS):
            inside = shock["from"] <= f"{day:%m-%d}" <= shock["to"]
            factor *= shock["factor"] if inside else 1.0
    return factor


def month_of(day: Ints) -> Ints:
    """Return 0 for January to 11 for December."""
    months = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(months % 12)


def month_offset(world: World, day: Ints) -> Ints:
    """Return calendar months since the first month of the span."""
    months = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    first = (
        np.int64(world.first_day).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    )
    return np.asarray(months - first)


def seconds(day: dt.date) -> int:
    """Return the second at which ``day`` begins, since 1970."""
    return day_number(day) * DAY_SECONDS


__all__ = ["EPOCH", "Plan", "day_weights", "month_of", "month_offset", "plan_days", "seconds"]
