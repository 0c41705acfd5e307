"""Campaigns: which submissions belong to them.

The days that changed are searched for all campaigns; where only the rule of a topic changed, all
days are searched for that topic alone.
"""

import datetime as dt
import functools
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from analytics.campaign_definitions import Campaign, topic_digest
from analytics.campaign_matching import CampaignSet, coded
from analytics.campaigns_in_force import CampaignDecision, campaigns_in_force, unusable
from analytics.normalising import CHARACTERS_FILE
from analytics.rule_syntax import WORDS_FILE
from jobs import campaign_files
from jobs.decided import Decided
from jobs.finders.finder import Finder, digest_of
from jobs.finders.tags import Pairs
from jobs.spreading import spread
from queries import campaigns
from queries.campaign_tables import FOUND, STEP
from queries.month_sums import add_up_months
from queries.vocabulary import DecisionKind


def find(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> int:
    """Bring the hits in step with the submissions and with the campaigns in force.

    Raises
    ------
    InvalidCampaignsError
        If a shipped campaign cannot be used; one that a person decided is left out.
    """
    wanted = wanted_campaigns(decided)
    anew = days
    if days is None:
        campaigns.make_campaigns_anew(conn)
        _search(conn, wanted, None)
    else:
        digests = _digests(wanted)
        known = campaigns.known_topics(conn)
        gone = [pair for pair, digest in known.items() if digests.get(pair) != digest]
        changed = {pair for pair, digest in digests.items() if known.get(pair) != digest}
        anew = None if gone or changed else days
        campaigns.delete_hits(conn, days=days, topics=gone)
        _search(conn, _of(wanted, changed), None)
        if days:
            _search(conn, _of(wanted, set(digests) - changed), days)
    add_up_months(conn, FOUND, anew)
    campaigns.replace_topics(
        conn,
        [
            {
                "campaign": campaign.code,
                "topic": topic.code,
                "campaign_name": campaign.name,
                "topic_name": topic.name,
                "digest": topic_digest(campaign, topic),
            }
            for campaign in wanted
            for topic in campaign.topics
        ],
    )
    return campaigns.count_hits(conn)


def wanted_campaigns(decided: Decided) -> tuple[Campaign, ...]:
    """Return the campaigns to look for: the shipped ones as people changed them, and their own."""
    return campaigns_in_force(campaign_files.campaigns(), _told(decided))


def left_out(decided: Decided) -> list[str]:
    """Return which campaigns are not looked for, because they cannot be used, and why."""
    faults = unusable(campaign_files.campaigns(), _told(decided))
    return [f"campaign {code!r} left out: {fault}" for code, fault in faults.items()]


def _told(decided: Decided) -> list[CampaignDecision]:
    return [
        CampaignDecision(each.subject, each.verdict, each.details)
        for each in decided.of(DecisionKind.CAMPAIGN)
    ]


def _digests(wanted: Sequence[Campaign]) -> dict[tuple[str, str], str]:
    return {
        (campaign.code, topic.code): topic_digest(campaign, topic)
        for campaign in wanted
        for topic in campaign.topics
    }


def _of(wanted: Sequence[Campaign], pairs: set[tuple[str, str]]) -> tuple[Campaign, ...]:
    """Return the campaigns with those of their topics that are among ``pairs``."""
    kept = []
    for campaign in wanted:
        topics = tuple(topic for topic in campaign.topics if (campaign.code, topic.code) in pairs)
        if topics:
            kept.append(campaign.model_copy(update={"topics": topics}))
    return tuple(kept)


def _search(
    conn: sa.Connection, wanted: tuple[Campaign, ...], days: Sequence[dt.date] | None
) -> None:
    if not wanted:
        return
    pairs = _compiled(wanted).pairs
    campaign_codes = np.array([campaign for campaign, _ in pairs], dtype=object)
    topic_codes = np.array([topic for _, topic in pairs], dtype=object)
    work = functools.partial(hits, wanted)
    for batch, (texts, found) in spread(
        campaigns.read_coded(conn, days), work, given=lambda batch: (batch.texts, batch.fields)
    ):
        campaigns.add_hits(
            conn,
            pa.table(
                {
                    "campaign": pa.array(campaign_codes[found], pa.string()),
                    "topic": pa.array(topic_codes[found], pa.string()),
                    "submission_key": batch.keys.take(texts),
                    "registered_on": batch.days.take(texts),
                }
            ),
        )


def hits(
    wanted: tuple[Campaign, ...], given: tuple[list[str | None], dict[str, list[str | None]]]
) -> Pairs:
    """Return which submissions belong to which of the topics, by their numbers."""
    texts, fields = given
    return _compiled(wanted).match(texts, {name: coded(values) for name, values in fields.items()})


@functools.lru_cache(maxsize=2)
def _compiled(wanted: tuple[Campaign, ...]) -> CampaignSet:
    return CampaignSet(wanted)


FINDER = Finder(
    STEP,
    find,
    decided_by=(DecisionKind.CAMPAIGN,),
    left_out=left_out,
    rules=lambda: digest_of(*campaign_files.files(), WORDS_FILE, CHARACTERS_FILE),
)
