"""Tables of the operator file (一企一档) besides the submissions: the business register and events.

Both are brought by imports and carried from generation to generation like the facts, yet kept apart
from them: they have a version of their own, so that an import of events leaves cubes and findings
in step. A generation of an older program has none of these tables until the next one is built on it.
"""

import sqlalchemy as sa

registers = sa.MetaData()

operator_register = sa.Table(
    "operator_register",
    registers,
    sa.Column("operator_id", sa.String(64), nullable=False, comment="as in submissions"),
    sa.Column("register_source", sa.String(64), nullable=False, comment="来源系统"),
    sa.Column("uscc", sa.String(18), comment="统一社会信用代码"),
    sa.Column("name", sa.String(256), nullable=False, comment="名称"),
    sa.Column("operator_type", sa.String(64), comment="市场主体类型"),
    sa.Column("industry_section", sa.String(4), comment="行业门类"),
    sa.Column("industry", sa.String(8), comment="行业大类"),
    sa.Column("province_code", sa.String(6)),
    sa.Column("city_code", sa.String(6)),
    sa.Column("county_code", sa.String(6)),
    sa.Column("street_code", sa.String(9)),
    sa.Column("business_district", sa.String(32), comment="商圈"),
    sa.Column("address", sa.String(256), comment="住所"),
    sa.Column("address_key", sa.String(256), comment="normal form, to count firms at one address"),
    sa.Column("established_on", sa.Date, comment="成立日期"),
    sa.Column("status", sa.String(16), comment="queries.vocabulary.OperatorStatus"),
    sa.Column("status_on", sa.Date, comment="状态日期"),
    sa.Column("registered_capital_yuan", sa.Float, comment="认缴资本"),
    sa.Column("paid_capital_yuan", sa.Float, comment="实缴资本"),
    sa.Column("legal_person_masked", sa.String(64), comment="法定代表人（脱敏）"),
    sa.Column("legal_person_key", sa.String(32), comment="keyed hash; n-… where by name and city"),
    sa.Column("phone_masked", sa.String(32), comment="联系电话（脱敏）"),
    sa.Column("phone_key", sa.String(32), comment="keyed hash, as a person_key by telephone"),
    sa.Column("insured_count", sa.Integer, comment="社保参保人数"),
    sa.Column("last_annual_report", sa.SmallInteger, comment="最近年报年度"),
    sa.Column("is_prepaid_issuer", sa.Boolean, comment="是否发卡"),
    sa.Column("platform_shop", sa.String(256), comment="网络平台店铺"),
    sa.Column("updated_at", sa.DateTime, comment="来源系统更新时间"),
)

