"""Tables of case leads in the workflow store: batches, leads, their course and what came of them.

Numbers of rows are never given twice, so that an address or a record keeps its meaning.
"""

import sqlalchemy as sa

from queries.workflow import workflow

MAX_NOTE = 500
"""Longest note of a person, in characters; ours."""

PLACES = ("province_code", "city_code", "county_code")


def _places() -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(6)) for name in PLACES]


lead_signals = sa.Table(
    "lead_signals",
    workflow,
    sa.Column("signal_id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("candidate_id", sa.String(128), nullable=False, index=True),
    sa.Column("operator_id", sa.String(64), nullable=False),
    sa.Column("operator_name", sa.String(256), nullable=False),
    sa.Column("conduct", sa.String(40), nullable=False),
    sa.Column("sources", sa.String(128), nullable=False, comment="SignalSource, comma-joined"),
    *_places(),
    sa.Column("model_version", sa.String(32), comment="of the risk model, if it was scored"),
    sa.Column("worth", sa.Double, nullable=False),
    sa.Column("first_seen_on", sa.Date, nullable=False, index=True, comment="day of the data"),
    sa.Column("last_seen_on", sa.Date, nullable=False, comment="day of the data"),
    sa.Column("latest_on", sa.Date, nullable=False, comment="day of the latest evidence"),
    sa.Column("answer", sa.String(16), comment="vocabulary.SignalAnswer; NULL: open"),
    sa.Column("answered_on", sa.Date, comment="day in Beijing"),
    sa.Column("answered_by", sa.String(64)),
    sa.Column("reason", sa.String(MAX_NOTE), nullable=False),
    sa.Column("lead_id", sa.Integer, index=True, comment="the lead that it became"),
    sa.Index(
        "uq_lead_signals_open",
        "candidate_id",
        unique=True,
        sqlite_where=sa.column("answer").is_(None),
        postgresql_where=sa.column("answer").is_(None),
    ),
    sqlite_autoincrement=True,
)
"""What a refresh put before officers: a candidate opens one signal, and another one after an answer
only with evidence that is later than the answer's. Of a candidate one signal is open at most."""

lead_batches = sa.Table(
    "lead_batches",
    workflow,
    sa.Column("batch_id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("number", sa.String(32), nullable=False, comment="office, year and serial number"),
    sa.Column("office", sa.String(16), nullable=False, index=True, comment="its home region"),
    sa.Column("title", sa.String(80), nullable=False),
    sa.Column("recipients", sa.String(256), nullable=False, comment="units, parted by 、"),
    sa.Column("reviewer", sa.String(64), nullable=False, comment="empty until reviewed"),
    sa.Column("reviewed_at", sa.DateTime, comment="UTC"),
    sa.Column("handed_over_on", sa.Date, comment="NULL: being prepared"),
    sa.Column("note", sa.String(MAX_NOTE), nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.UniqueConstraint("number"),
    sqlite_autoincrement=True,
)

leads = sa.Table(
    "leads",
    workflow,
    sa.Column("lead_id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("number", sa.String(40), nullable=False, comment="batch number and serial number"),
    sa.Column("batch_id", sa.ForeignKey("lead_batches.batch_id"), nullable=False, index=True),
    sa.Column("candidate_id", sa.String(128), nullable=False, index=True),
    sa.Column("operator_id", sa.String(64), nullable=False, index=True),
    sa.Column("operator_name", sa.String(256), nullable=False),
    sa.Column("uscc", sa.String(18)),
    sa.Column("conduct", sa.String(40), nullable=False),
    *_places(),
    sa.Column("sources", sa.String(128), nullable=False, comment="SignalSource, comma-joined"),
    sa.Column("model_version", sa.String(32), comment="of the risk model, if it was scored"),
    sa.Column("worth", sa.Double, nullable=False),
    sa.Column("facts", sa.Text, nullable=False, comment="JSON: the candidate as it was taken"),
    sa.Column("signal_on", sa.Date, nullable=False, comment="day the signal was first seen"),
    sa.Column("state", sa.String(16), nullable=False, index=True, comment="vocabulary.LeadState"),
    sa.Column("state_on", sa.Date, nullable=False),
    sa.Column("basis_confirmed_by", sa.String(64), comment="who checked law, article and penalty"),
    sa.Column("basis_confirmed_at", sa.DateTime, comment="UTC"),
    sa.Column("basis", sa.Text, nullable=False, comment="JSON: what was confirmed, or empty list"),
    sa.Column("note", sa.String(MAX_NOTE), nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.UniqueConstraint("number"),
    sqlite_autoincrement=True,
)

lead_evidence = sa.Table(
    "lead_evidence",
    workflow,
    sa.Column("lead_id", sa.ForeignKey("leads.lead_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("submission_id", sa.String(64), primary_key=True),
    sa.Column("registered_on", sa.Date, nullable=False),
    sa.Column("is_serial", sa.Boolean, nullable=False),
)

lead_steps = sa.Table(
    "lead_steps",
    workflow,
    sa.Column("step_id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("lead_id", sa.ForeignKey("leads.lead_id"), nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False, comment="vocabulary.LeadState"),
    sa.Column("happened_on", sa.Date, nullable=False),
    sa.Column("unit", sa.String(64), nullable=False, comment="who acted, may be empty"),
    sa.Column("note", sa.String(MAX_NOTE), nullable=False),
    sa.Column("origin", sa.String(16), nullable=False, comment="page, file or inferred"),
    sa.Column("written_by", sa.String(64), nullable=False),
    sa.Column("written_at", sa.DateTime, nullable=False, comment="UTC"),
    sqlite_autoincrement=True,
)
"""The course of a lead; nothing is changed in place."""

lead_outcomes = sa.Table(
    "lead_outcomes",
    workflow,
    sa.Column("lead_id", sa.ForeignKey("leads.lead_id"), primary_key=True),
    sa.Column("result", sa.String(16), comment="vocabulary.LeadResult; NULL: not decided yet"),
    sa.Column("case_number", sa.String(64), nullable=False),
    sa.Column("document_number", sa.String(64), nullable=False),
    sa.Column("filed_on", sa.Date, comment="NULL: no case, or not known"),
    sa.Column("closed_on", sa.Date),
    sa.Column("fined_yuan", sa.Double),
    sa.Column("confiscated_yuan", sa.Double),
    sa.Column("recovered_yuan", sa.Double),
    sa.Column("transferred_to", sa.String(64), nullable=False, comment="such as the police"),
    sa.Column("origin", sa.String(16), nullable=False, comment="page or file"),
    sa.Column("written_by", sa.String(64), nullable=False),
    sa.Column("written_at", sa.DateTime, nullable=False, comment="UTC"),
)

lead_exports = sa.Table(
    "lead_exports",
    workflow,
    sa.Column("export_id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("batch_id", sa.ForeignKey("lead_batches.batch_id"), nullable=False, index=True),
    sa.Column("file_name", sa.String(128), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, comment="of the ZIP"),
    sa.Column("lead_count", sa.Integer, nullable=False),
    sa.Column("evidence_count", sa.Integer, nullable=False),
    sa.Column("exported_by", sa.String(64), nullable=False),
    sa.Column("exported_at", sa.DateTime, nullable=False, comment="UTC"),
    sqlite_autoincrement=True,
)
