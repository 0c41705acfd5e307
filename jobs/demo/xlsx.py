"""A small XLSX writer: texts, numbers and times, the same bytes for the same cells."""

import datetime as dt
import zipfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

SPREADSHEET_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - wall-clock time of spreadsheets
FIXED_TIME = (2020, 1, 1, 0, 0, 0)
"""Time stamped on the parts, so that equal workbooks are equal files."""

_DATE_STYLE = 1
_SCHEMA = "http://schemas.openxmlformats.org"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    f'<Types xmlns="{_SCHEMA}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.styles+xml"/>'
    "{sheets}</Types>"
)
_SHEET_TYPE = (
    '<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
)
_RELS = (
    f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{_SCHEMA}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_SCHEMA}/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
_STYLES = (
    f'<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="{_SCHEMA}/spreadsheetml/2006/main">'
    '<fonts count="1"><font><sz val="11"/><name val="SimSun"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" xfId="0"/><xf numFmtId="22" xfId="0" applyNumberFormat="1"/>'
    "</cellXfs></styleSheet>"
)


def write_xlsx(
    path: Path, sheets: Sequence[tuple[str, Sequence[Sequence[str]], pl.DataFrame]]
) -> None:
    """Write a workbook.

    Parameters
    ----------
    path
        File to write.
    sheets
        Per sheet its name, its header rows as texts, and its cells; null cells stay empty.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        parts = {
            "[Content_Types].xml": _TYPES.format(
                sheets="".join(_SHEET_TYPE.format(number=n) for n in range(1, len(sheets) + 1))
            ),
            "_rels/.rels": _RELS,
            "xl/workbook.xml": _workbook([name for name, _, _ in sheets]),
            "xl/_rels/workbook.xml.rels": _workbook_rels(len(sheets)),
            "xl/styles.xml": _STYLES,
        } | {
            f"xl/worksheets/sheet{number}.xml": _sheet(header, cells)
            for number, (_, header, cells) in enumerate(sheets, start=1)
        }
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text.encode())


def _workbook(names: Sequence[str]) -> str:
    listed = "".join(
        f'<sheet name="{_escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="{_SCHEMA}/spreadsheetml/2006/main" '
        f'xmlns:r="{_SCHEMA}/officeDocument/2006/relationships"><sheets>{listed}</sheets></workbook>'
    )


def _workbook_rels(count: int) -> str:
    kind = f"{_SCHEMA}/officeDocument/2006/relationships"
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, count + 1)
    )
    styles = f'<Relationship Id="rId{count + 1}" Type="{kind}/styles" Target="styles.xml"/>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{_SCHEMA}/package/2006/relationships">'
        f"{listed}{styles}</Relationships>"
    )


def _sheet(header: Sequence[Sequence[str]], cells: pl.DataFrame) -> str:
    rows = [
        f'<row r="{number}">' + "".join(_text_cell(_column(place) + str(number), text)
                                        for place, text in enumerate(texts) if text) + "</row>"
        for number, texts in enumerate(header, start=1)
    ]  # fmt: skip
    first = len(header) + 1
    number = pl.int_range(first, first + pl.len()).cast(pl.String)
    columns = [
        _cell(pl.col(name), cells.schema[name], _column(place), number)
        for place, name in enumerate(cells.columns)
    ]
    body = (
        cells.select(
            pl.concat_str(
                [pl.lit('<row r="'), number, pl.lit('">'), *columns, pl.lit("</row>")]
            ).alias("row")
        )["row"].to_list()
        if cells.height
        else []
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_SCHEMA}/spreadsheetml/2006/main">'
        "<sheetData>" + "".join(rows) + "".join(body) + "</sheetData></worksheet>"
    )


def _cell(value: pl.Expr, dtype: pl.DataType, column: str, number: pl.Expr) -> pl.Expr:
    place = pl.concat_str([pl.lit(column), number])
    if dtype.is_numeric():
        filled = pl.concat_str(
            [pl.lit('<c r="'), place, pl.lit('"><v>'), value.cast(pl.String), pl.lit("</v></c>")]
        )
    elif dtype.is_temporal():
        days = (
            value.cast(pl.Datetime("us")) - pl.lit(SPREADSHEET_EPOCH)
        ).dt.total_microseconds() / 86_400e6
        filled = pl.concat_str([
            pl.lit('<c r="'), place, pl.lit(f'" s="{_DATE_STYLE}"><v>'), days.round(8).cast(pl.String),
            pl.lit("</v></c>"),
        ])  # fmt: skip
    else:
        escaped = value.str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])
        filled = pl.concat_str([
            pl.lit('<c r="'), place, pl.lit('" t="inlineStr"><is><t xml:space="preserve">'), escaped,
            pl.lit("</t></is></c>"),
        ])  # fmt: skip
    return pl.when(value.is_null()).then(pl.lit("")).otherwise(filled)


def _text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{_escape(text)}</t></is></c>'


def _escape(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def _column(place: int) -> str:
    """Return the letters of a column counted from 0.

    Examples
    --------
    >>> _column(0), _column(25), _column(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
