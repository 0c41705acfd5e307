"""How much a lead candidate is worth looking at, and which candidates are new."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.worth_rules import PARTS, WorthRules, read_worth_rules

Scores = npt.NDArray[np.float64]

NEEDED = ("candidate_id", "latest_on")
COUNTS = ("harmed", "disputed_yuan", "submissions", "sources", "persons", "counties", "operators")
RATES = ("conduct_severity", "documented", "serial", "persons_reachable")
FLAGS = ("identified", "located", "in_business")

KEY = ("operator_id", "conduct")


def lead_worth(
    candidates: pd.DataFrame, *, as_of: dt.date, rules: WorthRules | None = None
) -> pd.DataFrame:
    """Score lead candidates by severity, evidence, breadth, recency and solvability.

    Counts are worth ``log(1 + n) / log(1 + full)``, money the logarithm between two amounts, both
    at most 1; recency halves every so many days; the worth is the weighted mean times 100. The share
    of documented submissions counts the more the more there are: of one or two it says little.

    Parameters
    ----------
    candidates
        One row per candidate. Needed: ``candidate_id`` (unique) and ``latest_on`` (day of the
        latest evidence). Of use, each counted as nothing where absent or missing and then named
        among the reasons:

        - ``conduct_severity`` (0–1, of the gravest conduct suspected), ``harmed`` (persons hurt),
          ``disputed_yuan``
        - ``submissions``, ``sources`` (kinds that are independent), ``documented`` (share of
          the submissions with time, sum or proof, 0–1), ``serial`` (share from suspected
          profit-seeking claimants, 0–1; missing is none)
        - ``persons``, ``counties``, ``operators`` (concerned)
        - ``identified`` (the operator is known by a valid code), ``located``, ``in_business``
          (bool), ``persons_reachable`` (share, 0–1)
    as_of
        The day from which to look.
    rules
        By default those of ``assets/rules/lead_worth.yaml``: all weights and thresholds are ours.

    Returns
    -------
    pandas.DataFrame
        Same index: ``severity``, ``evidence``, ``breadth``, ``recency``, ``solvability`` (0–1),
        ``worth`` (0–100), ``rank`` (1 is the most; equal worth by ``candidate_id``) and
        ``reasons``: codes joined by ``;``, what adds most points to the worth first as
        ``part.share=points``, then ``serial=share`` and ``unknown:column``.

    Raises
    ------
    ValueError
        If a needed column is absent, an id is missing or given twice, a day is missing or after
        ``as_of``, a count is negative or infinite, or a share lies outside 0–1.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"candidate_id": ["a"], "latest_on": ["2026-04-01"], "submissions": [20], "persons": [30]}
    ... )
    >>> found = lead_worth(frame, as_of=dt.date(2026, 5, 31))
    >>> found[["evidence", "breadth", "recency", "worth", "rank"]]
       evidence  breadth  recency  worth  rank
    0       0.4      0.6      0.5   29.5     1
    """
    law = read_worth_rules() if rules is None else rules
    facts, unknown = _facts(candidates)
    age = _age(candidates, as_of)
    shares = _shares(facts, age, law)
    parts = {part: _sum(shares[part]) for part in PARTS}
    parts["evidence"] *= 1 - law.evidence.serial_discount * facts["serial"]
    found = pd.DataFrame({part: np.round(parts[part], 6) for part in PARTS}, index=candidates.index)
    worth = 100 * _sum({part: law.weights[part] * parts[part] for part in PARTS})
    found["worth"] = np.round(worth, 4)
    ids = candidates["candidate_id"].astype(str).to_numpy()
    order = np.lexsort((ids, -found["worth"].to_numpy()))
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(1, len(found) + 1)
    found["rank"] = rank
    found["reasons"] = _reasons(shares, facts["serial"], unknown, law)
    return found


def new_candidates(candidates: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Keep candidates that no earlier lead or open case holds, or that have new evidence.

    Candidates on the same operator and conduct become one, with the evidence and sources of all.
    One whose operator and conduct an earlier lead names comes again only with evidence that none of
    these leads holds; how such a lead ended does not matter. Where the operator is unknown, on either
    side, leads are the same matter if they share evidence; a conduct that is missing stands for all.

    Parameters
    ----------
    candidates
        ``candidate_id`` (unique), ``operator_id``, ``conduct`` (either may be missing),
        ``evidence_ids`` (a list of ids; not empty) and, of use, ``source`` and ``worth``; other
        columns are kept as the candidate of most worth has them.
    earlier
        Leads of earlier batches and open cases: ``lead_id``, ``operator_id``, ``conduct``,
        ``evidence_ids`` (not empty).

    Returns
    -------
    pandas.DataFrame
        One row per candidate kept, by worth (if given) and id, index 0, 1, …: the columns of
        ``candidates``, ``evidence_ids`` and ``new_evidence`` as sorted tuples, ``merged``
        (tuple of the candidates that it unites) and ``earlier_leads`` (tuple, empty if new).

    Raises
    ------
    ValueError
        If a needed column is absent, an id is missing or given twice, or a candidate has no
        evidence.

    Examples
    --------
    >>> candidates = pd.DataFrame(
    ...     {
    ...         "candidate_id": ["a", "b"],
    ...         "operator_id": ["x", "y"],
    ...         "conduct": ["prepaid", "prepaid"],
    ...         "evidence_ids": [["1", "2"], ["3"]],
    ...     }
    ... )
    >>> earlier = pd.DataFrame(
    ...     {
    ...         "lead_id": ["L1", "L2"],
    ...         "operator_id": ["x", "y"],
    ...         "conduct": ["prepaid", "prepaid"],
    ...         "evidence_ids": [["1"], ["3", "4"]],
    ...     }
    ... )
    >>> new_candidates(candidates, earlier)[["candidate_id", "new_evidence", "earlier_leads"]]
      candidate_id new_evidence earlier_leads
    0            a         (2,)         (L1,)
    """
    _need(candidates, ("candidate_id", *KEY, "evidence_ids"), "candidates")
    _need(earlier, ("lead_id", *KEY, "evidence_ids"), "earlier")
    _unique_ids(candidates, "candidate_id")
    held = _held(earlier)
    kept: list[dict[str, Any]] = []
    for group in _united(candidates):
        evidence, leads = _found_earlier(group, held)
        fresh = tuple(sorted(set(group["evidence_ids"]) - evidence))
        if fresh:
            kept.append(group | {"new_evidence": fresh, "earlier_leads": leads})
    columns = [*candidates.columns, "new_evidence", "merged", "earlier_leads"]
    found = pd.DataFrame(kept, columns=columns)
    if "worth" in found.columns:
        return found.sort_values(
            ["worth", "candidate_id"], ascending=[False, True], ignore_index=True
        )
    return found.sort_values("candidate_id", ignore_index=True)


