"""Which operator each submission is about, though everybody names it in a way of their own."""

import datetime as dt
import functools
import hashlib
import itertools
from collections.abc import Collection, Iterator, Sequence

import numpy as np
import pandas as pd
import sqlalchemy as sa

from analytics.operator_identity import resolve_operators
from analytics.operator_names import REGIONS_FILE, WORDS_FILE, NameParts, take_apart
from jobs.decided import Decided
from jobs.finders.finder import Finder, digest_of
from jobs.importing.operators import county_of, operator_id
from jobs.spreading import spread
from queries import identities
from queries.identity_tables import STEP
from queries.operator_tables import sources_version
from queries.vocabulary import DecisionKind, IdentityVerdict

MENTIONS_AT_ONCE = 20_000
"""Mentions looked at together, whole counties at a time; ours, about 200 MB and 2 s of one core."""

MOST_NEW = 500_000
"""Ways of naming and rows of the register that one refresh takes in, those said most often first;
ours, about a minute of one core. What is left over keeps its raw operator until it is said again."""

JOINER = "|"
"""Between the two raw operators that a decision is about."""

MOST_COUNTIES = 200
"""Counties tried for that of an event, which keeps it in the hash of its operator only; ours, more
than any province has."""

_CITY = 4


def find(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> int:
    """Find out who is who, and write it into the facts.

    What was entered stays: name, code and county of a submission say its raw operator at any time,
    so a decision taken back takes its effect back too. Of a few changed days only names not seen
    before are looked at, together with all that begin alike in their county.
    """
    if days is None:
        identities.replace_tables(conn)
        new = identities.read_said(conn, None)
    else:
        new = identities.drop_known(conn, identities.read_said(conn, days))
    new = _most(_said(new), MOST_NEW)
    register = _most(identities.read_register(conn).assign(said=0), MOST_NEW - len(new))
    events = _in_events(conn, MOST_NEW - len(new) - len(register))
    new = _blocked(pd.concat([new, register, events], ignore_index=True))
    if len(new):
        identities.add_mentions(conn, new)
    same, different = _verdicts(decided)
    blocks = None if days is None else set(new["block"])
    raw_ids = {each for pair in (*same, *different) for each in pair}
    raw_ids |= set() if days is None else identities.decided_raw_ids(conn)
    moved: list[str] = []
    if days is None or blocks or raw_ids:
        mentions = identities.read_mentions(conn, blocks=blocks, raw_ids=raw_ids)
        parts = _parts(mentions, {*same, *different})
        work = functools.partial(resolved, same, different)
        for _, (aliases, doubts) in spread(parts, work, given=lambda part: part):
            moved += identities.replace_aliases(conn, aliases, doubts)
    take_apart.cache_clear()
    identities.mark_changed(conn, identities.write_operators(conn, days=days, raw_ids=moved))
    return identities.count_aliases(conn)


def _said(said: pd.DataFrame) -> pd.DataFrame:
    county = said["county_code"].astype(object).where(said["county_code"].notna(), None)
    by_name = [operator_id(name, code) for name, code in zip(said["name"], county, strict=True)]
    raw = said["uscc"].astype(object).where(said["uscc"].notna(), pd.Series(by_name, said.index))
    told = said.assign(raw_operator_id=raw)
    return told[told["raw_operator_id"].notna()]


def _in_events(conn: sa.Connection, number: int) -> pd.DataFrame:
    """Return the names that events say without a code, with the county that is hidden in their id."""
    told = identities.read_event_names(conn).rename(columns={"events": "said"})
    told = _most(told, max(number, 0))
    counties = [None, *identities.read_counties(conn)[:MOST_COUNTIES]] if len(told) else []
    found = [
        county_of(name, raw, counties)
        for name, raw in zip(told["name"], told["raw_operator_id"], strict=True)
    ]
    told = told.assign(
        county_code=pd.Series([each or None for each in found], index=told.index, dtype=object),
        uscc=None,
        address=None,
        said=identities.IN_EVENTS,
    )
    return told[np.array([each is not None for each in found], dtype=bool)]


def _most(rows: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return the rows said most often, names and raw operators deciding between equals."""
    order = ["said", "name", "raw_operator_id"]
    return rows.sort_values(order, ascending=[False, True, True], kind="stable").head(number)


def _blocked(rows: pd.DataFrame) -> pd.DataFrame:
    county = rows["county_code"].astype(object).where(rows["county_code"].notna(), None)
    said = list(zip(rows["name"].tolist(), county.tolist(), strict=True))
    starts = range(0, len(said), MENTIONS_AT_ONCE)
    chunks = [said[start : start + MENTIONS_AT_ONCE] for start in starts]
    found = [made for _, made in spread(chunks, blocks, given=lambda chunk: chunk)]
    every = list(itertools.chain.from_iterable(found))
    return rows.assign(block=pd.Series(every, index=rows.index, dtype=object))


def blocks(said: Sequence[tuple[str, str | None]]) -> list[str]:
    """Return the block of each name in its county: names that begin alike by sound share one.

    Examples
    --------
    >>> one, two, other = blocks([("鑫源超市", "420106"), ("新园面馆", "420106"), ("鑫源超市", None)])
    >>> one == two, one == other
    (True, False)
    """
    return [
        _digest(f"{county or ''}|{take_apart(name, county).core_sound[:2]}")
        for name, county in said
    ]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _verdicts(decided: Decided) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the pairs that are one operator, and those that are two; the latest verdict counts."""
    latest = {each.subject: each for each in decided.of(DecisionKind.IDENTITY)}
    found: dict[str, set[tuple[str, str]]] = {str(each): set() for each in IdentityVerdict}
    for subject, decision in latest.items():
        one, _, two = subject.partition(JOINER)
        found[decision.verdict].add(
            (two, one) if decision.details.get("apart") == two else (one, two)
        )
    return found[IdentityVerdict.SAME], found[IdentityVerdict.DIFFERENT]


def _parts(mentions: pd.DataFrame, pairs: Collection[tuple[str, str]]) -> Iterator[pd.DataFrame]:
    """Yield mentions in parts of whole counties; counties that a decision joins stay together."""
    county = mentions["county_code"].astype(object).where(mentions["county_code"].notna(), "")
    of_raw = dict(zip(mentions["raw_operator_id"], county, strict=True))
    home = {each: each for each in county.unique()}
    places = pd.DataFrame({"raw": mentions["raw_operator_id"], "county": county}).drop_duplicates()
    several = places[places["raw"].duplicated(keep=False)]
    linked = [list(each) for _, each in several.groupby("raw")["county"]]
    linked += [[of_raw[each] for each in pair if each in of_raw] for pair in pairs]
    for together in linked:
        for each in together[1:]:
            first, second = sorted((home[together[0]], home[each]))
            home = {name: first if at == second else at for name, at in home.items()}
    sizes = county.map(home).value_counts().sort_index()
    part = (sizes.cumsum() - sizes) // MENTIONS_AT_ONCE
    of_row = county.map(home).map(part)
    for _, rows in mentions.groupby(of_row, sort=True):
        yield rows


def resolved(
    same: set[tuple[str, str]], different: set[tuple[str, str]], mentions: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the aliases and the doubts of mentions, as they are stored."""
    asked = mentions.rename(columns={"raw_operator_id": "raw_id", "said": "count"})
    asked["count"] = asked["count"].clip(lower=0)
    found = resolve_operators(
        asked.drop(columns="block"), same=same, different=different, across=False
    )
    told = pd.concat([mentions, found], axis=1)
    told = told.sort_values(["raw_operator_id", "said", "name"], ascending=[True, False, True])
    nameless = told["raw_operator_id"].str.startswith(identities.BY_NAME[:-1])
    leading = told[(told["said"] > 0) | nameless].drop_duplicates("raw_operator_id")
    named = {each for pair in same for each in pair}
    parts = [
        take_apart(name, None if pd.isna(county) else county)
        for name, county in zip(leading["name"], leading["county_code"], strict=True)
    ]
    aliases = leading.assign(
        operator_id=leading["operator"],
        reason=leading["reason"].where(leading["decision"] == "match", ""),
        confidence=leading["confidence"].where(leading["decision"] == "match", 1.0),
        decided_by=[
            "person" if each in named else "program" for each in leading["raw_operator_id"]
        ],
        chain=[
            _chain(each, county) for each, county in zip(parts, leading["county_code"], strict=True)
        ],
        is_branch=[bool(each.branch) for each in parts],
    )
    split = {each for pair in different for each in pair}
    aliases.loc[aliases["raw_operator_id"].isin(split), "decided_by"] = "person"
    doubts = leading[(leading["decision"] == "doubtful") & (leading["said"] > 0)].rename(
        columns={"candidate": "candidate_id"}
    )
    settled = {frozenset(pair) for pair in different}
    is_open = []
    for pair in zip(doubts["raw_operator_id"], doubts["candidate_id"], strict=True):
        is_open.append(frozenset(pair) not in settled)
        settled.add(frozenset(pair))
    return aliases, doubts[np.array(is_open, dtype=bool)]


def _chain(parts: NameParts, county: object) -> str:
    city = county[:_CITY] if isinstance(county, str) else ""
    return _digest(f"{city}|{parts.sound}")


FINDER = Finder(
    STEP,
    find,
    decided_by=(DecisionKind.IDENTITY,),
    rules=lambda: digest_of(WORDS_FILE, REGIONS_FILE),
    sources=lambda conn: str(sources_version(conn)),
)
