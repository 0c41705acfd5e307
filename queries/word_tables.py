"""Tables of words: what submissions were cut with, and which words are new."""

import sqlalchemy as sa

from queries.findings import findings

cut_with = sa.Table(
    "cut_with",
    findings,
    sa.Column("word", sa.String(64), nullable=False, comment="accepted by a person, lower case"),
)
"""Accepted words with which the submissions were cut."""

cut_by = sa.Table(
    "cut_by",
    findings,
    sa.Column("digest", sa.String(16), nullable=False, comment="of the shipped word lists"),
)
"""One row: the shipped word lists with which the submissions were cut."""

new_words = sa.Table(
    "new_words",
    findings,
    sa.Column("word", sa.String(64), nullable=False),
    sa.Column("rank", sa.Integer, comment="1 is best; NULL for a decided word not found anew"),
    sa.Column("occurrences", sa.BigInteger, comment="in the narratives looked at"),
    sa.Column("texts", sa.BigInteger, comment="distinct narratives looked at that hold it"),
    sa.Column("baseline_texts", sa.BigInteger, comment="the same in the baseline looked at"),
    sa.Column("cohesion", sa.Double, comment="nats"),
    sa.Column("left_entropy", sa.Double, comment="nats"),
    sa.Column("right_entropy", sa.Double, comment="nats"),
    sa.Column("emergence", sa.Double, comment="log-likelihood ratio"),
    sa.Column("q_value", sa.Double),
    sa.Column("score", sa.Double),
)

new_word_hits = sa.Table(
    "new_word_hits",
    findings,
    sa.Column("word", sa.String(64), nullable=False),
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False),
)
"""Submissions of window and baseline whose narrative holds the word, each once."""

new_word_search = sa.Table(
    "new_word_search",
    findings,
    sa.Column("window_first", sa.Date),
    sa.Column("window_last", sa.Date),
    sa.Column("baseline_first", sa.Date, comment="NULL if the past is too short to compare"),
    sa.Column("window_texts", sa.BigInteger, nullable=False, comment="narratives in the window"),
    sa.Column("window_read", sa.BigInteger, nullable=False, comment="of these looked at"),
    sa.Column("baseline_total", sa.BigInteger, nullable=False),
    sa.Column("baseline_read", sa.BigInteger, nullable=False),
    sa.Column("characters", sa.BigInteger, nullable=False, comment="looked at in all"),
)
"""One row: what was searched last."""
