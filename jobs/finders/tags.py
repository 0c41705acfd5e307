"""Tags: which rules hold for each submission.

The days that changed are searched for all rules; where only a rule changed, all days are searched
for that rule alone. A rule of people's that cannot be read is left out, and told.
"""

import datetime as dt
import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from analytics.keyword_rules import RuleSet
from analytics.normalising import CHARACTERS_FILE
from analytics.rule_syntax import WORDS_FILE
from analytics.tag_definitions import TagDefinition, tag_rules
from analytics.tags_in_force import TagDecision, rule_digest, rule_fault, tags_in_force
from jobs import tag_rules as shipped
from jobs.decided import Decided
from jobs.finders.finder import Finder, digest_of
from jobs.spreading import spread
from queries import tags
from queries.month_sums import add_up_months
from queries.tag_tables import FOUND, STEP
from queries.vocabulary import DecisionKind

Pairs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Numbers of texts, and of the rules that hold for them."""


def find(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> int:
    """Bring the tags in step with the submissions and with the rules in force.

    Raises
    ------
    InvalidTagsError
        If a tag cannot be used for another reason than its rule.
    """
    wanted = tuple(tag for tag in wanted_tags(decided) if rule_fault(tag) is None)
    anew = days
    if days is None:
        tags.make_tags_anew(conn)
        _tag(conn, wanted, None)
    else:
        known = tags.known_rules(conn)
        digests = {tag.code: rule_digest(tag) for tag in wanted}
        changed = tuple(tag for tag in wanted if known.get(tag.code) != digests[tag.code])
        gone = [code for code, digest in known.items() if digests.get(code) != digest]
        kept = tuple(tag for tag in wanted if tag not in changed)
        anew = None if changed or gone else days
        if days or gone:
            tags.delete_tags(conn, days=days, tags=gone)
        if changed:
            _tag(conn, changed, None)
        if days:
            _tag(conn, kept, days)
    add_up_months(conn, FOUND, anew)
    tags.replace_rules(
        conn,
        [{"tag": tag.code, "name": tag.name, "digest": rule_digest(tag)} for tag in wanted],
    )
    return tags.count_tags(conn)


def wanted_tags(decided: Decided) -> tuple[TagDefinition, ...]:
    """Return the tags to give: the shipped ones as people changed them, and people's own."""
    return tags_in_force(
        shipped.tags(),
        [
            TagDecision(each.subject, each.verdict, each.details)
            for each in decided.of(DecisionKind.TAG_RULE)
        ],
    )


def left_out(decided: Decided) -> list[str]:
    """Return which tags are not given, because their rules cannot be read, and why."""
    faults = [(tag, rule_fault(tag)) for tag in wanted_tags(decided)]
    return [
        f"rule of tag {tag.code!r} ({tag.name}) left out: {fault}"
        for tag, fault in faults
        if fault is not None
    ]


def _tag(
    conn: sa.Connection, wanted: tuple[TagDefinition, ...], days: Sequence[dt.date] | None
) -> None:
    codes = np.array([tag.code for tag in wanted], dtype=object)
    work = functools.partial(pairs, wanted)
    for batch, (texts, rules) in spread(
        tags.read_searched(conn, days), work, given=lambda batch: batch.texts
    ):
        tags.add_tags(
            conn,
            pa.table(
                {
                    "submission_key": batch.keys.take(texts),
                    "registered_on": batch.days.take(texts),
                    "tag": pa.array(codes[rules], pa.string()),
                }
            ),
        )


def pairs(wanted: tuple[TagDefinition, ...], texts: Sequence[str | None]) -> Pairs:
    """Return which texts get which of ``wanted``, by their numbers."""
    frame = _compiled(wanted).match(pd.Series(texts, dtype=object)).frame
    return frame["text"].to_numpy(np.int64), frame["rule"].cat.codes.to_numpy().astype(np.int64)


@functools.lru_cache(maxsize=2)
def _compiled(wanted: tuple[TagDefinition, ...]) -> RuleSet:
    return tag_rules(wanted)


FINDER = Finder(
    STEP,
    find,
    decided_by=(DecisionKind.TAG_RULE,),
    left_out=left_out,
    rules=lambda: digest_of(shipped.TAGS_FILE, WORDS_FILE, CHARACTERS_FILE),
)
