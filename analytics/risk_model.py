"""The model of the risk score: dimensions, indicators, points and grades, read from a file and checked.

A model is data (``assets/risk/model-2026.yaml`` says how it is written), so that a bureau edits a
copy of it and the program stays as it is. Whatever is wrong in one is refused when it is read, with
the place, the value and the limit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from analytics.risk_fields import (
    TOLERANCE,
    Fields,
    RiskModelError,
    check_codes,
)
from analytics.risk_parts import (
    PENDING,
    RESERVED,
    TOTAL,
    UNITS,
    Condition,
    Dimension,
    Each,
    Grade,
    Indicator,
    Input,
    Part,
    RiskModel,
    Share,
    Tier,
    Tiers,
    Trigger,
)

__all__ = [
    "DEFAULT_MODEL",
    "PENDING",
    "TOTAL",
    "RiskModel",
    "RiskModelError",
    "check_same_codes",
    "model_in_force",
    "read_mapping",
    "read_model",
    "with_weights",
]

DEFAULT_MODEL = Path(__file__).parents[1] / "assets" / "risk" / "model-2026.yaml"

_COMPARED = ("at_least", "above", "at_most", "below", "equals", "missing")


def read_model(source: RiskModel | Mapping[str, Any] | str | Path = DEFAULT_MODEL) -> RiskModel:
    """Return a model from a file, or from what such a file says.

    Raises
    ------
    RiskModelError
        If anything in it is wrong, missing or unknown, or weights do not add up.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> model = read_model()
    >>> len(model.dimensions), len(model.indicators), sum(model.weights.values())
    (6, 18, 1000.0)
    """
    if isinstance(source, RiskModel):
        return source
    if isinstance(source, Mapping):
        return _model(Fields.of(source, "model"))
    path = Path(source)
    return _read_file(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read_file(path: Path, _changed: int) -> RiskModel:
    """Read a file once until it changes: pages ask on every run, and it takes 40 ms of a core."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise RiskModelError(str(path), "?", f"a YAML file ({error})") from error
    return _model(Fields.of(content, "model"))


def read_mapping(path: Path = DEFAULT_MODEL) -> dict[str, Any]:
    """Return what a model file says, to be changed in a copy and given to `read_model` again."""
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def model_in_force(put_in_force: Sequence[Mapping[str, Any]]) -> RiskModel:
    """Return the model that is scored by: the last one put in force, else the shipped one.

    Parameters
    ----------
    put_in_force
        Details of the decisions that hold, oldest first, each with ``model`` as in a model file.

    Raises
    ------
    RiskModelError
        If that model is wrong or has other codes than the shipped one.
    """
    shipped = read_model()
    if not put_in_force:
        return shipped
    model = read_model(put_in_force[-1]["model"])
    check_same_codes(model, shipped)
    return model


def check_same_codes(model: RiskModel, other: RiskModel) -> None:
    """Refuse a model whose indicators, dimensions or inputs are not those of another.

    Scores are stored by indicator: points, tiers, cut-offs and names may be changed, codes not.

    Raises
    ------
    RiskModelError
        Naming the codes that differ.
    """
    for what, own, wanted in (
        (
            "indicators",
            {f"{each.dimension}.{each.code}" for each in model.indicators},
            {f"{each.dimension}.{each.code}" for each in other.indicators},
        ),
        ("inputs", set(model.inputs), set(other.inputs)),
        ("grades", {each.code for each in model.grades}, {each.code for each in other.grades}),
    ):
        if own != wanted:
            raise RiskModelError(
                f"model.{what}",
                ", ".join(sorted(own ^ wanted)),
                f"the same codes as version {other.version}",
            )


