"""What an officer needs of one case lead: law, authority, time limits and what to look into."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analytics.clock_rules import Clocks, read_clocks
from analytics.deadlines import ClockState, due_dates
from analytics.jurisdiction import Jurisdiction, Role, competent_authorities, read_jurisdiction
from analytics.legal_basis import Basis, Conducts, legal_basis, read_conducts
from analytics.working_days import Calendar

DEFAULT_CASE = Path(__file__).parents[1] / "assets" / "rules" / "lead_case.yaml"

NEEDED = ("kind", "registered_at")

OPEN_STATES = (ClockState.OVERDUE, ClockState.RUNNING, ClockState.SUSPENDED, ClockState.UNKNOWN)
"""States of a clock that an officer still has to know of, the most urgent first."""

Names = Annotated[tuple[str, ...], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LimitationRule(_Part):
    """After how many years a conduct is no longer penalised, and which conducts may be grave."""

    law: str
    article: str
    checked: bool
    years: Annotated[int, Field(ge=1)]
    grave_years: Annotated[int, Field(ge=1)]
    grave: tuple[str, ...]


class CaseRules(_Part):
    """Limitation and suggested steps; see the rule file for what each means."""

    limitation: LimitationRule
    first: Names
    last: Names
    serial: str
    unreachable: str
    by_conduct: dict[str, Names]
    other: Names


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority that may handle some of the evidence.

    Attributes
    ----------
    region_code
        None where the facts do not tell a place.
    level, place, law, article
        As of `analytics.jurisdiction.competent_authorities`; None where not known.
    others
        Regions that may handle it as well.
    reasons
        Why a person has to look, as codes of `analytics.jurisdiction.Reason`.
    submissions
        How many of the evidence it holds for.
    """

    region_code: str | None
    level: str | None
    place: str | None
    law: str | None
    article: str | None
    article_checked: bool
    others: tuple[str, ...]
    reasons: tuple[str, ...]
    submissions: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """The most urgent of one time limit over the evidence.

    Attributes
    ----------
    clock, name
        Code and name of the rule file.
    due
        The earliest end among those in ``state``; None where it is not known.
    submissions
        How many of the evidence are in this state.
    checked
        Whether a person compared the article with the official text.
    estimated
        Whether the end rests on days whose public holidays are not published yet.
    """

    clock: str
    name: str
    state: ClockState
    due: dt.date | None
    submissions: int
    law: str
    article: str | None
    checked: bool
    estimated: bool


@dataclass(frozen=True, slots=True)
class Limitation:
    """Until when the conduct can be penalised.

    Attributes
    ----------
    conduct_on
        Day of the latest conduct that the evidence tells of.
    until
        Last day of the general term.
    grave_until
        Last day of the longer term; None where the conduct is not among those that may be grave.
    """

    conduct_on: dt.date
    until: dt.date
    grave_until: dt.date | None
    law: str
    article: str
    checked: bool


@dataclass(frozen=True, slots=True)
class LeadCase:
    """Law, authorities (most evidence first), time limits (most urgent first) and steps."""

    basis: tuple[Basis, ...]
    authorities: tuple[Authority, ...]
    deadlines: tuple[Deadline, ...]
    limitation: Limitation
    steps: tuple[str, ...]


def read_case_rules(path: Path = DEFAULT_CASE) -> CaseRules:
    """Read the rules from a YAML file.

    Raises
    ------
    ValueError
        If a key is missing, unknown or of another type.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> read_case_rules().limitation.years
    2
    """
    try:
        return CaseRules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        msg = f"{path}: {error}; compare with the shipped file"
        raise ValueError(msg) from error


def lead_case(
    conduct: str,
    evidence: pd.DataFrame,
    *,
    calendar: Calendar,
    as_of: dt.date,
    registered_county: str | None = None,
    rules: CaseRules | None = None,
    conducts: Conducts | None = None,
    clocks: Clocks | None = None,
    jurisdiction: Jurisdiction | None = None,
) -> LeadCase:
    """Put together what the law says about a lead, from its evidence.

    Parameters
    ----------
    conduct
        Code of `analytics.legal_basis.read_conducts`.
    evidence
        One row per submission, columns named as in the warehouse; ``kind`` and ``registered_at``
        are needed. ``is_online``, ``county_code``, ``disputed_at``, ``is_serial`` and what the
        clocks name are used where they are there.
    calendar
        Which days are worked: see `analytics.working_days.day_count`.
    as_of
        The day from which to look.
    registered_county
        County of the operator's registered address, None where not known.

    Returns
    -------
    LeadCase

    Raises
    ------
    UnknownConductError
        If there is no such conduct.
    ValueError
        If there is no evidence, or a needed column is absent.

    Notes
    -----
    Whether the respondent is a platform, a shop on one or a publisher is no fact of a submission:
    only trade that is marked as not online counts as offline, and its conduct as taking place where
    business is done (ours); all else is to be checked by a person. The limitation runs from the
    latest dispute that the evidence tells of, or its registration where it tells of none (ours).

    Examples
    --------
    >>> from analytics.working_days import published_calendar
    >>> evidence = pd.DataFrame(
    ...     {
    ...         "kind": ["complaint"],
    ...         "registered_at": pd.to_datetime(["2026-05-06 09:00"]),
    ...         "is_online": [False],
    ...         "county_code": ["420106"],
    ...         "first_checked_at": pd.to_datetime([None]),
    ...         "notified_at": pd.to_datetime([None]),
    ...     }
    ... )
    >>> days = published_calendar(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
    >>> case = lead_case("prepaid", evidence, calendar=days, as_of=dt.date(2026, 5, 8))
    >>> case.authorities[0].region_code, case.limitation.until
    ('420106', datetime.date(2028, 5, 6))
    >>> case.deadlines[0].state.value, case.deadlines[0].due
    ('running', datetime.date(2026, 5, 14))
    """
    law = read_case_rules() if rules is None else rules
    pointed = (read_conducts() if conducts is None else conducts)[conduct]
    if evidence.empty:
        msg = f"no evidence for a lead on {conduct!r}; a lead rests on at least one submission"
        raise ValueError(msg)
    absent = [name for name in NEEDED if name not in evidence.columns]
    if absent:
        msg = f"evidence has no column {absent}; give {', '.join(NEEDED)}"
        raise ValueError(msg)
    limitation = _limitation(conduct, evidence, law.limitation, as_of)
    offline = _column(evidence, "is_online").eq(other=False).fillna(value=False).astype(bool)
    return LeadCase(
        basis=legal_basis(
            pointed, on=limitation.conduct_on, is_online=False if offline.all() else None
        ),
        authorities=_authorities(evidence, offline, registered_county, jurisdiction),
        deadlines=_deadlines(
            evidence, calendar, as_of, read_clocks() if clocks is None else clocks
        ),
        limitation=limitation,
        steps=_steps(conduct, evidence, law),
    )


