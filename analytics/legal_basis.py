"""Which conduct a submission points at, and the law that may bear on it: to be checked by a person."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DEFAULT_CONDUCTS = Path(__file__).parents[1] / "assets" / "rules" / "conducts.yaml"

USED_COLUMNS = ("issue_type", "issue_subtype", "product_category", "product")


class UnknownConductError(LookupError):
    """There is no such conduct in the rules."""

    def __init__(self, code: str, known: Iterable[str]) -> None:
        super().__init__(f"no conduct {code!r}; known are {', '.join(sorted(known))}")
        self.code = code


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Basis(_Part):
    """A law and what it says.

    Attributes
    ----------
    law, article, penalty
        None where not known: a person has to find it.
    verified
        Whether a person compared it with the official text.
    since, until
        First and last day of conduct it bears on, both included; None where open.
    online
        Whether it bears on online trade only.
    """

    law: str | None
    article: str | None
    penalty: str | None
    verified: bool
    since: dt.date | None = None
    until: dt.date | None = None
    online: bool = False

    @property
    def needs_check(self) -> bool:
        """Tell whether a person has to check it before it is used."""
        return not self.verified or self.law is None or self.article is None

    @model_validator(mode="after")
    def _consistent(self) -> "Basis":
        if self.law is None and (self.article is not None or self.penalty is not None):
            msg = f"article {self.article!r} or penalty {self.penalty!r} without a law"
            raise ValueError(msg)
        if self.verified and (self.law is None or self.article is None or self.penalty is None):
            msg = f"{self.law!r} is verified, but law, article or penalty is missing"
            raise ValueError(msg)
        if self.since is not None and self.until is not None and self.until < self.since:
            msg = f"{self.law!r}: until {self.until} is before since {self.since}"
            raise ValueError(msg)
        return self


class Conduct(_Part):
    """A suspected conduct; see the head of the rule file for its fields."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    name: Annotated[str, Field(min_length=1)]
    severity: Annotated[float, Field(ge=0, le=1)]
    issues: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]
    short: str = ""


@dataclass(frozen=True, slots=True)
class Conducts:
    """All conducts by code, in the order of the file."""

    by_code: dict[str, Conduct]

    def __getitem__(self, code: str) -> Conduct:
        """Return the conduct ``code``.

        Raises
        ------
        UnknownConductError
            If there is none.
        """
        if code not in self.by_code:
            raise UnknownConductError(code, self.by_code)
        return self.by_code[code]


def read_conducts(path: Path = DEFAULT_CONDUCTS) -> Conducts:
    """Read the conducts from a YAML file.

    Raises
    ------
    ValueError
        If a key is missing, unknown or of another type, a code is given twice, or an entry claims
        more than it says (verified without an article, an article without a law).
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> read_conducts()["unfair_terms"].basis[0].article
    '26'
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries = content["conducts"] if isinstance(content, dict) else None
        if not isinstance(entries, list) or set(content) != {"conducts"}:
            msg = f"{path}: give one key, conducts, with a list; compare with the shipped file"
            raise ValueError(msg)
        listed = [Conduct.model_validate(entry) for entry in entries]
    except (ValidationError, yaml.YAMLError, KeyError) as error:
        msg = f"{path}: {error}; compare with the shipped file"
        raise ValueError(msg) from error
    by_code = {conduct.code: conduct for conduct in listed}
    if len(by_code) != len(listed):
        codes = [conduct.code for conduct in listed]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        msg = f"{path}: conducts given twice: {twice}; keep one of each"
        raise ValueError(msg)
    return Conducts(by_code)


def legal_basis(
    conduct: Conduct, *, on: dt.date, is_online: bool | None = None
) -> tuple[Basis, ...]:
    """Return the laws that may bear on ``conduct`` of the day ``on``.

    Parameters
    ----------
    conduct
        From `read_conducts`.
    on
        Day of the conduct; a law that changed is chosen by it.
    is_online
        Whether the trade was online; None keeps what bears on online trade, to be checked.

    Returns
    -------
    tuple of Basis
        In the order of the file; ``needs_check`` of each is True until a person verified it.

    Examples
    --------
    >>> found = legal_basis(read_conducts()["confusion"], on=dt.date(2025, 10, 14))
    >>> [(basis.article, basis.needs_check) for basis in found]
    [('6', True)]
    """
    return tuple(
        basis
        for basis in conduct.basis
        if (basis.since is None or on >= basis.since)
        and (basis.until is None or on <= basis.until)
        and not (basis.online and is_online is False)
    )


def suspected_conducts(
    submissions: pd.DataFrame,
    *,
    topics: pd.Series | None = None,
    conducts: Conducts | None = None,
) -> pd.Series:
    """Tell which conducts each submission points at, by its coded fields and campaign topics.

    A conduct is pointed at by the subtype of the issue; by its type where no conduct names the
    subtype; or by a topic. A conduct of certain goods wins over the same of any goods.

    Parameters
    ----------
    submissions
        Columns ``issue_type``, ``issue_subtype`` and, of use, ``product_category``, ``product``.
    topics
        Per submission, same index: codes ``campaign.topic`` joined by ``,``; missing for none.
    conducts
        By default those of ``assets/rules/conducts.yaml``.

    Returns
    -------
    pandas.Series
        Same index: tuples of codes, in the order of the file; empty where nothing points anywhere.

    Raises
    ------
    ValueError
        If ``issue_type`` or ``issue_subtype`` is absent or ``topics`` has another index.

    Notes
    -----
    The mapping is ours. It says what to look at, never that the conduct took place.

    Examples
    --------
    >>> frame = pd.DataFrame({"issue_type": ["C04", "C17"], "issue_subtype": ["C04-02", None]})
    >>> suspected_conducts(frame).to_list()
    [('unfair_terms',), ()]
    """
    rules = read_conducts() if conducts is None else conducts
    absent = [name for name in USED_COLUMNS[:2] if name not in submissions.columns]
    if absent:
        msg = f"submissions have no column {absent}; the conduct is read from it"
        raise ValueError(msg)
    if topics is not None and not topics.index.equals(submissions.index):
        msg = "topics have another index than the submissions; give one entry per submission"
        raise ValueError(msg)
    facts = submissions.reindex(columns=list(USED_COLUMNS)).astype(object)
    facts["topics"] = None if topics is None else topics.to_numpy()
    facts = facts.where(facts.notna(), "")
    numbers, unique = pd.factorize(pd.MultiIndex.from_frame(facts))
    answers = [_pointed_at(*entry, conducts=rules) for entry in unique]
    found = [answers[number] for number in numbers]
    return pd.Series(found, index=submissions.index, name="conducts", dtype=object)


def _pointed_at(
    issue_type: str, subtype: str, category: str, product: str, topics: str, *, conducts: Conducts
) -> tuple[str, ...]:
    goods = {product, category, category[:1]}
    fitting = [
        conduct
        for conduct in conducts.by_code.values()
        if not conduct.products or goods.intersection(conduct.products)
    ]
    hits = [conduct for conduct in fitting if subtype and subtype in conduct.issues]
    hits = hits or [conduct for conduct in fitting if issue_type and issue_type in conduct.issues]
    narrow = [conduct for conduct in hits if conduct.products]
    named = {topic.strip() for topic in topics.split(",") if topic.strip()}
    found = {conduct.code for conduct in narrow or hits}
    found |= {conduct.code for conduct in fitting if named.intersection(conduct.topics)}
    return tuple(code for code in conducts.by_code if code in found)
