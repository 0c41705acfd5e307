"""Lists of members to look at first, each with the rule that made it."""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
import yaml

from pages.components import (
    data,
    figures,
    focus_address,
    leaderboards,
    member_names,
    panels,
    places,
    ranking_limits,
    wording,
)
from pages.components.boards import View
from pages.components.data import Standings
from pages.components.panels import Click
from queries.dimensions import DIMENSIONS
from queries.measures import MEASURES
from queries.scope import Scope
from queries.selection import Comparison, Selection

MONTH_DAYS = 30
"""Days that the rules' numbers are for."""

_FIELDS = frozenset({"title", "measure", "per_30_days", "at_least", "growth_percent", "rows"})


class FocusRuleError(ValueError):
    """A rule in the file of focus lists cannot be used; ``rule`` names it."""

    def __init__(self, rule: str, fault: str) -> None:
        super().__init__(f"focus list {rule!r}: {fault}")
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Rule:
    """What puts a member on a list.

    Attributes
    ----------
    per_30_days
        Least number per 30 days of the period; a longer period asks for more.
    at_least
        Least number however short the period is.
    growth_percent
        Least growth against the compared period; who had nothing then is taken as grown.
    rows
        Members listed, those that grew by most.
    """

    title: str
    measure: str
    per_30_days: float
    at_least: int
    growth_percent: float
    rows: int

    def least(self, days: int) -> int:
        """Return the least number in a period of so many days.

        Examples
        --------
        >>> rule = Rule("重点企业", "complaints", 10, 5, 50, 10)
        >>> rule.least(7), rule.least(30), rule.least(365)
        (5, 10, 122)
        """
        return max(self.at_least, math.ceil(self.per_30_days * days / MONTH_DAYS))

    def sentence(self, days: int, compared: str) -> str:
        """Return the rule in words, for a period of so many days."""
        measure = MEASURES[self.measure]
        return (
            f"规则：统计期内{measure.label}不少于{self.least(days):,}{measure.unit}"
            f"（每30天{self.per_30_days:g}{measure.unit}、最少{self.at_least}{measure.unit}），"
            f"且{compared}增长不低于{self.growth_percent:g}%，按增量由大到小列前{self.rows}个；"
            "数值为本系统设定，可由各单位调整。"
        )


@functools.cache
def rules() -> Mapping[str, Rule]:
    """Return the rules by name of their dimension, from ``assets/rules/focus_lists.yaml``."""
    path = places.ASSETS / "rules" / "focus_lists.yaml"
    return read_rules(yaml.safe_load(path.read_text(encoding="utf-8")))


def read_rules(written: object) -> dict[str, Rule]:
    """Check what the file says.

    Raises
    ------
    FocusRuleError
        If a rule lacks a value, has an unknown one or one that makes no sense.
    """
    if not isinstance(written, Mapping):
        raise FocusRuleError("*", "the file must map names of dimensions to rules")
    return {str(name): _rule(str(name), values) for name, values in written.items()}


def _rule(name: str, values: object) -> Rule:
    if not isinstance(values, Mapping) or set(values) != _FIELDS:
        raise FocusRuleError(name, f"give exactly {', '.join(sorted(_FIELDS))}")
    measure = values["measure"]
    if measure not in MEASURES or MEASURES[measure].denominator is not None:
        raise FocusRuleError(name, f"measure must be a number of submissions, got {measure!r}")
    for field in sorted(_FIELDS - {"title", "measure"}):
        if not isinstance(values[field], int | float) or values[field] < 0:
            raise FocusRuleError(name, f"{field} must be a number from 0, got {values[field]!r}")
    if not 1 <= values["rows"] <= 50:
        raise FocusRuleError(name, f"rows must be 1 to 50, got {values['rows']!r}")
    return Rule(**{str(field): value for field, value in values.items()})


def fetch(rule: Rule, view: View, selection: Selection, scope: Scope, *, days: int) -> Standings:
    """Read the members that the rule picks in a period of so many days."""
    against = ranking_limits.against_of(selection)
    return data.standings(
        view.base(selection),
        scope,
        level=view.level,
        measure=rule.measure,
        order="yearly_change" if against is Comparison.LAST_YEAR else "change",
        limits=data.Limits(
            at_least=float(rule.least(days)),
            growth_from=rule.growth_percent / 100,
            against=against,
        ),
        limit=rule.rows + 1,
        count_members=None,
        trend_rows=0,
    )


def show(view: View, selection: Selection, scope: Scope, *, key: str) -> None:
    """Draw the list of the view's dimension with its rule; a click focuses on a member."""
    rule = rules()[view.board.key]
    days = data.totals(selection, scope, measures=figures.FIGURES).days.days
    found = fetch(rule, view, selection, scope, days=days)
    drawn = content(found, rule, view, selection)

    def clicked(click: Click) -> None:
        if click.act in ("toggle", "focus"):
            focus_address.enter(view.board.key, click.code, scope)

    panels.show("boards", {"boards": [drawn]}, key=key, on_click=clicked)
    compared = leaderboards.COMPARED[ranking_limits.against_of(selection)]
    st.caption(f":small[{rule.sentence(days, compared)}]")


def content(found: Standings, rule: Rule, view: View, selection: Selection) -> dict[str, Any]:
    """Return the list as the panel draws it."""
    yearly = ranking_limits.against_of(selection) is Comparison.LAST_YEAR
    compared_days = found.last_year_days if yearly else found.previous_days
    before = "last_year" if yearly else "previous"
    stated = found.frame[found.frame["member"].notna()]
    frame = stated.head(rule.rows)
    cut = len(stated) > rule.rows or found.matched > len(found.frame)
    most = float(frame["value"].max()) if len(frame) else 0.0
    rows = []
    texts = member_names.labels(frame, view)
    for record, text, end in zip(
        frame.to_dict("records"), texts, member_names.ends(texts), strict=True
    ):
        code = str(record["member"])
        change = leaderboards.change_of(MEASURES[rule.measure], record["value"], record[before])
        rows.append(
            {
                "code": code,
                "label": text,
                "end": end,
                "value": wording.count(record["value"], unit=""),
                "share": wording.count(record[before], unit=""),
                "change": change.text,
                "tone": change.tone,
                "bar": float(record["value"] / most) if most else 0.0,
                "hint": f"{text}：{wording.count(record['value'])}，"
                f"比较期{wording.count(record[before])}，点击查看详情",
                "selected": False,
                "excluded": False,
                "usable": view.board.key in DIMENSIONS,
                "drills": False,
            }
        )
    empty = "没有符合规则的成员"
    if compared_days is None:
        empty = "比较期数据不全，无法判断增长"
    return {
        "key": f"focus_{view.board.key}",
        "title": rule.title,
        "level": leaderboards.level_label(view.level),
        "wide": True,
        "aside": False,
        "heads": (
            MEASURES[rule.measure].label,
            "去年同期" if yearly else "上期",
            "同比" if yearly else "环比",
        ),
        "crumbs": [],
        "rows": rows,
        "note": f"增量前{len(rows)}个，其余未列" if cut else f"共{len(rows)}个",
        "more": False,
        "chosen": False,
        "excludes": False,
        "empty": empty,
    }
