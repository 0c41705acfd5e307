"""What a bench warehouse holds: rows, sizes, and what selections are narrowed to."""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from queries import cubes, rollups
from queries.schema import derived, submissions
from queries.selection import DateRange
from queries.warehouse import open_file

BLOCK_BYTES = 262_144
"""Size of a block of the embedded engine's files."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a warehouse file holds.

    Attributes
    ----------
    city, section
        City with most submissions, and the section of industries with most of them there.
    counties
        Counties with most submissions, at most `COUNTIES`.
    operators
        Operators with most submissions, at most `OPERATORS`.
    cube_rows, cube_bytes
        Of all cubes and rollups together; a block that two of them share counts once.
    """

    submissions: int
    days: DateRange
    city: str
    section: str
    counties: tuple[str, ...]
    operators: tuple[str, ...]
    word_rows: int
    cube_rows: int
    cube_bytes: int


COUNTIES = 100
"""Most counties that pages are asked for in turn; ours."""


OPERATORS = 100
"""Most operators whose file is asked for in turn; ours."""


class EmptyWarehouseError(ValueError):
    """There are no submissions to ask about."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} holds no submissions with a city and an industry")


def look_into(path: Path) -> Content:
    """Read what a warehouse file holds.

    Raises
    ------
    EmptyWarehouseError
        If it holds no submissions, or none of a known city and industry.
    """
    warehouse = open_file(path, path.stem)
    try:
        with warehouse.engine.connect() as conn:
            city = _largest(conn, submissions.c.city_code, sa.true())
            section = _largest(
                conn, submissions.c.industry_section, submissions.c.city_code == city
            )
            counties = _frequent(conn, submissions.c.county_code, sa.true(), limit=COUNTIES)
            operators = _frequent(conn, submissions.c.operator_id, sa.true(), limit=OPERATORS)
            rows = {each.name: each.row_count for each in conn.execute(sa.select(derived))}
            cube_bytes = _bytes_of_cubes(conn)
    finally:
        warehouse.engine.dispose()
    first, last = warehouse.first_day, warehouse.last_day
    if first is None or last is None or city is None or section is None:
        raise EmptyWarehouseError(path)
    return Content(
        submissions=warehouse.submissions,
        days=DateRange(first, last),
        city=city,
        section=section,
        counties=counties,
        operators=operators,
        word_rows=rows.get("submission_words", 0),
        cube_rows=sum(rows.get(name, 0) for name in (*cubes.CUBES, *rollups.ROLLUPS)),
        cube_bytes=cube_bytes,
    )


def _largest(
    conn: sa.Connection, column: sa.Column[str], condition: sa.ColumnElement[bool]
) -> str | None:
    return next(iter(_frequent(conn, column, condition, limit=1)), None)


def _frequent(
    conn: sa.Connection, column: sa.Column[str], condition: sa.ColumnElement[bool], *, limit: int
) -> tuple[str, ...]:
    return tuple(
        conn.scalars(
            sa.select(column)
            .where(condition, column.is_not(None))
            .group_by(column)
            .order_by(sa.func.count().desc(), column)
            .limit(limit)
        )
    )


def _bytes_of_cubes(conn: sa.Connection) -> int:
    blocks: set[int] = set()
    present = set(sa.inspect(conn).get_table_names())
    for name in present & {*cubes.cubes.tables, *rollups.rollups.tables}:
        stored = sa.func.pragma_storage_info(name).table_valued("block_id").c.block_id
        blocks.update(conn.scalars(sa.select(stored).where(stored >= 0).distinct()))
    return BLOCK_BYTES * len(blocks)
