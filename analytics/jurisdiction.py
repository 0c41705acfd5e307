"""Which authority handles a complaint or tip-off, and what has to be found out first."""

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DEFAULT_JURISDICTION = Path(__file__).parents[1] / "assets" / "rules" / "jurisdiction.yaml"

RuleSetCode = Literal["rule_2020", "rule_2026"]
NEEDED = ("kind", "role", "registered_on")


class Role(StrEnum):
    """What the respondent is in the transaction complained of."""

    PLATFORM_OPERATOR = "platform_operator"
    ON_PLATFORM = "on_platform"
    OFFLINE = "offline"
    MEDIA_ADVERT = "media_advert"


class Reason(StrEnum):
    """Why a person has to look; the place that is missing follows after a colon."""

    MISSING = "missing"
    SEVERAL = "several"
    NOT_A_COUNTY = "not_a_county"
    ROLE_UNKNOWN = "role_unknown"
    NO_RULE = "no_rule"
    UNREACHABLE = "unreachable"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class JurisdictionRule(_Part):
    """One rule: who handles what; ``places`` are equal choices, the first one known is given.

    Attributes
    ----------
    fallback
        The place where the respondent published no address or cannot be reached.
    only
        The one rule set under which the rule is known.
    """

    code: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    name: Annotated[str, Field(min_length=1)]
    kind: Literal["complaint", "tipoff"]
    role: Role | Literal["any"]
    places: Annotated[tuple[str, ...], Field(min_length=1)]
    fallback: str | None = None
    level: Literal["county", "county_or_above"]
    only: RuleSetCode | None = None


