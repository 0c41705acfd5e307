"""From what stands on the command line to tables: files, folders, patterns, databases."""

import glob
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from jobs.importing.columnar import open_database, open_parquet
from jobs.importing.csv_files import open_csv
from jobs.importing.databases import SERVER_FORM, DatabaseAddressError, database_address
from jobs.importing.errors import UnreadableSourceError
from jobs.importing.mapping import FormatOptions
from jobs.importing.tables import Table
from jobs.importing.workbooks import open_workbook

SUFFIXES = (
    ".csv", ".tsv", ".csv.gz", ".tsv.gz", ".xlsx", ".xlsm", ".xls", ".xlsb",
    ".ods", ".parquet", ".db", ".sqlite", ".sqlite3",
)  # fmt: skip
"""Names that a folder's files must end with to be read."""

NO_SUCH_FILE = "no such file or folder; check the path"

_SIGNATURES = (
    (b"SQLite format 3\x00", "sqlite"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
    (b"PK\x03\x04", "zip"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
)


@dataclass(frozen=True, slots=True)
class OpenedTable:
    """A table with what is worth saying about its source.

    Attributes
    ----------
    notes
        Sheets that were left out and the like.
    """

    table: Table
    notes: tuple[str, ...] = ()


def expand(sources: Sequence[str]) -> list[str]:
    """Return the files behind folders and patterns, sorted by name; URLs stay as they are.

    Raises
    ------
    UnreadableSourceError
        If there is no such file, or a folder or pattern holds none.
    """
    found: list[str] = []
    for source in sources:
        path = Path(source)
        if is_url(source) or path.is_file():
            found.append(source)
        elif path.is_dir():
            inside = sorted(
                str(each) for each in path.rglob("*") if each.name.lower().endswith(SUFFIXES)
            )
            if not inside:
                raise UnreadableSourceError(
                    source, f"no file in this folder ends with {', '.join(SUFFIXES)}"
                )
            found += inside
        elif glob.has_magic(source):
            matches = sorted(glob.glob(source, recursive=True))  # noqa: PTH207 - absolute patterns
            if not matches:
                raise UnreadableSourceError(source, "no file matches this pattern")
            found += expand(matches)
        else:
            raise UnreadableSourceError(source, NO_SUCH_FILE)
    return list(dict.fromkeys(found))


def check_file(source: str) -> None:
    """Refuse what is no single file.

    Raises
    ------
    UnreadableSourceError
        If there is no such file, or it is a folder.
    """
    if Path(source).is_dir():
        raise UnreadableSourceError(source, "is a folder; name one file in it")
    if not Path(source).is_file():
        raise UnreadableSourceError(source, NO_SUCH_FILE)


def is_url(source: str) -> bool:
    """Tell a database URL from a path.

    Examples
    --------
    >>> is_url("postgresql+psycopg://host/db"), is_url("data/a.csv")
    (True, False)
    """
    return "://" in source


def open_source(
    source: str, options: FormatOptions, wanted: frozenset[str]
) -> Iterator[OpenedTable]:
    """Open one file or database, told by its first bytes and not by its name.

    Raises
    ------
    SourceError
        If it cannot be read, or holds none of the wanted columns.
    """
    if is_url(source):
        try:
            url = database_address(
                source,
                place=f"{source.partition('://')[0]}://",
                forms=f"sqlite:///FILE or {SERVER_FORM}",
            )
        except DatabaseAddressError as error:
            raise UnreadableSourceError(error.place, error.problem) from error
        yield OpenedTable(open_database(url, options, f"{url.drivername}:{url.database}"))
        return
    path = Path(source)
    kind = _kind(path)
    if kind == "sqlite":
        url = sa.URL.create("sqlite", database=str(path))
        yield OpenedTable(open_database(url, options, path.name))
    elif kind == "parquet":
        yield OpenedTable(open_parquet(path))
    elif kind == "workbook":
        tables, left_out = open_workbook(path, options, wanted)
        notes = tuple(f"{name}: left out, holds none of the mapped columns" for name in left_out)
        for number, table in enumerate(tables):
            yield OpenedTable(table, notes if number == 0 else ())
    elif kind == "text":
        yield OpenedTable(open_csv(path, options, wanted))
    else:
        raise UnreadableSourceError(
            path.name, f"is {kind}; export the data as CSV, XLSX or Parquet"
        )


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return _kind_of_zip(path) if kind == "zip" else kind
    return "text"


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return (
            "workbook" if path.suffix.lower().startswith((".xls", ".ods")) else "a damaged archive"
        )
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        return "workbook"
    return "a ZIP archive or another office document"
