"""Editing a copy of a risk model: other weights, cut-offs and threshold of completeness."""

import copy
from collections.abc import Mapping
from typing import Any

from analytics.risk_fields import RiskModelError
from analytics.risk_model import TOTAL, read_model

POINTS = ("points", "each", "share")
"""Names under which a part of an indicator says its points."""

DIGITS = 9
"""Decimals of weights and points in a copy; their sum stays within what a model allows."""


def edited_model(
    content: Mapping[str, Any],
    *,
    version: str,
    weights: Mapping[str, float],
    cut_offs: Mapping[str, float] | None = None,
    completeness: float | None = None,
) -> dict[str, Any]:
    """Return a copy of a model as its file says it, changed and checked.

    Parameters
    ----------
    content
        As `analytics.risk_model.read_mapping` gives it.
    weights
        By indicator, all of them, none negative; scaled to add up to 1000. The points of each
        indicator grow or shrink with its weight, and dimensions weigh what their indicators do.
    cut_offs
        By grade, the score that it starts at; the lowest stays at 0. None keeps them.
    completeness
        Share of the weights with data below which no grade is given, 0–1. None keeps it.

    Raises
    ------
    RiskModelError
        If weights are missing, unknown, negative or all 0, or the model is wrong with the changes.

    Examples
    --------
    >>> from analytics.risk_model import read_mapping
    >>> content = read_mapping()
    >>> equal = {code: 1.0 for code in read_model(content).weights}
    >>> model = read_model(edited_model(content, version="trial", weights=equal))
    >>> model.version, round(model.weights["opinion"], 2), round(sum(model.weights.values()))
    ('trial', 55.56, 1000)
    """
    known = read_model(content).weights
    if set(weights) != set(known):
        wrong = ", ".join(sorted(set(weights) ^ set(known)))
        raise RiskModelError("weights", wrong, "one weight for each indicator of the model")
    for code, weight in weights.items():
        if not weight >= 0:
            raise RiskModelError(f"weights.{code}", weight, "0 or more")
    total = sum(weights.values())
    if total <= 0:
        raise RiskModelError("weights", total, "a sum above 0")
    made = copy.deepcopy(dict(content))
    made["version"] = version
    for dimension in made["dimensions"]:
        for indicator in dimension["indicators"]:
            weight = round(TOTAL * weights[indicator["code"]] / total, DIGITS)
            _scale(indicator, weight)
        dimension["weight"] = round(sum(each["weight"] for each in dimension["indicators"]), DIGITS)
    for grade in made["grades"][1:]:
        grade["from"] = (cut_offs or {}).get(grade["code"], grade["from"])
    if completeness is not None:
        made["completeness"] = completeness
    read_model(made)
    return made


def _scale(indicator: dict[str, Any], weight: float) -> None:
    factor = weight / indicator["weight"] if indicator["weight"] else 0.0
    indicator["weight"] = weight
    for part in indicator["parts"]:
        for each in [part, *part.get("tiers", [])]:
            for name in POINTS:
                if name in each:
                    each[name] = min(round(each[name] * factor, DIGITS), weight)
