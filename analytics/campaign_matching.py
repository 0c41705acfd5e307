"""Which submissions belong to which topic of which campaign."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.campaign_definitions import Campaign, CampaignTopic, CodedFields
from analytics.keyword_rules import RuleSet, compile_rules

Flags = npt.NDArray[np.bool_]

FIELDS = ("kind", "product", "issue", "region", "is_prepaid")
"""Coded fields that campaigns look at, each at its finest known grain."""


@dataclass(frozen=True, slots=True)
class Coded:
    """One coded field of many submissions.

    Attributes
    ----------
    codes
        Its different values.
    numbers
        Which of them each submission has; -1 where nothing is known.
    """

    codes: Sequence[str]
    numbers: npt.NDArray[np.int64]

    def below(self, wanted: Iterable[str]) -> Flags:
        """Return where the value is one of ``wanted`` or lies below one.

        Examples
        --------
        >>> Coded(["G101-02", "S04"], np.array([0, 1, -1])).below(["G101"]).tolist()
        [True, False, False]
        """
        heads = tuple(_head(each) for each in wanted)
        fits = np.array([code.startswith(heads) for code in self.codes] + [False], dtype=np.bool_)
        return np.asarray(fits[self.numbers])


def coded(values: Sequence[object]) -> Coded:
    """Return values ready for comparison; None and NaN are unknown.

    Examples
    --------
    >>> coded(["a", None, "a"]).numbers.tolist()
    [0, -1, 0]
    """
    numbers, codes = pd.factorize(np.array(values, dtype=object))
    return Coded([str(each) for each in codes], numbers.astype(np.int64))


def _head(code: str) -> str:
    """Return what all codes below ``code`` begin with.

    Examples
    --------
    >>> _head("420100"), _head("420106"), _head("G101"), _head("429004")
    ('4201', '420106', 'G101', '429004')
    """
    if len(code) == 6 and code.isdecimal():
        while code.endswith("00"):
            code = code[:-2]
    return code


class CampaignSet:
    """Campaigns compiled together: a rule that several have is looked for once.

    Parameters
    ----------
    wanted
        Campaigns, each with the topics to look for.

    Attributes
    ----------
    pairs
        (code of the campaign, code of the topic), in the order of `match`'s numbers.

    Examples
    --------
    >>> import datetime as dt
    >>> short = Campaign(code="short", series="计量", name="计量", description="…", source="…",
    ...     starts_on=dt.date(2026, 1, 1), ours=True,
    ...     topics=(CampaignTopic(code="all", name="全部", rule="短秤"),))
    >>> fields = {"kind": coded(["complaint", "inquiry"])}
    >>> [found.tolist() for found in CampaignSet((short,)).match(["短秤三两", "短秤归谁管"], fields)]
    [[0], [0]]
    """

    def __init__(self, wanted: Sequence[Campaign]) -> None:
        self._topics = [(campaign, topic) for campaign in wanted for topic in campaign.topics]
        self.pairs = tuple((campaign.code, topic.code) for campaign, topic in self._topics)
        self._names: dict[tuple[str, bool], str] = {}
        for _, topic in self._topics:
            if topic.rule is not None:
                self._names.setdefault((topic.rule, topic.guarded), f"r{len(self._names)}")
        self._rules: RuleSet = compile_rules(
            {name: rule for (rule, _), name in self._names.items()},
            guarded=[name for (_, guarded), name in self._names.items() if guarded],
        )

    def match(
        self, texts: Sequence[str | None], fields: Mapping[str, Coded]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Find which submissions belong to which topic.

        Parameters
        ----------
        texts
            Of the submissions; missing ones match no word.
        fields
            Some of `FIELDS`, as long as ``texts``; one that is left out is unknown everywhere.

        Returns
        -------
        tuple
            Numbers of submissions and of `pairs`, sorted by pair, then submission.
        """
        found = self._rules.match(pd.Series(list(texts), dtype=object)).frame
        places = found["text"].to_numpy(np.int64)
        held = {
            str(name): places[found["rule"].cat.codes.to_numpy() == number]
            for number, name in enumerate(found["rule"].cat.categories)
        }
        count = len(texts)
        allowed: dict[tuple[object, object], Flags] = {}
        submissions, pairs = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for number, (campaign, topic) in enumerate(self._topics):
            key = (campaign.kinds, campaign.regions)
            if key not in allowed:
                allowed[key] = _allowed(campaign, fields, count)
            hits = np.flatnonzero(self._hit(topic, held, fields, count) & allowed[key])
            submissions.append(hits)
            pairs.append(np.full(len(hits), number, np.int64))
        return np.concatenate(submissions), np.concatenate(pairs)

    def _hit(
        self,
        topic: CampaignTopic,
        held: Mapping[str, npt.NDArray[np.int64]],
        fields: Mapping[str, Coded],
        count: int,
    ) -> Flags:
        hit = np.zeros(count, dtype=np.bool_)
        if topic.rule is not None:
            hit[held[self._names[topic.rule, topic.guarded]]] = True
            if topic.only is not None:
                hit &= _fits(topic.only, fields, count, unknown=True)
        if topic.also is not None:
            hit |= _fits(topic.also, fields, count, unknown=False)
        return hit


def _allowed(campaign: Campaign, fields: Mapping[str, Coded], count: int) -> Flags:
    allowed = np.ones(count, dtype=np.bool_)
    for name, codes in (("kind", campaign.kinds), ("region", campaign.regions)):
        if codes:
            allowed &= _below(name, codes, fields, count)
    return allowed


def _fits(asked: CodedFields, fields: Mapping[str, Coded], count: int, *, unknown: bool) -> Flags:
    fits = np.ones(count, dtype=np.bool_)
    for name in ("product", "issue", "region"):
        codes = getattr(asked, name)
        if codes:
            fits &= _below(name, codes, fields, count, unknown=unknown)
    if asked.is_prepaid is not None:
        fits &= _below("is_prepaid", (str(asked.is_prepaid),), fields, count, unknown=unknown)
    return fits


def _below(
    name: str,
    codes: Sequence[str],
    fields: Mapping[str, Coded],
    count: int,
    *,
    unknown: bool = False,
) -> Flags:
    known = fields.get(name)
    if known is None:
        return np.full(count, unknown, dtype=np.bool_)
    return known.below(codes) | (unknown & (known.numbers < 0))
