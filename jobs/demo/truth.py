"""``truth.json``: what is in the files, told by the generator itself."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from jobs.demo.catalogue import KINDS
from jobs.demo.choosing import Ints
from jobs.demo.events import TIPOFF, date_of
from jobs.demo.handling import NEVER
from jobs.demo.planting import late_unit_rows
from jobs.demo.province import Province
from jobs.demo.sources import SOURCES, Written

ID_NUMBER = r"42\d{4}(?:19|20)\d{6}000[\dX]"
"""ID numbers as the demo invents them; order numbers have eighteen digits too."""

FORMAT = 1
"""Version of the file's shape."""


def tell_truth(
    province: Province, written: Written, *, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return everything that a test or an evaluation may check against the files."""
    rows, world = province.rows, province.world
    narrative = province.texts.narrative
    totals = _totals(province, written)
    return {
        "format": FORMAT,
        "synthetic": True,
        "settings": dict(settings),
        "first_day": date_of(world.first_day),
        "last_day": date_of(world.last_day),
        "submissions": len(rows),
        "records": sum(each.records for each in written.files),
        "repeated": sum(each.repeated for each in written.files),
        "unusable": _sum_reasons([each.unusable for each in written.files]),
        "files": [asdict(each) for each in written.files],
        "operators": len(world.operators),
        "people": len(np.unique(rows.person)),
        "linked_pairs": int((rows.linked >= 0).sum()) // 2,
        "texts": {
            "distinct": int(narrative.n_unique()),
            "mean_characters": round(int(narrative.str.len_chars().sum()) / len(rows), 2),
            "with_mobile_number": int(narrative.str.contains(r"1[3-9]\d{9}").sum()),
            "with_id_number": int(narrative.str.contains(ID_NUMBER).sum()),
            "with_line_break": int(narrative.str.contains("\n", literal=True).sum()),
            "with_quotation_mark": int(narrative.str.contains('"', literal=True).sum()),
        },
        "hostile": {
            "narrative": written.ids.gather(province.hostile).to_list(),
            "product_name": written.ids.gather(province.hostile_names).to_list(),
        },
        "totals": totals,
        "events": [_event(province, written, index) for index in range(len(province.plot.planted))],
        "skipped": province.plot.skipped,
    }


def write_truth(path: Path, truth: Mapping[str, Any]) -> None:
    """Write the file, the same bytes for the same truth."""
    text = json.dumps(truth, ensure_ascii=False, indent=1, default=_plain)
    path.write_text(text + "\n", encoding="utf-8")


def _plain(value: object) -> object:
    if isinstance(value, np.integer):
        return int(value)
    msg = f"{type(value).__name__} {value!r} has no place in truth.json"
    raise TypeError(msg)


def _sum_reasons(found: list[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in found:
        for reason, count in each.items():
            total[reason] = total.get(reason, 0) + count
    return total


def _totals(province: Province, written: Written) -> dict[str, Any]:
    rows, places = province.rows, province.world.places
    table = pl.DataFrame(
        {
            "kind": pl.Series([str(kind) for kind in KINDS]).gather(rows.kind.astype(np.uint32)),
            "city": pl.Series(places.city_codes).gather(rows.county.astype(np.uint32)),
            "county": pl.Series(places.county_codes).gather(rows.county.astype(np.uint32)),
            "month": pl.Series(rows.day.astype("datetime64[D]")).dt.strftime("%Y-%m"),
            "source": pl.Series(SOURCES).gather(written.source.astype(np.uint32)),
            "channel": pl.Series(province.world.catalogue.channels).gather(
                rows.channel.astype(np.uint32)
            ),
        }
    )
    by_all = table.group_by("kind", "city", "month").len().sort("month", "city", "kind")
    return {
        name: dict(table.group_by(name).len().sort(name).iter_rows())
        for name in ("kind", "city", "county", "month", "source", "channel")
    } | {"kind_city_month": [list(row) for row in by_all.iter_rows()]}


def _event(province: Province, written: Written, index: int) -> dict[str, Any]:
    event, rows = province.plot.planted[index], province.rows
    told: dict[str, Any] = {
        "name": event.name,
        "type": event.type,
        "description": event.description,
        "first_day": date_of(event.first_day),
        "last_day": date_of(event.last_day),
        "codes": event.codes,
    }
    mine = np.flatnonzero(rows.event == index)
    if event.type in ("repeats", "multichannel"):
        groups = _groups(rows.parent, mine, written.ids)
        return told | {"count": len(mine), "groups": groups}
    if event.type == "new_word":
        mine = np.flatnonzero(rows.word == event.codes["number"])
    elif event.type == "campaign":
        return told | _campaign_counts(province, index)
    elif event.type == "late_units":
        return told | _late_counts(province)
    elif event.type == "poor_entry":
        return told | {"count": int(rows.poor.sum())}
    return told | {"count": len(mine), "submission_ids": written.ids.gather(mine).to_list()}


def _groups(parent: Ints, children: Ints, ids: pl.Series) -> list[list[str]]:
    """Return the ids of each group, the first submission first."""
    order = children[np.argsort(parent[children], kind="stable")]
    grouped = (
        pl.DataFrame({"parent": parent[order], "child": ids.gather(order)})
        .group_by("parent", maintain_order=True)
        .agg("child")
    )
    first = ids.gather(grouped["parent"].cast(pl.UInt32))
    return [
        [one, *others]
        for one, others in zip(first.to_list(), grouped["child"].to_list(), strict=True)
    ]


def _campaign_counts(province: Province, index: int) -> dict[str, Any]:
    """Count the campaign's tip-offs before and since, in as many days before as since."""
    event, rows, world = province.plot.planted[index], province.rows, province.world
    of_type = np.array([each == event.codes["issue_type"] for each in world.catalogue.issues.types])
    hit = (rows.kind == TIPOFF) & of_type[rows.issue]
    days = event.last_day - event.first_day + 1
    since = rows.day >= event.first_day
    before = (rows.day >= event.first_day - days) & ~since
    cities = np.array(world.places.city_codes)[rows.county]
    counts = {}
    for side in ("treated", "control"):
        here = hit & np.isin(cities, event.codes[f"{side}_cities"])
        counts[side] = {"before": int((here & before).sum()), "since": int((here & since).sum())}
    return {"days_each": days, "counts": counts}


def _late_counts(province: Province) -> dict[str, Any]:
    course, moment = province.course, province.moment
    late = late_unit_rows(province.plot, province.rows)
    checked = late & (course.first_checked <= moment)
    closed = late & (course.closed <= moment) & (course.due < NEVER)
    return {
        "count": int(late.sum()),
        "checked": int(checked.sum()),
        "checked_late": int((checked & (course.first_checked > course.first_due)).sum()),
        "closed": int(closed.sum()),
        "closed_late": int((closed & (course.closed > course.due)).sum()),
    }
