"""Claimants who may file for profit: a pattern to be verified, never a verdict."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from analytics.serial_rules import SerialRules, read_rules
from analytics.shingles import fold

TIERS = ("watch", "suspected", "highly_suspected")
"""Tiers in rising order; a claimant below the first is not listed."""

SHORTEST_PHONE = 7
"""Digits of a telephone number that tells a person, at least."""

CHINA_MOBILE = 11
"""Digits of a mainland number without the country code."""

_NEEDED = ("submission_id", "registered_at", "issue_type", "product_category", "narrative")
_IDENTITY = ("phone", "id_number", "name", "address", "person_key")
_DAY = 86_400
_MOBILE = r"(?<!\d)(1\d{10})(?!\d)"
_IDENTITY_NUMBER = r"(?<!\d)(\d{17}[\dX])(?!\d)"


@dataclass(frozen=True, slots=True)
class SerialClaims:
    """Claimants that show the pattern, and their submissions.

    Attributes
    ----------
    claimants
        One row per claimant, highest tier and most submissions first: ``claimant`` (its first
        submission's id), ``tier``, ``f1`` to ``f5`` (bool), evidence ``total, year_peak, burst_peak,
        operator_burst_peak, purchases_peak, quantity_peak, names_on_phone, names_on_id, rejected,
        keyword_score, keywords``, ``first_day, last_day`` and ``reasons`` (tuple of ``code:figure``).
    members
        ``claimant, submission_id``.
    """

    claimants: pd.DataFrame
    members: pd.DataFrame


def find_serial_claimants(
    submissions: pd.DataFrame, *, rules: SerialRules | None = None
) -> SerialClaims:
    """Find claimants whose submissions show the factors of serial claims.

    A claimant is everybody joined by a telephone number, identity number, or name with address,
    normalised (a person key stands in where none is given). Submissions are counted in windows that
    end at each of them: 365 days for tiers, 30 days for bursts on one problem and category.

    Parameters
    ----------
    submissions
        One row each: ``submission_id, registered_at, issue_type, product_category, narrative`` and
        of ``phone, id_number, name, address, person_key`` what there is; also used where present:
        ``operator_id, quantity, reject_reason, raw_narrative``. Missing values are never equal. Where
        a row tells no telephone and no identity number, one that stands in its original text counts
        if another row gives it as its filer's.
    rules
        Thresholds and keywords; those shipped if not given.

    Returns
    -------
    SerialClaims
        Claimants from the tier "watch" on.

    Raises
    ------
    KeyError
        If a column is missing, or every column that tells a person.

    Notes
    -----
    Factors F1–F5 after article 17 of the rules of 2026 on complaints; every number is a setting of
    ours but the ten a year. Peaks are over the whole time given, so pass the last year or two for
    the present state. The outcome is a pattern that a person must verify; it must not be shown as a
    finding about anybody. Masked numbers join nobody. To work in blocks, cut by person: all rows of
    a person must be in one block.

    Examples
    --------
    >>> times = pd.date_range("2026-01-01", periods=12, freq="20D")
    >>> filed = pd.DataFrame({"submission_id": [f"s{i:02}" for i in range(12)], "phone": "13800000000",
    ...     "registered_at": times, "issue_type": "C01", "product_category": "G101", "narrative": ""})
    >>> find_serial_claimants(filed).claimants[["claimant", "tier", "year_peak"]].to_numpy().tolist()
    [['s00', 'watch', 12]]
    """
    rules = read_rules() if rules is None else rules
    frame = _frame(submissions)
    frame["claimant"] = _joined(frame, rules.switchboard_names)
    frame = frame[frame["claimant"] >= 0]
    filed = frame.groupby("claimant")["claimant"].transform("size")
    least = min(rules.watch_year, rules.suspected_burst, rules.suspected_names_year)
    frame = frame[filed >= least].sort_values(["claimant", "second", "submission_id"])
    evidence = _evidence(frame, rules)
    evidence["tier"] = _tiers(evidence, rules)
    listed = evidence[evidence["tier"] >= 0].copy()
    frame = frame[frame["claimant"].isin(listed.index)]
    _add_factors(listed, rules)
    return _told(frame, listed)


def _frame(submissions: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in _NEEDED if name not in submissions]
    if missing:
        msg = f"submissions lack {', '.join(missing)}; they need {', '.join(_NEEDED)}"
        raise KeyError(msg)
    if not any(name in submissions for name in _IDENTITY):
        msg = f"submissions tell no person; give one of {', '.join(_IDENTITY)}"
        raise KeyError(msg)
    wanted = [*_NEEDED, *_IDENTITY, "operator_id", "quantity", "reject_reason", "raw_narrative"]
    frame = submissions.reindex(columns=wanted).reset_index(drop=True)
    seconds = pd.to_datetime(frame["registered_at"]).to_numpy(dtype="datetime64[s]")
    frame["second"] = seconds.astype(np.int64)
    frame["phone"] = _phones(frame["phone"])
    frame["id_number"] = _identities(frame["id_number"])
    _read_from_text(frame)
    names = pd.Series(fold(frame["name"].tolist()), dtype=object)
    frame["name"] = names.where((names != "") & ~_masked(frame["name"]), None)
    return frame[frame["second"] >= 0].reset_index(drop=True)


def _masked(values: pd.Series) -> pd.Series:
    return values.astype("string").str.contains("*", regex=False).fillna(value=False).astype(bool)


def _phones(values: pd.Series) -> pd.Series:
    """Keep digits, without country code; masked and short ones become None."""
    digits = values.astype("string").str.replace(r"\D", "", regex=True)
    mobile = digits.str.replace(rf"^(?:00)?86(?=1\d{{{CHINA_MOBILE - 1}}}$)", "", regex=True)
    usable = (mobile.str.len() >= SHORTEST_PHONE).fillna(value=False) & ~_masked(values)
    return mobile.astype(object).where(usable.astype(bool), None)


def _identities(values: pd.Series) -> pd.Series:
    plain = values.astype("string").str.replace(r"\s", "", regex=True).str.upper()
    usable = (plain.str.len() >= SHORTEST_PHONE).fillna(value=False) & ~_masked(values)
    return plain.astype(object).where(usable.astype(bool), None)


def _read_from_text(frame: pd.DataFrame) -> None:
    """Fill in what identifies a filer from the text, if others gave it as theirs."""
    alone = frame["phone"].isna() & frame["id_number"].isna() & frame["person_key"].isna()
    texts = frame.loc[alone, "raw_narrative"].astype("string")
    for identity, pattern in (("phone", _MOBILE), ("id_number", _IDENTITY_NUMBER)):
        found = texts.str.upper().str.extract(pattern)[0].astype(object)
        given = found[found.isin(set(frame[identity].dropna()))]
        frame.loc[given.index, identity] = given


def _joined(frame: pd.DataFrame, switchboard_names: int) -> np.ndarray:
    """Give persons joined by any identity one number; -1 for rows that tell nobody."""
    names = frame.groupby("phone")["name"].transform("nunique")
    phones = frame["phone"].where(~(names > switchboard_names), None)
    places = pd.Series(fold(frame["address"].tolist()), dtype=object)
    known = frame["name"].notna() & (places != "") & ~_masked(frame["address"])
    homes = (frame["name"] + "\t" + places).where(known, None)
    told = frame["phone"].notna() | frame["id_number"].notna() | known
    keys = frame["person_key"].where(~told, None)
    count, width = len(frame), 0
    rows, columns = [], []
    for identity in (phones, frame["id_number"], homes, keys):
        codes = pd.factorize(identity)[0]
        given = np.flatnonzero(codes >= 0)
        rows.append(given)
        columns.append(codes[given] + count + width)
        width += int(codes.max(initial=-1)) + 1
    left, right = np.concatenate(rows), np.concatenate(columns)
    size = count + width
    links = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    component = connected_components(links, directed=False)[1][:count].astype(np.int64)
    nobody = np.ones(count, dtype=bool)
    nobody[left] = False
    component[nobody] = -1
    return np.asarray(component)


def _peaks(
    frame: pd.DataFrame, by: list[str], days: int, weights: pd.Series | None = None
) -> pd.Series:
    """Return per claimant the most submissions (or weight) of one kind within so many days."""
    codes = frame.groupby(by, sort=False).ngroup().to_numpy()
    given = np.flatnonzero(codes >= 0)
    seconds = frame["second"].to_numpy()
    order = given[np.lexsort((seconds[given], codes[given]))]
    times = seconds[order] - (seconds[order].min() if len(order) else 0)
    span = np.int64(times.max() + days * _DAY + 1) if len(order) else np.int64(1)
    line = codes[order].astype(np.int64) * span + times
    first = np.searchsorted(line, np.maximum(line - days * _DAY, codes[order] * span))
    amounts = np.ones(len(order)) if weights is None else weights.to_numpy(dtype=float)[order]
    total = np.concatenate([[0], np.cumsum(amounts)])
    within = total[np.arange(1, len(order) + 1)] - total[first]
    claimants = frame["claimant"].to_numpy()[order]
    return pd.Series(within, dtype=float).groupby(claimants).max()


def _evidence(frame: pd.DataFrame, rules: SerialRules) -> pd.DataFrame:
    persons = frame.groupby("claimant")
    evidence = pd.DataFrame({"total": persons.size()})
    burst, year = rules.burst_days, rules.year_days
    kinds = ["claimant", "issue_type", "product_category"]
    against = ["claimant", "operator_id", "issue_type"]
    bought = ["claimant", "product_category"]
    quantity = pd.to_numeric(frame["quantity"], errors="coerce").fillna(0.0)
    peaks = {
        "year_peak": _peaks(frame, ["claimant"], year),
        "burst_peak": _peaks(frame, kinds, burst),
        "operator_burst_peak": _peaks(frame, against, burst),
        "purchases_peak": _peaks(frame, bought, burst),
        "quantity_peak": _peaks(frame, bought, burst, quantity),
        "names_on_phone": _most_names(frame, "phone"),
        "names_on_id": _most_names(frame, "id_number"),
    }
    for name, peak in peaks.items():
        evidence[name] = peak.reindex(evidence.index).fillna(0).astype(np.int64)
    reasons = frame["reject_reason"].astype("string")
    pattern = "|".join(rules.rejected_for)
    refused = reasons.str.contains(pattern).fillna(value=False).astype(bool)
    evidence["rejected"] = refused.groupby(frame["claimant"]).sum().astype(np.int64)
    found = pd.DataFrame(
        {
            code: frame["narrative"].astype("string").str.contains(pattern).fillna(value=False)
            for code, pattern in rules.keywords
        }
    ).astype(bool)
    often = found.groupby(frame["claimant"]).mean() >= rules.keyword_share
    evidence["keyword_score"] = often.sum(axis=1).astype(np.int64)
    codes = np.array(often.columns, dtype=object)
    evidence["keywords"] = [tuple(codes[row]) for row in often.to_numpy(dtype=bool)]
    return evidence


def _most_names(frame: pd.DataFrame, identity: str) -> pd.Series:
    names = frame.groupby(["claimant", identity])["name"].nunique()
    return names.groupby("claimant").max()


def _tiers(evidence: pd.DataFrame, rules: SerialRules) -> np.ndarray:
    """Return the position in `TIERS`; -1 below them."""
    shared = (evidence["names_on_phone"] >= rules.suspected_names) & (
        evidence["year_peak"] >= rules.suspected_names_year
    )
    suspected = (
        (evidence["year_peak"] >= rules.suspected_year)
        | (evidence["burst_peak"] >= rules.suspected_burst)
        | shared
    )
    high = (evidence["year_peak"] >= rules.high_year) | (
        suspected & (evidence["keyword_score"] >= rules.high_keywords)
    )
    watch = evidence["year_peak"] >= rules.watch_year
    return np.select([high, suspected, watch], [2, 1, 0], default=-1)


def _add_factors(evidence: pd.DataFrame, rules: SerialRules) -> None:
    evidence["f1"] = (evidence["quantity_peak"] >= rules.f1_quantity) | (
        evidence["purchases_peak"] >= rules.f1_purchases
    )
    evidence["f2"] = (evidence["burst_peak"] >= rules.f2_burst) | (
        evidence["operator_burst_peak"] >= rules.f2_same_operator
    )
    evidence["f3"] = evidence["rejected"] >= rules.f3_rejected
    names = evidence[["names_on_phone", "names_on_id"]].max(axis=1)
    evidence["f4"] = names >= rules.f4_names
    evidence["f5"] = evidence["keyword_score"] >= rules.f5_keywords
    told = {
        "f1": ("quantity_peak", "purchases_peak"),
        "f2": ("burst_peak", "operator_burst_peak"),
        "f3": ("rejected",),
        "f4": ("names_on_phone", "names_on_id"),
        "f5": ("keyword_score",),
    }
    evidence["reasons"] = [
        (
            f"year_peak:{row['year_peak']}",
            *(
                f"{factor}.{figure}:{row[figure]}"
                for factor, figures in told.items()
                if row[factor]
                for figure in figures
                if row[figure] > 0
            ),
        )
        for row in evidence.to_dict("records")
    ]


def _told(frame: pd.DataFrame, listed: pd.DataFrame) -> SerialClaims:
    firsts = frame.groupby("claimant")["submission_id"].first()
    days = pd.to_datetime(frame["registered_at"]).dt.normalize()
    listed["first_day"] = days.groupby(frame["claimant"]).min()
    listed["last_day"] = days.groupby(frame["claimant"]).max()
    listed["claimant"] = firsts
    listed.index.name = None
    listed["rank"] = -listed["tier"]
    listed["tier"] = [TIERS[tier] for tier in listed["tier"]]
    ordered = listed.sort_values(["rank", "year_peak", "claimant"], ascending=[True, False, True])
    factors = ["f1", "f2", "f3", "f4", "f5"]
    rest = [c for c in ordered if c not in {"claimant", "tier", "rank", "reasons", *factors}]
    members = frame[["claimant", "submission_id"]].copy()
    members["claimant"] = members["claimant"].map(firsts)
    return SerialClaims(
        ordered[["claimant", "tier", *factors, *rest, "reasons"]].reset_index(drop=True),
        members.sort_values(["claimant", "submission_id"], ignore_index=True),
    )