def with_weights(model: RiskModel, weights: Mapping[str, float], *, version: str) -> RiskModel:
    """Return a copy in which indicators weigh otherwise; their points grow or shrink alike.

    Parameters
    ----------
    weights
        By indicator, all of them, none negative; scaled to add up to `TOTAL`.

    Raises
    ------
    RiskModelError
        If weights are missing, unknown, negative or all 0.
    """
    if set(weights) != set(model.weights):
        wrong = ", ".join(sorted(set(weights) ^ set(model.weights)))
        raise RiskModelError("weights", wrong, "one weight for each indicator of the model")
    for code, weight in weights.items():
        if not weight >= 0:
            raise RiskModelError(f"weights.{code}", weight, "0 or more")
    total = sum(weights.values())
    if total <= 0:
        raise RiskModelError("weights", total, "a sum above 0")
    indicators = tuple(
        _scaled(each, TOTAL * weights[each.code] / total) for each in model.indicators
    )
    sums = {
        each.code: sum(one.weight for one in indicators if one.dimension == each.code)
        for each in model.dimensions
    }
    return replace(
        model,
        version=version,
        indicators=indicators,
        dimensions=tuple(replace(each, weight=sums[each.code]) for each in model.dimensions),
    )


def _scaled(indicator: Indicator, weight: float) -> Indicator:
    factor = weight / indicator.weight if indicator.weight else 0.0

    def scaled(part: Part) -> Part:
        if isinstance(part, Tiers):
            return Tiers(tuple(replace(one, points=one.points * factor) for one in part.tiers))
        return replace(part, points=part.points * factor)

    return replace(indicator, weight=weight, parts=tuple(scaled(each) for each in indicator.parts))


def _model(fields: Fields) -> RiskModel:
    fields.only(
        "version", "name", "source", "legal_note", "ours", "completeness", "grades",
        "wanted_shares", "dimensions", "triggers", "inputs",
    )  # fmt: skip
    inputs = _inputs(fields.inner("inputs"))
    grades = _grades(fields)
    shares = _shares(fields.inner("wanted_shares"), grades)
    dimensions: list[Dimension] = []
    indicators: list[Indicator] = []
    for each in fields.listed("dimensions"):
        each.only("code", "name", "weight", "indicators")
        dimension = Dimension(each.code(), each.text("name"), each.number("weight", 0, TOTAL))
        own = [_indicator(one, dimension.code, inputs) for one in each.listed("indicators")]
        each.adds_up("weight", dimension.weight, [one.weight for one in own])
        dimensions.append(dimension)
        indicators += own
    fields.adds_up("dimensions", TOTAL, [each.weight for each in dimensions])
    check_codes(
        "dimensions",
        [*[each.code for each in dimensions], *[f"{each.code}" for each in indicators]],
        taken=(*RESERVED, *inputs),
    )
    triggers = tuple(_trigger(each, inputs, grades) for each in fields.listed("triggers"))
    check_codes("triggers", [each.code for each in triggers])
    return RiskModel(
        version=fields.text("version", longest=32),
        name=fields.text("name"),
        source=fields.text("source"),
        legal_note=fields.text("legal_note"),
        ours=fields.texts("ours"),
        completeness=fields.number("completeness", 0, 1),
        grades=grades,
        wanted_shares=shares,
        dimensions=tuple(dimensions),
        indicators=tuple(indicators),
        triggers=triggers,
        inputs=MappingProxyType(inputs),
    )


def _inputs(fields: Fields) -> dict[str, Input]:
    found = {}
    for code, each in fields.inners():
        each.only("name", "unit")
        found[code] = Input(code, each.text("name"), each.choice("unit", UNITS))
    check_codes(fields.where, list(found), taken=RESERVED)
    return found


def _grades(fields: Fields) -> tuple[Grade, ...]:
    grades: list[Grade] = []
    for each in fields.listed("grades"):
        each.only("code", "name", "from")
        least = grades[-1].start if grades else 0.0
        start = each.number("from", 0, TOTAL)
        if (start <= least) if grades else (start != 0):
            raise RiskModelError(
                f"{each.where}.from", start, f"more than {least:g}" if grades else "0, the least"
            )
        grades.append(Grade(each.text("code", longest=16), each.text("name"), start))
    check_codes("grades", [each.code for each in grades], taken=(PENDING,), form=False)
    return tuple(grades)