def _limitation(
    conduct: str, evidence: pd.DataFrame, rule: LimitationRule, as_of: dt.date
) -> Limitation:
    registered = pd.to_datetime(evidence["registered_at"])
    told = pd.to_datetime(_column(evidence, "disputed_at"))
    told = told.where(told <= registered)
    latest = min(told.fillna(registered).max().date(), as_of)
    grave = _years_on(latest, rule.grave_years) if conduct in rule.grave else None
    return Limitation(
        latest, _years_on(latest, rule.years), grave, rule.law, rule.article, rule.checked
    )


def _years_on(day: dt.date, years: int) -> dt.date:
    ends: dt.date = (pd.Timestamp(day) + pd.DateOffset(years=years)).date()
    return ends


def _authorities(
    evidence: pd.DataFrame,
    offline: pd.Series,
    registered_county: str | None,
    rules: Jurisdiction | None,
) -> tuple[Authority, ...]:
    law = read_jurisdiction() if rules is None else rules
    county = _column(evidence, "county_code")
    cases = pd.DataFrame(
        {
            "kind": evidence["kind"].astype(object),
            "role": pd.Series(
                [Role.OFFLINE.value if each else None for each in offline],
                index=evidence.index,
                dtype=object,
            ),
            "registered_on": pd.to_datetime(evidence["registered_at"]).dt.normalize(),
            "operating_county": county,
            "registered_county": pd.Series(registered_county, index=evidence.index, dtype=object),
            "conduct_county": county.where(offline),
        }
    )
    found = competent_authorities(cases, rules=law).astype(object)
    found = found.where(found.notna(), None)
    told = [
        "region_code", "level", "place", "law", "article", "article_checked", "others", "reasons",
    ]  # fmt: skip
    counted = found.groupby(told, dropna=False, sort=False).size().reset_index(name="submissions")
    counted = counted.astype(object).where(counted.notna(), None)
    ordered = sorted(
        counted.to_dict("records"),
        key=lambda row: (row["region_code"] is None, -row["submissions"], str(row)),
    )
    return tuple(
        Authority(
            region_code=row["region_code"],
            level=row["level"],
            place=row["place"],
            law=row["law"],
            article=row["article"],
            article_checked=bool(row["article_checked"]),
            others=_split(row["others"]),
            reasons=_split(row["reasons"]),
            submissions=int(row["submissions"]),
        )
        for row in ordered
    )


def _column(evidence: pd.DataFrame, name: str) -> pd.Series:
    """Return a column, of nothing but missing values where it is absent."""
    if name not in evidence.columns:
        return pd.Series(None, index=evidence.index, dtype=object, name=name)
    column: pd.Series = evidence[name].astype(object)
    return column


def _split(joined: str | None) -> tuple[str, ...]:
    return tuple(part for part in (joined or "").split(";") if part)


def _deadlines(
    evidence: pd.DataFrame, calendar: Calendar, as_of: dt.date, clocks: Clocks
) -> tuple[Deadline, ...]:
    found = due_dates(evidence, calendar=calendar, as_of=as_of, rules=clocks)
    told: list[Deadline] = []
    for clock in clocks.clocks:
        states = found[f"{clock.code}_state"].astype(str)
        for state in OPEN_STATES:
            rows = found[states == state.value]
            if rows.empty:
                continue
            first = rows.sort_values(f"{clock.code}_due", kind="stable").iloc[0]
            due = first[f"{clock.code}_due"]
            term = clock.terms[str(first["rule_set"])]
            if term is None:
                msg = f"clock {clock.code} has a state under {first['rule_set']}, but no term"
                raise AssertionError(msg)
            told.append(
                Deadline(
                    clock=clock.code,
                    name=clock.name,
                    state=state,
                    due=None if pd.isna(due) else due.date(),
                    submissions=len(rows),
                    law=term.law,
                    article=term.article,
                    checked=term.checked,
                    estimated=bool(first["estimated"]) and not pd.isna(due),
                )
            )
    return tuple(
        sorted(
            told,
            key=lambda each: (OPEN_STATES.index(each.state), each.due or dt.date.max, each.clock),
        )
    )


def _steps(conduct: str, evidence: pd.DataFrame, rules: CaseRules) -> tuple[str, ...]:
    steps = [*rules.first, *rules.by_conduct.get(conduct, rules.other)]
    if _column(evidence, "is_serial").eq(other=True).any():
        steps.append(rules.serial)
    if _column(evidence, "is_unreachable").eq(other=True).any():
        steps.append(rules.unreachable)
    return (*steps, *rules.last)
