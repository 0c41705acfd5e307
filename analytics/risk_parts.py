"""What a model of the risk score is made of; `analytics.risk_model` reads one from a file."""

from collections.abc import Mapping
from dataclasses import dataclass

TOTAL = 1000
"""Points of all indicators together (千分制)."""

PENDING = "pending"
"""Stands for the grade where too little is known."""

UNITS = ("count", "yuan", "days", "years", "share", "flag", "number", "class")
"""What an input may be measured in; ``days`` and ``number`` may be negative."""

RESERVED = ("score", "credit_score", "grade", "completeness", "triggered", PENDING)
"""Names of the result's own columns."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of an input: ``how`` is a word of the file, ``value`` what with."""

    column: str
    how: str
    value: float | str | bool


@dataclass(frozen=True, slots=True)
class Tier:
    """Points given where all conditions hold."""

    points: float
    when: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Tiers:
    """Of the tiers whose conditions hold the one of most points counts."""

    tiers: tuple[Tier, ...]

    @property
    def most(self) -> float:
        """Points that it gives at most."""
        return max(tier.points for tier in self.tiers)


@dataclass(frozen=True, slots=True)
class Each:
    """Points for each one counted; ``decay`` weighs the columns, such as one a year back."""

    points: float
    columns: tuple[str, ...]
    decay: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """Points times a value between 0 and 1.

    Attributes
    ----------
    full
        Value at which all points are given.
    per
        Column to divide by, taken as ``least`` where it is less; None: nothing is divided by.
    inverse
        The value is taken from 1.
    """

    points: float
    column: str
    full: float
    per: str | None
    least: float
    inverse: bool


Part = Tiers | Each | Share


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator.

    Attributes
    ----------
    weight
        Most points.
    needs
        Inputs without any of which there is no data.
    parts
        Added up, never beyond ``weight``.
    """

    code: str
    name: str
    dimension: str
    weight: float
    needs: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """All inputs that the indicator looks at, by name."""
        found = set(self.needs)
        for part in self.parts:
            if isinstance(part, Tiers):
                found |= {each.column for tier in part.tiers for each in tier.when}
            elif isinstance(part, Each):
                found |= set(part.columns)
            else:
                found |= {part.column} | ({part.per} if part.per else set())
        return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension; its weight is the sum of its indicators' weights."""

    code: str
    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade from so many points on."""

    code: str
    name: str
    start: float


@dataclass(frozen=True, slots=True)
class Trigger:
    """What gives at least a grade, whatever the points."""

    code: str
    name: str
    grade: str
    when: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Input:
    """A column of raw figures; ``unit`` is one of `UNITS`."""

    code: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class RiskModel:
    """A model that was found right.

    Attributes
    ----------
    grades
        From the least risk up; the first begins at 0.
    completeness
        Share of the weights with data, 0–1, below which no grade is given.
    wanted_shares
        Share of operators by grade for `analytics.risk.cut_offs_for`; adds up to 1.
    ours
        Parts of the model that no source gives.
    """

    version: str
    name: str
    source: str
    legal_note: str
    ours: tuple[str, ...]
    completeness: float
    grades: tuple[Grade, ...]
    wanted_shares: Mapping[str, float]
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    triggers: tuple[Trigger, ...]
    inputs: Mapping[str, Input]

    @property
    def weights(self) -> dict[str, float]:
        """Most points by indicator."""
        return {each.code: each.weight for each in self.indicators}

    def indicator(self, code: str) -> Indicator:
        """Return an indicator.

        Raises
        ------
        KeyError
            If the model has none of that code.
        """
        return {each.code: each for each in self.indicators}[code]

    def of_dimension(self, code: str) -> tuple[Indicator, ...]:
        """Return the indicators of a dimension."""
        return tuple(each for each in self.indicators if each.dimension == code)