def _facts(candidates: pd.DataFrame) -> tuple[dict[str, Scores], dict[str, npt.NDArray[np.bool_]]]:
    _need(candidates, NEEDED, "candidates")
    _unique_ids(candidates, "candidate_id")
    facts: dict[str, Scores] = {}
    unknown: dict[str, npt.NDArray[np.bool_]] = {}
    for column in (*COUNTS, *RATES, *FLAGS):
        if column in candidates.columns:
            values = pd.to_numeric(candidates[column]).to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            values = np.full(len(candidates), np.nan)
        unknown[column] = np.isnan(values)
        values = np.nan_to_num(values, nan=0.0, posinf=np.inf, neginf=-np.inf)
        limit = np.finfo(np.float64).max if column in COUNTS else 1.0
        wrong = (values < 0) | (values > limit)
        if wrong.any():
            at = candidates["candidate_id"].iloc[int(np.argmax(wrong))]
            allowed = "0 or more" if column in COUNTS else "0 to 1"
            msg = f"{column} of candidate {at!r} is {values[wrong][0]}; give {allowed}"
            raise ValueError(msg)
        facts[column] = values
    unknown["serial"][:] = False
    return facts, unknown


def _age(candidates: pd.DataFrame, as_of: dt.date) -> Scores:
    days = pd.to_datetime(candidates["latest_on"])
    elapsed = (pd.Timestamp(as_of) - days.dt.normalize()).dt.days
    age: Scores = np.asarray(elapsed, dtype=np.float64)
    wrong = np.isnan(age) | (age < 0)
    if wrong.any():
        at = int(np.argmax(wrong))
        msg = (
            f"latest_on of candidate {candidates['candidate_id'].iloc[at]!r} is {days.iloc[at]}; "
            f"give a day up to as_of={as_of}"
        )
        raise ValueError(msg)
    return age


def _shares(facts: dict[str, Scores], age: Scores, law: WorthRules) -> dict[str, dict[str, Scores]]:
    """Return what each fact adds to its part, 0 to the fact's share."""
    severity, evidence, breadth, recency = law.severity, law.evidence, law.breadth, law.recency
    span = np.log(severity.money_full_yuan / severity.money_from_yuan)
    money = np.log(np.maximum(facts["disputed_yuan"], 1e-9) / severity.money_from_yuan) / span
    fading = np.exp2(-age / recency.half_life_days)
    levels: dict[str, dict[str, Scores]] = {
        "severity": {
            "conduct": facts["conduct_severity"],
            "harm": _level(facts["harmed"], severity.harm_full),
            "money": np.clip(money, 0, 1),
        },
        "evidence": {
            "submissions": _level(facts["submissions"], evidence.submissions_full),
            "sources": _level(facts["sources"], evidence.sources_full),
            "documented": facts["documented"]
            * _level(facts["submissions"], evidence.submissions_full),
        },
        "breadth": {
            "persons": _level(facts["persons"], breadth.persons_full),
            "counties": _level(facts["counties"], breadth.counties_full),
            "operators": _level(facts["operators"], breadth.operators_full),
        },
        "recency": {"latest": np.where(age > recency.expires_days, 0.0, fading)},
        "solvability": {name: facts[name] for name in law.solvability.shares},
    }
    shares: dict[str, dict[str, float]] = {
        "severity": severity.shares,
        "evidence": evidence.shares,
        "breadth": breadth.shares,
        "recency": {"latest": 1.0},
        "solvability": law.solvability.shares,
    }
    return {
        part: {name: shares[part][name] * level for name, level in levels[part].items()}
        for part in PARTS
    }


