"""The list of lead candidates: filters, rows, those picked for a batch, and the forms to act on them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd
import streamlit as st

from analytics.lead_source_rules import LeadSourceRules, read_lead_source_rules
from pages.components import address, choices, grid, lead_labels, wording
from pages.components.exports import Sheet
from pages.components.grid import Cell, Head, Row, Tool
from pages.components.lead_data import Candidates
from pages.components.panels import Click

PAGE_SIZE = 15
"""Rows of a page; ours."""

MOST_PICKED = 200
"""Candidates in one batch; ours: more than an officer can check."""

ORDERS = {"worth": "线索价值", "latest_on": "最近诉求", "submissions": "件数", "persons": "人数"}

_PICKED = "leads.picked"


def picked() -> list[str]:
    """Return the candidates picked so far, in the order of picking."""
    kept = st.session_state.setdefault(_PICKED, [])
    return list(kept)


def pick(candidate_ids: list[str]) -> None:
    """Pick candidates besides those picked already, up to `MOST_PICKED`."""
    st.session_state[_PICKED] = list(dict.fromkeys([*picked(), *candidate_ids]))[:MOST_PICKED]


def drop(candidate_ids: list[str]) -> None:
    """Take candidates off those picked."""
    st.session_state[_PICKED] = [each for each in picked() if each not in candidate_ids]


def toggle(candidate_id: str) -> None:
    """Pick a candidate, or take it off."""
    if candidate_id in picked():
        drop([candidate_id])
    else:
        pick([candidate_id])


def filters(found: Candidates, asked: Mapping[str, str]) -> pd.DataFrame:
    """Draw the filters and the order, and return the candidates that are left."""
    drops = ("page", "candidate")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        choices.select("source", _sources(found), asked, label="来源", drops=drops, width=150)
        choices.select("conduct", _conducts(found), asked, label="涉嫌行为", drops=drops, width=190)
        choices.select(
            "order", ORDERS, asked, label="排序", drops=("page",), width=160, labelled=True
        )
        key = address.bound("leads.name", asked.get("name", ""))
        st.text_input(
            "主体名称或代码",
            key=key,
            placeholder="主体名称或统一社会信用代码",
            on_change=lambda: address.go(
                name=str(st.session_state[key]).strip() or None, page=None, candidate=None
            ),
            label_visibility="collapsed",
            width=236,
        )
    return left(found, asked)


def left(found: Candidates, asked: Mapping[str, str]) -> pd.DataFrame:
    """Return the candidates that the address' filters leave, in its order."""
    frame = found.frame
    source = choices.chosen("source", _sources(found), asked)
    conduct = choices.chosen("conduct", _conducts(found), asked)
    order = choices.chosen("order", ORDERS, asked)
    kept = frame if source == "all" else frame[_has(frame, source)]
    kept = kept if conduct == "all" else kept[kept["conduct"] == conduct]
    wanted = asked.get("name", "").strip()
    if wanted:
        named = kept["operator_name"].str.contains(wanted, regex=False, case=False)
        kept = kept[named | (kept["uscc"] == wanted)]
    by = list(dict.fromkeys([order, "worth", "candidate_id"]))
    return kept.sort_values(
        by, ascending=[each == "candidate_id" for each in by], ignore_index=True
    )


def one(kept: pd.DataFrame, candidate_id: str) -> dict[str, Any]:
    """Return one candidate of those kept."""
    row = kept[kept["candidate_id"] == candidate_id].iloc[0]
    return {str(name): value for name, value in row.items()}


def _sources(found: Candidates) -> dict[str, str]:
    return {"all": f"全部来源 {len(found.frame):,}"} | {
        str(code): f"{name} {count:,}"
        for code, name in lead_labels.SOURCES.items()
        if (count := found.by_source.get(str(code), 0))
    }


def _conducts(found: Candidates) -> dict[str, str]:
    return {"all": "全部涉嫌行为"} | {
        str(code): f"{lead_labels.conduct(str(code))} {count:,}"
        for code, count in found.by_conduct.items()
    }


def _has(frame: pd.DataFrame, source: str) -> pd.Series:
    return ("," + frame["sources"] + ",").str.contains(f",{source},", regex=False)


