"""What the big screen's panels say: results of reads, worded."""

import datetime as dt
import math
from collections.abc import Mapping

import pandas as pd

from pages.components import settling, wording
from pages.components.labels import STAGES, label, short_region
from pages.components.places import Outline
from pages.components.screen_panels import Notice, Rank, Tile
from queries.measures import MEASURES
from queries.results import Breakdown, Series, Totals
from queries.selection import DateRange

TILES = (
    "submissions",
    "complaints",
    "tipoffs",
    "inquiries",
    "closure_rate",
    "on_time_rate",
    "mediation_rate",
    "disputed_yuan",
    "recovered_yuan",
)
"""Measures of the top row, in order."""

GROWING = frozenset({"closure_rate", "recovered_yuan"})
"""Measures that still grow while submissions of the period are handled, long after its end.

Held against a period that is long settled they would show a fall that is none.
"""

SMALL_BASE = 20
"""Below this count a member's change is told in submissions; in percent it would only startle."""

NOTICED = (
    "county_code",
    "city_code",
    "kind",
    "reasons",
    "operator_name",
    "respondent_name",
    "narrative",
)
"""What the live list tells of a submission, besides when."""

TEXT_CHARACTERS = 60
"""Of a narrative in the live list: two lines."""


def tile_rows(totals: Totals) -> list[Tile]:
    """Return the top row."""
    return [_tile(name, totals) for name in TILES]


def _tile(name: str, totals: Totals) -> Tile:
    current = totals.current[name]
    number, unit = wording.split_unit(wording.figure(name, current))
    measure = MEASURES[name]
    if name in GROWING or settling.is_ripening(name, totals.days.end):
        return Tile(
            measure.label, number, unit, (), "本期件尚在办理，不作同比环比", measure.definition
        )
    changes = tuple(
        (label, wording.change(name, current, base[name] if base else None))
        for label, base in (("同比", totals.last_year), ("环比", totals.previous))
    )
    return Tile(measure.label, number, unit, changes, "", measure.definition)


def rank_rows(found: Breakdown, *, rows: int) -> list[Rank]:
    """Return the first rows of a leaderboard; what nobody filled in is no competitor."""
    frame = found.frame[found.frame["member"].notna()].head(rows)
    most = max(frame["submissions"].max(), 1) if len(frame) else 1
    names = frame["name"] if "name" in frame else [None] * len(frame)
    before = (
        frame["submissions_compared"] if "submissions_compared" in frame else [None] * len(frame)
    )
    return [
        Rank(
            name or label(found.level, member),
            f"{value:,.0f}",
            _rank_change(value, base),
            value / most,
        )
        for name, member, value, base in zip(
            names, frame["member"], frame["submissions"], before, strict=True
        )
    ]


def rank_rest(found: Breakdown) -> str:
    """Return how many have nothing filled in and are in no place of a leaderboard; empty if none.

    Known where what is not stated is among the rows that were read.
    """
    frame = found.frame
    number = frame.loc[frame["member"].isna(), "submissions"].sum()
    return f"另有未填写{wording.count(number)}" if number else ""


def _rank_change(value: float, base: float | None) -> str:
    if base is None or math.isnan(base):
        return wording.UNKNOWN
    if base < SMALL_BASE:
        return f"{value - base:+,.0f}件" if value != base else "持平"
    return wording.change("submissions", value, base).text


def stage_rows(statuses: Breakdown) -> list[tuple[str, str, str]]:
    """Return number and share of the four stages."""
    counts = dict(zip(statuses.frame["member"], statuses.frame["submissions"], strict=True))
    by_stage = {
        name: sum(int(counts.get(status.value, 0)) for status in members)
        for name, members in STAGES.items()
    }
    total = sum(by_stage.values())
    return [
        (name, wording.count(number, ""), wording.percent(number / total if total else None))
        for name, number in by_stage.items()
    ]


def map_frame(found: Breakdown, outline: Outline, *, chosen: str) -> pd.DataFrame:
    """Return what `shaded_map.map_chart` draws: one row per part of the outline."""
    frame = found.frame
    counts = dict(zip(frame["member"], frame["submissions"].astype(float), strict=True))
    before: dict[object, float] = (
        dict(zip(frame["member"], frame["submissions_compared"].astype(float), strict=True))
        if "submissions_compared" in frame
        else {}
    )
    values = [counts.get(code, 0.0) for code in outline.parts]
    total = sum(values)
    return pd.DataFrame(
        {
            "name": [short_region(code) for code in outline.parts],
            "code": list(outline.parts),
            "value": values,
            "shown": [f"{value:,.0f}" for value in values],
            "note": [
                f"{value:,.0f}件，占{wording.percent(value / total if total else None)}"
                f"\n环比{wording.change('submissions', value, before.get(code)).text}"
                for code, value in zip(outline.parts, values, strict=True)
            ],
            "chosen": [code == chosen for code in outline.parts],
        }
    )


def notice_rows(frame: pd.DataFrame) -> list[Notice]:
    """Return the live list."""
    return [
        Notice(
            when=f"{at:%m-%d %H:%M}",
            place=short_region(county or city or ""),
            kind=label("kind", kind),
            reasons=wording.reasons(reasons),
            text=_excerpt(operator or respondent, narrative),
        )
        for at, county, city, kind, reasons, operator, respondent, narrative in zip(
            frame["registered_at"],
            *(frame[name].astype(object).where(frame[name].notna(), None) for name in NOTICED),
            strict=True,
        )
    ]


def _excerpt(operator: str | None, narrative: str | None) -> str:
    what = " ".join((narrative or "").split())
    ending = "……" if len(what) > TEXT_CHARACTERS else ""
    against = f"{operator}：" if operator else ""
    return f"{against}{what[:TEXT_CHARACTERS]}{ending}"


def trend_notes(course: Series, lines: Mapping[str, str]) -> list[str]:
    """Return what is told of each week of the course: its days, and each line beside last year's.

    Parameters
    ----------
    lines
        Label by measure name.
    """
    before = course.compared
    notes = []
    for at, (start, whole) in enumerate(
        zip(course.frame.index, course.frame["complete"], strict=True)
    ):
        days = DateRange(start.date(), start.date() + dt.timedelta(days=6))
        told = [f"{wording.days_text(days)}{'' if whole else '（未满）'}"]
        for name, label_ in lines.items():
            then = "" if before is None else f"，去年同期{wording.count(before[name].iloc[at])}"
            told.append(f"{label_}{wording.count(course.frame[name].iloc[at])}{then}")
        notes.append("\n".join(told))
    return notes


def donut_parts(found: Breakdown, *, parts: int) -> tuple[list[str], list[int]]:
    """Return labels and counts of the largest members, the rest as one part."""
    frame = found.frame
    named: list[str | None] = frame["member"].head(parts).to_list()
    values = [int(value) for value in frame["submissions"].head(parts)]
    labels = [label(found.level, member) for member in named]
    rest = int(frame["submissions"].iloc[parts:].sum())
    return ([*labels, "其他"], [*values, rest]) if rest else (labels, values)