def _shares(fields: Fields, grades: tuple[Grade, ...]) -> Mapping[str, float]:
    fields.only(*[each.code for each in grades])
    shares = {each.code: fields.number(each.code, 0, 1) for each in grades}
    total = sum(shares.values())
    if abs(total - 1) > TOLERANCE:
        raise RiskModelError(fields.where, total, "shares that add up to 1")
    return MappingProxyType(shares)


def _indicator(fields: Fields, dimension: str, inputs: Mapping[str, Input]) -> Indicator:
    fields.only("code", "name", "weight", "needs", "parts")
    weight = fields.number("weight", 0, TOTAL)
    needs = fields.texts("needs", among=inputs)
    if not needs:
        raise RiskModelError(f"{fields.where}.needs", needs, "at least one input")
    parts = tuple(_part(each, weight, inputs) for each in fields.listed("parts"))
    return Indicator(fields.code(), fields.text("name"), dimension, weight, needs, parts)


def _part(fields: Fields, weight: float, inputs: Mapping[str, Input]) -> Part:
    numbers = [code for code, each in inputs.items() if each.unit != "class"]
    if fields.has("tiers"):
        fields.only("tiers")
        return Tiers(tuple(_tier(each, weight, inputs) for each in fields.listed("tiers")))
    if fields.has("each"):
        fields.only("each", "of", optional=("decay",))
        columns = fields.texts("of", among=numbers)
        decay = fields.numbers("decay", 0, 1) if fields.has("decay") else (1.0,) * len(columns)
        if len(decay) != len(columns) or not columns:
            raise RiskModelError(f"{fields.where}.decay", list(decay), f"{len(columns)} numbers")
        return Each(fields.number("each", 0, weight), columns, decay)
    fields.only("share", "of", optional=("full", "per", "least", "inverse"))
    return Share(
        points=fields.number("share", 0, weight),
        column=fields.choice("of", numbers),
        full=fields.number("full", 1e-9, 1e9) if fields.has("full") else 1.0,
        per=fields.choice("per", numbers) if fields.has("per") else None,
        least=fields.number("least", 1e-9, 1e9) if fields.has("least") else 1e-9,
        inverse=fields.flag("inverse") if fields.has("inverse") else False,
    )


def _tier(fields: Fields, weight: float, inputs: Mapping[str, Input]) -> Tier:
    fields.only("points", "when")
    return Tier(fields.number("points", 0, weight), _conditions(fields.inner("when"), inputs))


def _trigger(fields: Fields, inputs: Mapping[str, Input], grades: tuple[Grade, ...]) -> Trigger:
    fields.only("code", "name", "grade", "when")
    grade = fields.choice("grade", [each.code for each in grades])
    when = _conditions(fields.inner("when"), inputs)
    return Trigger(fields.code(), fields.text("name"), grade, when)


def _conditions(fields: Fields, inputs: Mapping[str, Input]) -> tuple[Condition, ...]:
    found: list[Condition] = []
    for column, each in fields.inners():
        if column not in inputs:
            raise RiskModelError(fields.where, column, f"one of {', '.join(inputs)}")
        each.only(optional=_COMPARED)
        found += [
            Condition(column, how, _compared_with(each, how, inputs[column]))
            for how in _COMPARED
            if each.has(how)
        ]
    if not found:
        raise RiskModelError(fields.where, {}, "at least one condition")
    return tuple(found)


def _compared_with(fields: Fields, how: str, column: Input) -> float | str | bool:
    if how == "missing":
        return fields.flag(how)
    if column.unit != "class":
        return fields.number(how, -1e12, 1e12)
    if how != "equals":
        raise RiskModelError(fields.where, how, "equals or missing, since it is a class")
    return fields.text(how)