def content(
    shown: pd.DataFrame, *, first: int, chosen: str, pickable: bool = True
) -> dict[str, Any]:
    """Return rows as the grid draws them; a click shows a candidate, its tool picks it.

    Parameters
    ----------
    first
        Place of the first row among all that are left, from 1.
    chosen
        The candidate shown.
    pickable
        False for a viewer who cannot make batches: no tool to pick with.
    """
    heads = [
        Head("经营主体"),
        Head("涉嫌行为（疑似）", width=120),
        Head("价值", right=True, width=56, hint="线索价值0至100，已按来源命中率折算，只用于排序"),
        Head("件数", right=True, width=44),
        Head("最近", right=True, width=76),
        Head("", width=40),
    ]
    kept = set(picked())
    rows = []
    for place, record in enumerate(shown.to_dict("records"), start=first):
        code = str(record["candidate_id"])
        again = record["earlier_leads"] or record["withdrawn_leads"]
        rows.append(
            Row(
                code,
                (
                    Cell(
                        str(record["operator_name"]),
                        hint=f"第{place:,}名，{wording.label('county_code', record['county_code'])}，"
                        f"来源：{lead_labels.sources(str(record['sources']))}"
                        + ("，以前列过" if again else ""),
                    ),
                    Cell(
                        lead_labels.conduct_short(str(record["conduct"])),
                        hint=lead_labels.conduct(str(record["conduct"])),
                    ),
                    Cell(f"{record['worth']:.0f}", bar=min(1.0, record["worth"] / 100)),
                    Cell(f"{record['submissions']:,}"),
                    Cell(lead_labels.day(record["latest_on"])),
                    Cell("再次" if again else ""),
                ),
                selected=code == chosen,
                tools=(Tool("pick", "移出" if code in kept else "列入"),) if pickable else (),
            )
        )
    return grid.content("candidates", "候选线索", heads, rows, empty="没有符合条件的候选线索")


def clicked(click: Click) -> None:
    """Show a candidate, or pick it."""
    if click.act == "pick":
        toggle(click.code)
    else:
        address.go(candidate=click.code)


def base_text(found: Candidates, kept: int) -> str:
    """Return what the list rests on."""
    run = found.run
    told = (
        f"候选线索{len(found.frame):,}条，符合条件{kept:,}条；"
        f"依据截至{wording.date_text(run.as_of)}近{rules().window_days}天的诉求，以及评分和登记"
    )
    if run.found is not None and run.kept is not None and run.kept < run.found:
        told += (
            f"；共选出{run.found:,}条，按每户最多{rules().conducts_per_operator}种行为、"
            f"总数最多{rules().most:,}条保留{run.kept:,}条"
        )
    if found.answered:
        told += f"；另有{found.answered:,}条已列为线索或已答复且没有新证据，不再列出"
    if run.missing:
        missing = "、".join(lead_labels.SOURCES.get(each, each) for each in run.missing)
        told += f"；{missing}没有数据，未作为来源"
    return told + "。"


@cache
def rules() -> LeadSourceRules:
    """Return by which rules candidates are picked."""
    return read_lead_source_rules()


def sheets(found: Candidates, kept: pd.DataFrame) -> list[Sheet]:
    """Return the candidates to take away."""
    return [
        Sheet(
            "候选线索",
            lambda: iter([_named(kept)]),
            definitions=(
                ("性质", "疑似线索，建议核查，不是对违法事实的认定；内部参考"),
                ("线索价值", "严重程度、证据、涉及面、时效、可查性合成，权重和阈值为本系统设定"),
            ),
            total=len(kept),
            note=base_text(found, len(kept)),
        )
    ]


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "经营主体": frame["operator_name"],
            "统一社会信用代码": frame["uscc"],
            "县区": [wording.label("county_code", each) for each in frame["county_code"]],
            "涉嫌行为（疑似）": [lead_labels.conduct(each) for each in frame["conduct"]],
            "来源": [lead_labels.sources(each) for each in frame["sources"]],
            "线索价值": frame["worth"].round(1),
            "折算系数": frame["factor"].round(3),
            "件数": frame["submissions"],
            "举报": frame["tipoffs"],
            "人数": frame["persons"],
            "涉及金额（元）": frame["disputed_yuan"],
            "最早": frame["first_on"],
            "最近": frame["latest_on"],
            "风险等级": frame["grade"],
            "理由": ["；".join(lead_labels.reasons(each)) for each in frame["reasons"]],
            "以前的线索": ["、".join(each) for each in frame["earlier_leads"]],
        }
    )