def _level(count: Scores, full: float) -> Scores:
    return np.asarray(np.minimum(np.log1p(count) / np.log1p(full), 1.0), dtype=np.float64)


def _sum(shares: dict[str, Scores]) -> Scores:
    return np.asarray(np.sum(list(shares.values()), axis=0), dtype=np.float64)


def _reasons(
    shares: dict[str, dict[str, Scores]],
    serial: Scores,
    unknown: dict[str, npt.NDArray[np.bool_]],
    law: WorthRules,
) -> list[str]:
    discount = 1 - law.evidence.serial_discount * serial
    points = {
        f"{part}.{name}": 100 * law.weights[part] * values * (discount if part == "evidence" else 1)
        for part, named in shares.items()
        for name, values in named.items()
    }
    found = []
    for row, share in enumerate(serial):
        ordered = sorted((-round(float(values[row]), 1), name) for name, values in points.items())
        texts = [f"{name}={-score:.1f}" for score, name in ordered if score < 0]
        texts += [f"serial={share:.2f}"] if share > 0 else []
        texts += [f"unknown:{column}" for column, missing in unknown.items() if missing[row]]
        found.append(";".join(texts))
    return found


def _united(candidates: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one candidate per operator and conduct, in the order of worth and id."""
    ordered = candidates.copy()
    by = ["worth", "candidate_id"] if "worth" in ordered.columns else ["candidate_id"]
    ordered = ordered.sort_values(by, ascending=[name != "worth" for name in by], kind="stable")
    groups: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in ordered.to_dict("records"):
        evidence = _ids(row["evidence_ids"], row["candidate_id"])
        operator, conduct = (_known(row[name]) for name in KEY)
        key = (operator, conduct) if operator is not None else (None, row["candidate_id"])
        if key not in groups:
            groups[key] = {str(name): value for name, value in row.items()} | {
                "evidence_ids": evidence,
                "merged": (row["candidate_id"],),
            }
            continue
        group = groups[key]
        group["evidence_ids"] = tuple(sorted({*group["evidence_ids"], *evidence}))
        group["merged"] = (*group["merged"], row["candidate_id"])
        if "source" in row:
            named = {*str(group["source"]).split(";"), str(row["source"])}
            group["source"] = ";".join(sorted(named))
    return list(groups.values())


@dataclass(frozen=True, slots=True)
class _Lead:
    """A lead or case of before."""

    lead_id: str
    conduct: object
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """Earlier leads by operator, those of unknown operators by evidence, and all by evidence."""

    by_operator: dict[object, list[_Lead]]
    nameless: dict[str, list[_Lead]]
    by_evidence: dict[str, list[_Lead]]


def _held(earlier: pd.DataFrame) -> _Held:
    held = _Held({}, {}, {})
    for row in earlier[["lead_id", *KEY, "evidence_ids"]].to_dict("records"):
        operator, conduct = (_known(row[name]) for name in KEY)
        lead = _Lead(str(row["lead_id"]), conduct, _ids(row["evidence_ids"], row["lead_id"]))
        if operator is not None:
            held.by_operator.setdefault(operator, []).append(lead)
        for one in lead.evidence:
            held.by_evidence.setdefault(one, []).append(lead)
            if operator is None:
                held.nameless.setdefault(one, []).append(lead)
    return held


def _found_earlier(group: dict[str, Any], held: _Held) -> tuple[set[str], tuple[str, ...]]:
    """Return the evidence in earlier leads on the same matter, and which these are."""
    operator, conduct = (_known(group[name]) for name in KEY)
    by_evidence = held.by_evidence if operator is None else held.nameless
    same = [lead for one in group["evidence_ids"] for lead in by_evidence.get(one, [])]
    same += [
        lead
        for lead in held.by_operator.get(operator, [])
        if conduct is None or lead.conduct is None or lead.conduct == conduct
    ]
    evidence = {one for lead in same for one in lead.evidence}
    return evidence, tuple(sorted({lead.lead_id for lead in same}))


def _ids(evidence: Iterable[object], owner: object) -> tuple[str, ...]:
    ids = tuple(sorted({str(each) for each in evidence}))
    if not ids:
        msg = f"evidence_ids of {owner!r} are empty; a lead rests on at least one record"
        raise ValueError(msg)
    return ids


def _known(value: str | float | None) -> str | float | None:
    return None if pd.isna(value) or value == "" else value


def _need(frame: pd.DataFrame, columns: tuple[str, ...], name: str) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        msg = f"{name} have no column {absent}; needed are {', '.join(columns)}"
        raise ValueError(msg)


def _unique_ids(frame: pd.DataFrame, column: str) -> None:
    if frame[column].isna().any() or frame[column].duplicated().any():
        twice = frame[column][frame[column].isna() | frame[column].duplicated()].iloc[0]
        msg = f"{column} {twice!r} is missing or given twice; give every row its own"
        raise ValueError(msg)
