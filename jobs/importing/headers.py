"""Finding the header of a table and the mapped columns in it."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

LEVEL_SEPARATOR = "/"
"""Stands between the parts of a column's name under a header of several rows."""


def header_key(name: str) -> str:
    """Return what two spellings of one column name have in common.

    Examples
    --------
    >>> header_key("消费金额（单位：元） ") == header_key("消费金额(单位:元)")
    True
    """
    return "".join(unicodedata.normalize("NFKC", name).casefold().split()).strip("\ufeff*")


def join_header(rows: Sequence[Sequence[str | None]]) -> tuple[str, ...]:
    """Name the columns under a header of one or more rows.

    An upper cell without text belongs to the cell left of it, as under merged cells. Columns
    without a name get their position, names that come twice a number.

    Examples
    --------
    >>> join_header([["编号", "投诉人", None], [None, "姓名", "电话"]])
    ('编号', '投诉人/姓名', '投诉人/电话')
    >>> join_header([["编号", "", "编号"]])
    ('编号', '列2', '编号_2')
    """
    width = max(map(len, rows))
    levels = [
        [(cell or "").strip("\ufeff \t\r\n") for cell in row] + [""] * (width - len(row))
        for row in rows
    ]
    for level in levels[:-1]:
        for position in range(1, width):
            level[position] = level[position] or level[position - 1]
    seen: Counter[str] = Counter()
    names = []
    for position in range(width):
        parts: list[str] = []
        for level in levels:
            if level[position] and level[position] not in parts[-1:]:
                parts.append(" ".join(level[position].split()))
        name = LEVEL_SEPARATOR.join(parts) or f"列{position + 1}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return tuple(names)


def match_columns(columns: Sequence[str], wanted: Iterable[str]) -> dict[str, str]:
    """Return the column for each wanted name that there is.

    Under a header of several rows the last part of a name is enough where it is unique.

    Examples
    --------
    >>> match_columns(["编号", "投诉人/姓名"], ["编号", "姓名", "电话"])
    {'编号': '编号', '姓名': '投诉人/姓名'}
    """
    by_key: dict[str, str] = {}
    tails = Counter(header_key(name.rpartition(LEVEL_SEPARATOR)[2]) for name in columns)
    for name in columns:
        tail = header_key(name.rpartition(LEVEL_SEPARATOR)[2])
        if tails[tail] == 1:
            by_key[tail] = name
    by_key |= {header_key(name): name for name in reversed(columns)}
    return {name: by_key[header_key(name)] for name in wanted if header_key(name) in by_key}


def find_header(
    rows: Sequence[Sequence[str | None]], wanted: frozenset[str], *, header_rows: int = 1
) -> int | None:
    """Return the position of the header's first row: the one that holds most wanted names.

    Without wanted names it is the first row with as many filled cells as any; None if no row
    holds a wanted name.

    Examples
    --------
    >>> find_header([["某局投诉明细"], ["编号", "时间"], ["1", "2026"]], frozenset({"时间", "编号"}))
    1
    """
    best, best_hits = None, 0
    for position in range(len(rows) - header_rows + 1):
        block = rows[position : position + header_rows]
        if wanted:
            hits = len(set(match_columns(join_header(block), wanted).values()))
        else:
            hits = sum(1 for cell in block[-1] if cell and cell.strip())
        if hits > best_hits:
            best, best_hits = position, hits
    return best
