"""Lead candidates: operators and conducts that signals point at, scored for worth.

Everything is chosen and counted anew from a window of days, for time passes for everybody: so a
day's increment gives what a run from nothing gives.
"""

import datetime as dt
import re
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from analytics.campaign_definitions import Campaign
from analytics.campaigns_in_force import OWN
from analytics.lead_source_rules import DEFAULT_SOURCES, LeadSourceRules, read_lead_source_rules
from analytics.lead_worth import lead_worth
from analytics.legal_basis import DEFAULT_CONDUCTS, Conducts, read_conducts, suspected_conducts
from analytics.worth_rules import DEFAULT_WORTH
from jobs import campaign_files
from jobs.decided import Decided
from jobs.finders.campaigns import wanted_campaigns
from jobs.finders.finder import Finder, digest_of
from queries import lead_candidates as kept
from queries import lead_facts, lead_sources
from queries.lead_candidate_tables import PARTS, STEP
from queries.scores import sources_digest
from queries.vocabulary import DecisionKind

_YEAR = re.compile(r"_(?:19|20)\d\d$")
"""End of the code of a campaign that is a yearly list; conducts name topics without it."""


def find(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> int:  # noqa: ARG001
    """Find the candidates as of the last day of the data."""
    kept.make_tables_anew(conn)
    as_of = kept.last_day(conn)
    if as_of is None:
        return 0
    rules = read_lead_source_rules()
    with lead_facts.window(conn, as_of, days=rules.window_days):
        found, missing = find_candidates(conn, as_of, decided, rules)
        best = best_of(found, rules)
        kept.write_candidates(conn, best, as_of=as_of, found=len(found), missing=missing)
        kept.drop_picked(conn)
    return len(best)


def find_candidates(
    conn: sa.Connection, as_of: dt.date, decided: Decided, rules: LeadSourceRules
) -> tuple[pd.DataFrame, list[str]]:
    """Return every candidate with its worth, the most first, and the sources without data.

    The tables of `queries.lead_facts.window` have to be there.
    """
    conducts = read_conducts()
    topics = topics_meant(wanted_campaigns(decided), as_of, conducts)
    _point(conn, topics, conducts)
    lead_facts.write_focus(conn, least_lift=rules.least_lift)
    grave = tuple(
        each.code for each in conducts.by_code.values() if each.severity >= rules.tipoff.grave
    )
    picked, missing = {}, []
    for name, source in lead_sources.SOURCES.items():
        limits = getattr(rules, name.value).model_dump()
        rows = source.pick(conn, lead_sources.Look(as_of, limits, topics, grave))
        if rows is None:
            missing.append(name.value)
        else:
            picked[name] = rows
    kept.write_picked(conn, picked)
    counted = kept.read_candidates(
        conn,
        as_of,
        proof_words=rules.proof_words,
        documented_by=rules.documented_by,
        least_open=rules.least_open,
    )
    counted["candidate_id"] = counted["operator_id"] + ":" + counted["conduct"]
    counted["conduct_severity"] = [conducts[each].severity for each in counted["conduct"]]
    counted["operators"] = 1
    worth = lead_worth(counted, as_of=as_of)
    scored = counted.join(worth[[*PARTS, "worth", "reasons", "rank"]])
    return scored.sort_values("rank", ignore_index=True), missing


def topics_meant(campaigns: Sequence[Campaign], as_of: dt.date, conducts: Conducts) -> pa.Table:
    """Return the topics whose hits are signals: those that a conduct names, and people's own.

    Of yearly lists the latest that began counts, also where it has ended and none followed.
    """
    latest: dict[str, Campaign] = {}
    for each in campaigns:
        family = each.series if _YEAR.search(each.code) else each.code
        before = latest.get(family)
        if each.starts_on <= as_of and (before is None or each.starts_on >= before.starts_on):
            latest[family] = each
    rows = []
    for campaign in latest.values():
        own = campaign.code.startswith(OWN)
        if own and campaign.ends_on is not None and campaign.ends_on < as_of:
            continue
        for topic in campaign.topics:
            reference = f"{_YEAR.sub('', campaign.code)}.{topic.code}"
            named = [each.code for each in conducts.by_code.values() if reference in each.topics]
            meant: list[str | None] = [*named] if named or not own else [None]
            label = f"{campaign.name}·{topic.name}"
            rows += [(campaign.code, topic.code, reference, label, each) for each in meant]
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    names = (*lead_facts.TOPIC, "reference", "label", "conduct")
    return pa.table(
        {name: pa.array(values, pa.string()) for name, values in zip(names, columns, strict=True)}
    )


def _point(conn: sa.Connection, topics: pa.Table, conducts: Conducts) -> None:
    """Write which conducts the submissions point at: each combination of codes is mapped once."""
    named = topics.to_pandas().drop_duplicates(list(lead_facts.TOPIC))
    coded = lead_facts.read_coded(
        conn, pa.Table.from_pandas(named[list(lead_facts.TOPIC)], preserve_index=False)
    )
    by_code = coded.codes.assign(
        conduct=suspected_conducts(coded.codes, conducts=conducts)
    ).explode("conduct")
    hits = coded.topics.merge(named[[*lead_facts.TOPIC, "reference"]], on=list(lead_facts.TOPIC))
    plain = hits.assign(issue_type=None, issue_subtype=None)
    by_topic = hits.assign(
        conduct=suspected_conducts(plain, topics=hits["reference"], conducts=conducts)
    ).explode("conduct")
    lead_facts.write_pairs(
        conn,
        _texts(by_code, (*lead_facts.CODED, "conduct")),
        _texts(by_topic, (*lead_facts.TOPIC, *lead_facts.GOODS, "conduct")),
    )


def _texts(frame: pd.DataFrame, columns: Sequence[str]) -> pa.Table:
    told = frame[frame["conduct"].notna()]
    return pa.table({name: pa.array(told[name], pa.string(), from_pandas=True) for name in columns})


def best_of(found: pd.DataFrame, rules: LeadSourceRules) -> pd.DataFrame:
    """Return the candidates of most worth, of no operator more than so many."""
    place = found.groupby("operator_id", sort=False).cumcount()
    return found[place < rules.conducts_per_operator].head(rules.most)


def _sources(conn: sa.Connection) -> str:
    return f"{sources_digest(conn)} {kept.made_of(conn)}"


def _rules() -> str:
    return digest_of(DEFAULT_SOURCES, DEFAULT_CONDUCTS, DEFAULT_WORTH, *campaign_files.files())


FINDER = Finder(STEP, find, decided_by=tuple(DecisionKind), rules=_rules, sources=_sources)
