"""A business register and events to go with the submissions of a bench, made up by hashes."""

import datetime as dt

import sqlalchemy as sa

from queries.loading import raw_connection
from queries.schema import submissions

KINDS = (
    "licence", "licence", "licence", "inspection", "inspection", "inspection", "sampling", "penalty",
    "change", "opinion", "credit_class", "credit_class", "staff", "linked_firm", "equipment",
    "abnormal_list", "serious_list", "annual_report", "annual_report", "annual_report",
)  # fmt: skip
"""Kinds of events, in turn; ours."""

SUBMISSIONS_PER_EVENT = 4
"""5 million events to 20 million submissions; ours."""


def make_up_sources(conn: sa.Connection, *, operators: int, events: int) -> None:
    """Fill the empty register and events, alike at every run.

    Parameters
    ----------
    conn
        Of a warehouse whose ``operators`` follow from its submissions.
    operators, events
        Rows of the register and of the events. Operators with submissions of the last year are
        registered first.
    """
    last = conn.scalar(sa.select(sa.func.max(submissions.c.registered_on)))
    if last is None:
        return
    raw = raw_connection(conn)
    raw.execute("CREATE OR REPLACE TEMP MACRO chance(x) AS CAST(hash(x) % 1000000007 AS BIGINT)")
    for statement in _statements(operators, events, last):
        raw.execute(statement)
    raw.execute("DROP TABLE known")


def _statements(operators: int, events: int, last: dt.date) -> tuple[str, ...]:
    """Return the statements that fill register and events by hashes, alike at every run."""
    day = f"DATE '{last.isoformat()}'"
    kinds = ", ".join(f"'{each}'" for each in KINDS)
    return (
        # Those of the last year first, so that about as many are scored as are registered.
        f"""CREATE TEMP TABLE known AS
        SELECT row_number() OVER (ORDER BY s.operator_id IS NULL, o.operator_id) - 1 AS i, o.*
        FROM operators o LEFT JOIN (SELECT DISTINCT operator_id FROM submissions
            WHERE registered_on > {day} - 366) s ON s.operator_id = o.operator_id""",  # noqa: S608 - a day
        f"""INSERT INTO operator_register BY NAME
        SELECT coalesce(o.operator_id, 'R' || lpad(CAST(k.i AS VARCHAR), 17, '0')) AS operator_id,
            'bench' AS register_source, o.uscc, coalesce(o.name, 'R' || k.i) AS name,
            x.industry_section, x.industry, substr(x.city_code, 1, 2) || '0000' AS province_code,
            x.city_code, x.county_code, x.street_code,
            'address ' || (chance(k.i * 7) % {max(1, operators // 2)}) AS address_key,
            {day} - CAST(chance(k.i * 3) % 7000 AS INTEGER) AS established_on,
            ['closing', 'revoked', 'deregistered', 'open'][1 + least(chance(k.i * 5) % 50, 3)]
                AS status,
            {day} - CAST(chance(k.i * 11) % 900 AS INTEGER) AS status_on,
            CASE WHEN chance(k.i) % 3 = 0 THEN 1e5 * (1 + chance(k.i * 13) % 200) ELSE 0 END
                AS registered_capital_yuan,
            CASE WHEN chance(k.i) % 3 = 0 THEN (chance(k.i * 17) % 3) * 5e5 ELSE 0 END
                AS paid_capital_yuan,
            chance(k.i * 19) % 10 AS insured_count, {last.year - 4} + chance(k.i * 23) % 4
                AS last_annual_report,
            chance(k.i * 29) % 20 = 0 AS is_prepaid_issuer
        FROM (SELECT unnest(range({operators})) AS i) k
        LEFT JOIN known o ON o.i = k.i
        LEFT JOIN known x ON x.i = k.i % (SELECT count(*) FROM known)""",  # noqa: S608 - numbers of this module
        f"""INSERT INTO operator_events BY NAME
        SELECT k.i AS event_key, 'E' || k.i AS event_id, 'bench' AS source, kind, r.operator_id,
            r.uscc, r.name AS operator_name,
            {day} - CAST(chance(k.i * 31) % 1500 AS INTEGER) AS occurred_on,
            CASE WHEN kind = 'licence' THEN {day} + CAST(chance(k.i * 37) % 1500 AS INTEGER) - 60
                WHEN kind = 'equipment' THEN {day} + CAST(chance(k.i * 37) % 400 AS INTEGER) - 20
                WHEN kind IN ('abnormal_list', 'serious_list') AND chance(k.i * 41) % 2 = 0
                THEN {day} - CAST(chance(k.i * 43) % 700 AS INTEGER) END AS ends_on,
            CASE kind WHEN 'licence' THEN 'valid' WHEN 'equipment' THEN 'valid'
                WHEN 'inspection' THEN ['passed', 'passed', 'corrected', 'failed', 'refused',
                    'unreachable'][1 + chance(k.i * 47) % 6]
                WHEN 'sampling' THEN ['qualified', 'qualified', 'unqualified']
                    [1 + chance(k.i * 47) % 3]
                WHEN 'change' THEN ['legal_person', 'shareholder', 'name', 'address']
                    [1 + chance(k.i * 47) % 4]
                WHEN 'credit_class' THEN ['A', 'A', 'B', 'C', 'D'][1 + chance(k.i * 47) % 5]
                WHEN 'staff' THEN ['none', 'health_certificate'][1 + chance(k.i * 47) % 2]
                WHEN 'linked_firm' THEN ['normal', 'revoked', 'dishonest'][1 + chance(k.i * 47) % 3]
                WHEN 'annual_report' THEN ['filed', 'filed', 'missing'][1 + chance(k.i * 47) % 3]
                END AS outcome,
            CASE kind WHEN 'penalty' THEN ['warning', 'fine', 'suspension', 'revocation']
                    [1 + chance(k.i * 53) % 4]
                WHEN 'opinion' THEN ['major', 'larger', 'ordinary', 'none']
                    [1 + chance(k.i * 53) % 4] END AS severity,
            CASE WHEN kind = 'penalty' THEN (chance(k.i * 59) % 200) * 1000 END AS amount_yuan,
            CASE WHEN kind = 'annual_report' THEN {last.year - 4} + chance(k.i * 61) % 4
                WHEN kind = 'sampling' THEN 1 + chance(k.i * 61) % 3 END AS count,
            'subject ' || chance(k.i * 67) % 9 AS subject
        FROM (SELECT i, [{kinds}][1 + i % {len(KINDS)}] AS kind,
                chance(i * 71) % {operators} AS who
            FROM (SELECT unnest(range({events})) AS i)) k
        JOIN (SELECT row_number() OVER (ORDER BY operator_id) - 1 AS j, operator_id, uscc, name
            FROM operator_register) r ON r.j = k.who""",  # noqa: S608 - likewise
        f"""UPDATE operator_sources_info SET sources_version = 1, synthetic = true,
            last_event_on = {day}, imported_at = TIMESTAMP '{last.isoformat()}'""",  # noqa: S608 - likewise
    )
