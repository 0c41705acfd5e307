"""Legal time limits as data: which rule set holds from when, and what starts and ends each clock."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DEFAULT_CLOCKS = Path(__file__).parents[1] / "assets" / "rules" / "clocks.yaml"

Values = dict[str, tuple[bool | str, ...]]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RuleSet(_Part):
    """A regulation; ``since`` is its first day in force, None for the earliest."""

    code: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(min_length=1)]
    document_no: str
    since: dt.date | None


class Term(_Part):
    """How long a clock runs under one rule set, and by which article."""

    length: Annotated[int, Field(ge=1)]
    unit: Literal["working", "natural", "years"]
    extension: Annotated[int, Field(ge=0)] = 0
    law: str
    article: str | None
    checked: bool = False


class Start(_Part):
    """Columns whose first filled one starts the clock, for rows where ``when`` holds."""

    columns: Annotated[tuple[str, ...], Field(min_length=1)]
    when: Values = {}


class Clock(_Part):
    """One time limit.

    Attributes
    ----------
    when, unless
        Columns and values for which the clock applies, and for which it does not. A missing value
        fulfils neither.
    asks
        Like ``when``, but where the column or value is missing the state is unknown.
    starts
        Alternatives, the first whose ``when`` holds.
    done
        Columns whose first filled one ends the duty.
    terms
        Per rule set; None where it has no such limit.
    extended_by
        Column of flags: the limit was extended by ``extension``.
    extended_until
        Column of days set by a person: the limit ends then.
    suspended
        Columns of first and last day of a time that does not count.
    restarted_by
        Column of a later day from which the limit runs anew.
    shift
        Whether an end on a holiday moves to the next day that is none.
    may_precede
        Whether the clock may have started before the registration.
    """

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Annotated[str, Field(min_length=1)]
    when: Values = {}
    unless: Values = {}
    asks: Values = {}
    starts: Annotated[tuple[Start, ...], Field(min_length=1)]
    done: Annotated[tuple[str, ...], Field(min_length=1)]
    terms: dict[str, Term | None]
    extended_by: str | None = None
    extended_until: str | None = None
    suspended: tuple[str, str] | None = None
    restarted_by: str | None = None
    shift: bool = True
    may_precede: bool = False
    note: str = ""


class Clocks(_Part):
    """All rule sets, in the order of their first day, and all clocks.

    Attributes
    ----------
    open_on_change
        What holds for a submission still open on the first day of a new rule set: ``keep`` the
        rules of its registration, or ``switch`` to the new ones.
    finished
        Stored status codes of submissions that are dealt with.
    withdrawn
        Stored status codes that end every duty.
    """

    open_on_change: Literal["keep", "switch"]
    finished: tuple[str, ...]
    withdrawn: tuple[str, ...]
    rule_sets: Annotated[tuple[RuleSet, ...], Field(min_length=1)]
    clocks: Annotated[tuple[Clock, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> "Clocks":
        since = [each.since for each in self.rule_sets]
        later = [day for day in since[1:] if day is not None]
        if since[0] is not None or len(later) != len(since) - 1 or later != sorted(set(later)):
            msg = "rule_sets: the first has no 'since', the others ascend"
            raise ValueError(msg)
        codes = {each.code for each in self.rule_sets}
        for clock in self.clocks:
            if set(clock.terms) != codes:
                msg = f"clock {clock.code}: terms for {sorted(clock.terms)}, not {sorted(codes)}"
                raise ValueError(msg)
        names = [clock.code for clock in self.clocks]
        if len(set(names)) != len(names):
            msg = f"clocks: a code is given twice in {names}"
            raise ValueError(msg)
        return self


def read_clocks(path: Path = DEFAULT_CLOCKS) -> Clocks:
    """Read the rule sets and clocks from a YAML file.

    Raises
    ------
    ValueError
        If a key is missing, unknown or of another type, rule sets are out of order or a clock has
        no term for one; the message names the file and the place.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> [each.code for each in read_clocks().rule_sets]
    ['rule_2020', 'rule_2026']
    """
    try:
        return Clocks.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        msg = f"{path}: {error}; compare with the shipped file"
        raise ValueError(msg) from error
