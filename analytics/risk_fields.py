"""Reading the fields of a model of the risk score: types, limits, and errors that say the way out."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TOLERANCE = 1e-6
"""By which sums may differ from what they have to be."""

LONGEST = 200
"""Most characters of a text. Ours."""

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class RiskModelError(ValueError):
    """A model of the risk score cannot be used.

    Attributes
    ----------
    where
        Place in the model, such as ``model.dimensions[0].weight``.
    value
        What stands there.
    expected
        What could stand there.
    """

    def __init__(self, where: str, value: object, expected: str) -> None:
        shown = repr(value)
        shown = shown if len(shown) <= 80 else f"{shown[:80]}…"
        super().__init__(f"{where}: {shown} is not usable; expected {expected}")
        self.where = where
        self.value = value
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping of a model, and where in the model it stands."""

    content: Mapping[str, Any]
    where: str

    @classmethod
    def of(cls, value: object, where: str) -> "Fields":
        """Take a mapping with texts as keys.

        Raises
        ------
        RiskModelError
            If it is none.
        """
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise RiskModelError(where, value, "names with values")
        return cls(value, where)

    def only(self, *names: str, optional: Sequence[str] = ()) -> None:
        """Refuse what is missing or unknown."""
        unknown = [key for key in self.content if key not in {*names, *optional}]
        if unknown:
            raise RiskModelError(
                self.where, unknown[0], f"only {', '.join([*names, *optional])} as names"
            )
        for name in names:
            if name not in self.content:
                raise RiskModelError(self.where, sorted(self.content), f"{name} to be there too")

    def has(self, name: str) -> bool:
        """Tell whether there is a field of this name."""
        return name in self.content

    def text(self, name: str, *, longest: int = LONGEST) -> str:
        """Return a text that is not empty."""
        value = self.content[name]
        if not isinstance(value, str) or not 0 < len(value.strip()) <= longest:
            raise RiskModelError(f"{self.where}.{name}", value, f"a text of 1 to {longest} letters")
        return value

    def code(self) -> str:
        """Return the field ``code``."""
        return self.text("code", longest=40)

    def number(self, name: str, least: float, most: float) -> float:
        """Return a number within limits."""
        return _number(self.content[name], f"{self.where}.{name}", least, most)

    def numbers(self, name: str, least: float, most: float) -> tuple[float, ...]:
        """Return several numbers within limits."""
        where = f"{self.where}.{name}"
        return tuple(
            _number(each, f"{where}[{position}]", least, most)
            for position, each in enumerate(_sequence(self.content[name], where))
        )

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self.content[name]
        if not isinstance(value, bool):
            raise RiskModelError(f"{self.where}.{name}", value, "true or false")
        return value

    def choice(self, name: str, among: Iterable[str]) -> str:
        """Return one of several texts."""
        value, known = self.content[name], list(among)
        if value not in known:
            raise RiskModelError(f"{self.where}.{name}", value, f"one of {', '.join(known)}")
        return str(value)

    def texts(self, name: str, *, among: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return several different texts."""
        where = f"{self.where}.{name}"
        values = _sequence(self.content[name], where)
        known = None if among is None else list(among)
        for value in values:
            if not isinstance(value, str) or (known is not None and value not in known):
                expected = "texts" if known is None else f"some of {', '.join(known)}"
                raise RiskModelError(where, value, expected)
            if list(values).count(value) > 1:
                raise RiskModelError(where, value, "each only once")
        return tuple(values)

    def inner(self, name: str) -> "Fields":
        """Return the mapping under a name."""
        return Fields.of(self.content[name], f"{self.where}.{name}")

    def inners(self) -> Iterator[tuple[str, "Fields"]]:
        """Yield every name with the mapping under it."""
        for name in self.content:
            yield name, self.inner(name)

    def listed(self, name: str) -> list["Fields"]:
        """Return the mappings listed under a name, at least one."""
        where = f"{self.where}.{name}"
        values = _sequence(self.content[name], where)
        if not values:
            raise RiskModelError(where, values, "at least one entry")
        return [Fields.of(each, f"{where}[{number}]") for number, each in enumerate(values)]

    def adds_up(self, name: str, total: float, parts: Sequence[float]) -> None:
        """Refuse parts that do not add up."""
        if abs(sum(parts) - total) > TOLERANCE:
            shown = " + ".join(f"{each:g}" for each in parts)
            raise RiskModelError(
                f"{self.where}.{name}", f"{shown} = {sum(parts):g}", f"a sum of {total:g}"
            )


def check_codes(
    where: str, codes: Sequence[str], *, taken: Iterable[str] = (), form: bool = True
) -> None:
    """Refuse codes that are used twice, mean something else, or (``form``) are no names.

    Raises
    ------
    RiskModelError
        At the first such code.
    """
    known = set(taken)
    for code in codes:
        if form and not _CODE.fullmatch(code):
            raise RiskModelError(where, code, "small letters, digits and _, at most 40")
        if code in known:
            raise RiskModelError(where, code, "a code that nothing else in the model has")
        known.add(code)


def _number(value: object, where: str, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RiskModelError(where, value, f"a number from {least:g} to {most:g}")
    if not least <= value <= most:
        raise RiskModelError(where, value, f"a number from {least:g} to {most:g}")
    return float(value)


def _sequence(value: object, where: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise RiskModelError(where, value, "a list")
    return value
