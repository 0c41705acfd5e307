"""What each derived table is made of, as a digest.

A table that another version of the program derived by another definition is out of step, however
young it is: readers leave it alone and a refresh makes it anew.
"""

import hashlib
from functools import cache

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from queries.campaign_tables import CAMPAIGN_TABLES
from queries.category_tables import CATEGORY_TABLES
from queries.cluster_tables import CLUSTER_TABLES
from queries.cubes import CUBES, cube_table
from queries.entry_tables import ENTRY_SUMS, entry_checks
from queries.identity_tables import IDENTITY_TABLES
from queries.lead_candidate_tables import CANDIDATE_TABLES
from queries.lead_candidate_tables import STEP as CANDIDATES
from queries.measures import SUMS
from queries.repeat_tables import (
    repeat_members,
    serial_claimants,
    serial_members,
    shared_matters,
    shared_members,
)
from queries.returns import operator_returns, raw_operator_returns, word_returns
from queries.rollups import ROLLUPS, bound_table, rollup_table
from queries.schema import operator_submissions, operators, submission_words, words
from queries.score_tables import SCORE_TABLES
from queries.tag_tables import submission_tags, tag_months, tag_rules
from queries.word_tables import cut_by, cut_with, new_word_hits, new_word_search, new_words

DERIVED_TABLES: dict[str, tuple[sa.Table, ...]] = {
    "operator_identity": IDENTITY_TABLES,
    "operators": (operators, operator_submissions, operator_returns, raw_operator_returns),
    "submission_words": (words, submission_words, cut_with, cut_by),
    **{name: (cube_table(name),) for name in CUBES},
    **{
        name: (
            *[rollup_table(name, grain) for grain in rollup.grains],
            bound_table(name),
            *([word_returns] if rollup.leading is None else []),
        )
        for name, rollup in ROLLUPS.items()
    },
    "repeats": (repeat_members, serial_claimants, serial_members),
    "shared_matters": (shared_matters, shared_members),
    "submission_tags": (submission_tags, tag_rules, tag_months),
    "entry_checks": (entry_checks, *ENTRY_SUMS.values()),
    "category_doubts": CATEGORY_TABLES,
    "clusters": CLUSTER_TABLES,
    "campaigns": CAMPAIGN_TABLES,
    "new_words": (new_words, new_word_hits, new_word_search),
    "scores": SCORE_TABLES,
    CANDIDATES: CANDIDATE_TABLES,
}
"""Tables by the name under which the books keep what is derived."""


@cache
def definition(name: str) -> str:
    """Return a digest of columns, types, indexes, sums and sizes of what is derived under ``name``.

    Raises
    ------
    KeyError
        If nothing of that name is derived.

    Examples
    --------
    >>> len(definition("day")), definition("day") == definition("day_city")
    (16, False)
    """
    tables = [str(CreateTable(table)) for table in DERIVED_TABLES[name]]
    tables += [str(CreateIndex(each)) for table in DERIVED_TABLES[name] for each in table.indexes]
    counted = CUBES.get(name) or ROLLUPS.get(name)
    columns = {column.name for table in DERIVED_TABLES[name] for column in table.c}
    sums = [
        f"{each}={expression.compile(compile_kwargs={'literal_binds': True})}"
        for each, expression in SUMS.items()
        if counted is not None and each in columns
    ]
    besides = [ROLLUPS[name].besides] if name in ROLLUPS and ROLLUPS[name].besides else []
    parts = "\n".join([*tables, repr(counted), *besides, *sums])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]