operator_events = sa.Table(
    "operator_events",
    registers,
    sa.Column("event_key", sa.BigInteger, nullable=False, comment="surrogate, stable over updates"),
    sa.Column("event_id", sa.String(64), nullable=False, comment="unique within its source"),
    sa.Column("source", sa.String(64), nullable=False, comment="来源系统"),
    sa.Column("kind", sa.String(16), nullable=False, comment="queries.vocabulary.OperatorEvent"),
    sa.Column("operator_id", sa.String(64), nullable=False, comment="as in submissions"),
    sa.Column("uscc", sa.String(18), comment="统一社会信用代码"),
    sa.Column("operator_name", sa.String(256), comment="名称（来源原文）"),
    sa.Column("occurred_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date, comment="expiry, next due day, day of leaving a list; NULL open"),
    sa.Column("outcome", sa.String(32), comment="queries.event_codes.EVENT_OUTCOMES by kind"),
    sa.Column("severity", sa.String(16), comment="queries.event_codes.EVENT_SEVERITIES by kind"),
    sa.Column("amount_yuan", sa.Float, comment="罚没金额"),
    sa.Column("count", sa.Integer, comment="batches sampled, or the year reported on"),
    sa.Column("subject", sa.String(256), comment="what it was about: licence, product, conduct"),
    sa.Column("document_no", sa.String(64), comment="文书号"),
    sa.Column("authority", sa.String(128), comment="机关"),
    sa.Column("detail", sa.Text, comment="说明（已脱敏）"),
    sa.Column("updated_at", sa.DateTime, comment="来源系统更新时间"),
)

operator_import_state = sa.Table(
    "operator_import_state",
    registers,
    sa.Column("records", sa.String(32), nullable=False, comment="queries.vocabulary.Records"),
    sa.Column("source", sa.String(64), nullable=False, comment="empty for the register"),
    sa.Column("record_id", sa.String(64), nullable=False, comment="operator_id or event_id"),
    sa.Column("row_hash", sa.BigInteger, nullable=False, comment="over every mapped value"),
    sa.Column("updated_at", sa.DateTime),
    sa.Column("as_of", sa.DateTime, nullable=False, comment="when the source was exported"),
)

operator_sources_info = sa.Table(
    "operator_sources_info",
    registers,
    sa.Column("sources_version", sa.Integer, nullable=False, comment="raised with every change"),
    sa.Column("last_event_on", sa.Date, comment="latest day on which an event occurred"),
    sa.Column("imported_at", sa.DateTime),
    sa.Column("synthetic", sa.Boolean, comment="demo data; NULL before the first import"),
)

changed_operators = sa.Table(
    "changed_operators",
    registers,
    sa.Column("operator_id", sa.String(64), nullable=False, comment="its register row or events"),
    sa.Column("sources_version", sa.Integer, nullable=False, comment="the version that changed it"),
)
"""Operators whose register row or events changed, until everything derived has caught up."""


class OperatorSourcesMissingError(LookupError):
    """The warehouse was built before it could hold the business register and events."""

    def __init__(self) -> None:
        super().__init__(
            "this warehouse is older than the operator register and events; import any source "
            "with 'python -m jobs import SOURCE --mapping FILE' to bring it up to date"
        )


def create_operator_tables(engine: sa.Engine) -> None:
    """Create the tables where they are absent; called for every generation that is built."""
    with engine.begin() as conn:
        registers.create_all(conn)
        if conn.scalar(sa.select(sa.func.count()).select_from(operator_sources_info)) == 0:
            conn.execute(operator_sources_info.insert().values(sources_version=0))


def has_operator_tables(conn: sa.Connection) -> bool:
    """Return whether this generation can hold the register and events."""
    return has_table(conn, operator_sources_info)


def has_table(conn: sa.Connection, table: sa.Table) -> bool:
    """Return whether a table is there that stays once it is: a connection asks until it is."""
    known: set[str] = conn.info.setdefault("tables_known", set())
    if table.name not in known and sa.inspect(conn).has_table(table.name):
        known.add(table.name)
    return table.name in known


def require_operator_tables(conn: sa.Connection) -> None:
    """Refuse to read what an older generation does not have.

    Raises
    ------
    OperatorSourcesMissingError
        If the tables are absent.
    """
    if not has_operator_tables(conn):
        raise OperatorSourcesMissingError


def sources_version(conn: sa.Connection) -> int:
    """Return the version of register and events: raised by every import that changes any of them.

    A step that rests on them stores the version it saw and is in step while it is unchanged;
    `select_changed_operators` says whose sources changed since. The version has nothing to do with
    ``facts_version``: an import of submissions leaves it alone, and an import of events leaves
    cubes and findings in step.

    Returns
    -------
    int
        0 where nothing was ever imported, and for a generation without these tables.
    """
    if not has_operator_tables(conn):
        return 0
    return conn.scalar(sa.select(operator_sources_info.c.sources_version)) or 0


def holds_real_sources(conn: sa.Connection) -> bool:
    """Return whether register or events were imported that are not made up."""
    if not has_operator_tables(conn):
        return False
    return conn.scalar(sa.select(operator_sources_info.c.synthetic)) is False


def select_changed_operators(version: int) -> sa.Select[tuple[str]]:
    """Select the ids of operators whose sources changed after ``version``."""
    return (
        sa.select(changed_operators.c.operator_id)
        .where(changed_operators.c.sources_version > version)
        .distinct()
    )


def forget_changed_operators(conn: sa.Connection, version: int) -> None:
    """Drop the changes up to ``version``, once everything derived from them has caught up."""
    conn.execute(changed_operators.delete().where(changed_operators.c.sources_version <= version))