class Jurisdiction(_Part):
    """All rules in order; ``checked`` once a person compared the articles with the official text."""

    checked: bool
    law: dict[RuleSetCode, str]
    article: dict[RuleSetCode, str | None]
    since: dt.date
    places: dict[str, str]
    rules: Annotated[tuple[JurisdictionRule, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> "Jurisdiction":
        for rule in self.rules:
            named = {*rule.places, *([rule.fallback] if rule.fallback else [])}
            if unknown := sorted(named - set(self.places)):
                msg = f"rule {rule.code}: unknown places {unknown}, known are {list(self.places)}"
                raise ValueError(msg)
        return self


def read_jurisdiction(path: Path = DEFAULT_JURISDICTION) -> Jurisdiction:
    """Read the rules from a YAML file.

    Raises
    ------
    ValueError
        If a key is missing, unknown or of another type, or a rule names an unknown place.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> read_jurisdiction().rules[0].code
    'complaint_platform'
    """
    try:
        return Jurisdiction.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        msg = f"{path}: {error}; compare with the shipped file"
        raise ValueError(msg) from error


def competent_authorities(
    cases: pd.DataFrame, *, rules: Jurisdiction | None = None
) -> pd.DataFrame:
    """Tell for each complaint or tip-off at which place the authority is that handles it.

    Parameters
    ----------
    cases
        One row per case. Needed: ``kind`` (``complaint``, ``tipoff``; others have no rule),
        ``role`` (`Role`; may be missing) and ``registered_on``. Of use, six-digit codes of counties:
        ``operating_county`` (where business is really done), ``registered_county`` (住所),
        ``published_county`` (the address a platform shows), ``platform_county`` (the platform's
        住所), ``conduct_county`` (where the conduct took place), ``publisher_county`` (of an
        advertisement); and ``is_unreachable`` (bool). A column that is absent is not known.
    rules
        By default those of ``assets/rules/jurisdiction.yaml``.

    Returns
    -------
    pandas.DataFrame
        Same index, columns

        - ``rule`` (str, None where there is none), ``rule_set``
        - ``place`` (name of the column the answer rests on), ``region_code``, ``level``
          (``county`` or ``county_or_above``): None where not known
        - ``others`` (str): other regions that may handle it as well, joined by ``;``
        - ``law``, ``article`` (None where not known), ``article_checked`` (bool)
        - ``needs_check`` (bool) and ``reasons`` (str, `Reason` joined by ``;``): facts are missing
          or several places may handle it. An article that nobody checked is not among the reasons

    Raises
    ------
    ValueError
        If a needed column is absent or a registration has no date.

    Notes
    -----
    The role is a fact to be given, never guessed here: that a purchase was online does not say
    whether the respondent runs the platform. A code that ends in ``00`` is no county.

    Examples
    --------
    >>> cases = pd.DataFrame(
    ...     {
    ...         "kind": ["complaint"],
    ...         "role": ["on_platform"],
    ...         "registered_on": ["2026-05-06"],
    ...         "platform_county": ["330110"],
    ...     }
    ... )
    >>> found = competent_authorities(cases).iloc[0]
    >>> found["place"], found["region_code"], found["reasons"]
    ('platform_county', '330110', 'missing:published_county')
    """
    law = read_jurisdiction() if rules is None else rules
    absent = [name for name in NEEDED if name not in cases.columns]
    if absent:
        msg = f"cases have no column {absent}; give {', '.join(NEEDED)}"
        raise ValueError(msg)
    registered = pd.to_datetime(cases["registered_on"])
    if registered.isna().any():
        row = cases.index[int(registered.isna().to_numpy().argmax())]
        msg = f"registered_on is missing in row {row!r}; the rule set depends on it"
        raise ValueError(msg)
    asked = cases.reindex(columns=["kind", "role", "is_unreachable", *law.places])
    asked = asked.astype(object).where(asked.notna(), None)
    asked.insert(0, "new", (registered >= pd.Timestamp(law.since)).to_numpy())
    combined = pd.MultiIndex.from_frame(asked)
    numbers, unique = pd.factorize(combined)
    answers = [_answer(dict(zip(asked.columns, facts, strict=True)), law) for facts in unique]
    frame = pd.DataFrame(answers, columns=list(_answer({}, law)), dtype=object)
    frame = frame.astype({"article_checked": bool, "needs_check": bool})
    return frame.iloc[numbers].set_axis(cases.index, axis=0)


def _answer(facts: dict[str, Any], law: Jurisdiction) -> dict[str, object]:
    known = {name: value for name, value in facts.items() if not pd.isna(value)}
    rule_set: RuleSetCode = "rule_2026" if known.get("new", True) else "rule_2020"
    rule = _rule(known, law)
    answer: dict[str, object] = {
        "rule": None,
        "rule_set": rule_set,
        "place": None,
        "region_code": None,
        "level": None,
        "others": "",
        "law": None,
        "article": None,
        "article_checked": False,
        "needs_check": True,
        "reasons": Reason.NO_RULE.value,
    }
    if rule is None:
        return answer
    answer |= {"rule": rule.code, "level": rule.level, "law": law.law[rule_set]}
    answer |= {"article": law.article[rule_set], "article_checked": law.checked}
    if rule.only not in {None, rule_set}:
        return answer
    place, others, reasons = _place(rule, known)
    if "role" not in known:
        reasons.append(Reason.ROLE_UNKNOWN.value)
    code = None if place is None else str(known[place])
    if code is not None and not _is_county(code):
        reasons.append(Reason.NOT_A_COUNTY.value)
    return answer | {
        "place": place,
        "region_code": code,
        "others": ";".join(others),
        "needs_check": bool(reasons),
        "reasons": ";".join(reasons),
    }


def _rule(known: dict[str, object], law: Jurisdiction) -> JurisdictionRule | None:
    role = known.get("role", Role.OFFLINE if known.get("kind") == "complaint" else "any")
    for rule in law.rules:
        if rule.kind == known.get("kind") and rule.role in {role, "any"}:
            return rule
    return None


def _place(
    rule: JurisdictionRule, known: dict[str, object]
) -> tuple[str | None, list[str], list[str]]:
    places = rule.places
    reasons: list[str] = []
    if rule.fallback is not None and known.get("is_unreachable") is True:
        places = (rule.fallback,)
        reasons.append(Reason.UNREACHABLE.value)
    reasons += [f"{Reason.MISSING}:{name}" for name in places if name not in known]
    given = [name for name in places if name in known]
    if not given:
        return None, [], reasons
    first = str(known[given[0]])
    others = sorted({str(known[name]) for name in given[1:]} - {first})
    if others:
        reasons.append(Reason.SEVERAL.value)
    return given[0], others, reasons


def _is_county(code: str) -> bool:
    return len(code) == 6 and code.isascii() and code.isdigit() and not code.endswith("00")
