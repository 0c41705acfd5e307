"""Word files laid out as GB/T 9704-2012 asks, in which text stays text."""

import copy
import datetime as dt
import io
import itertools
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from pages.components.cells import plain_text

PAGE_MM = (210, 297)
TOP_MM, LEFT_MM, WIDTH_MM, HEIGHT_MM = 37, 28, 156, 225
"""Head margin, binding margin and type area (GB/T 9704-2012, 5.2.1)."""

LINES, LETTERS = 22, 28
"""Lines of a page and letters of a line (GB/T 9704-2012, 5.2.3)."""

LINE_PT = 28.95
"""Height of a line: 225 mm in 22."""

NARROWER = -5
"""What a letter of 三号 gives up so that 28 stand in 156 mm, in twentieths of a point. A grid would
do it in Word, but other programs stretch tables and small letters to it."""

FOOTER_MM = 22
HEADER_MM = 15

TITLE, BODY, HEAD, SUBHEAD, PLAIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
"""Fonts by name only; the files hold none."""

SUBSTITUTES = {
    TITLE: "方正小标宋_GBK,小标宋,华文中宋,STZhongsong,思源宋体,Noto Serif CJK SC",
    BODY: "仿宋,FangSong,华文仿宋,STFangsong,Noto Serif CJK SC",
    HEAD: "SimHei,思源黑体,Noto Sans CJK SC",
    SUBHEAD: "楷体,KaiTi,华文楷体,STKaiti,Noto Serif CJK SC",
    PLAIN: "SimSun,Noto Serif CJK SC",
}
"""What to take where a font is missing."""

SIZE_2, SIZE_3, SIZE_4, SIZE_5, SIZE_SMALL_5 = 22.0, 16.0, 14.0, 10.5, 9.0
"""Chinese sizes 二号 to 小五号, in points."""

MAX_PROPERTY = 255
"""Most characters of a property of a file (python-docx)."""

FIRST_ZIP_YEAR, LAST_ZIP_YEAR = 1980, 2107
"""Years that an archive can date a file with (APPNOTE.TXT, 4.4.6)."""

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ALIGNED = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
_LEFT_OUT = ("/thumbnail", "/stylesWithEffects", "/customXml")
"""Endings of the kinds of parts of python-docx's template that no file needs."""

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True, slots=True)
class Look:
    """How a paragraph looks.

    Attributes
    ----------
    size
        In points.
    indent
        Of the first line, in letters.
    left, right
        In letters, of all lines.
    line
        Height of a line in points; None as the letters need it.
    red
        As the name of the issuing office and the line under it.
    """

    font: str = BODY
    size: float = SIZE_3
    align: str = "both"
    indent: int = 0
    left: int = 0
    right: int = 0
    line: float | None = LINE_PT
    red: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: as wide as it says, with a paragraph for every line.

    Attributes
    ----------
    lines
        Told in order; a cell without lines stays empty.
    last
        A line at the right below the others, such as for a signature.
    """

    width_mm: int
    lines: tuple[str, ...] = ()
    look: Look = Look(size=SIZE_5, align="left", line=None)
    last: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; ``height_mm`` at least, ``whole`` if it must not break over pages."""

    cells: tuple[Cell, ...]
    height_mm: int = 7
    whole: bool = True


def word_text(text: str) -> str:
    r"""Return a text without what Word refuses or what turns the order of letters around.

    Examples
    --------
    >>> word_text("a\x00b\u202ec")
    'a�b�c'
    """
    return _BIDI.sub("\ufffd", plain_text(text))


def new_document(
    *, banner: str, title: str, author: str, made_at: dt.datetime, letter_size: float = SIZE_3
) -> Document:
    """Return an empty document: A4, 22 lines of 28 letters, a banner and a number on every page.

    Parameters
    ----------
    banner
        Stands at the top of every page.
    made_at
        Beijing; said by the file's properties.
    """
    document = docx.Document()
    for relations in (document.part.rels, document.part.package.rels):
        for key, relation in list(relations.items()):
            if relation.reltype.endswith(_LEFT_OUT):
                del relations[key]
    _set_font(document.styles["Normal"].element.get_or_add_rPr(), BODY)
    document.styles["Normal"].font.size = Pt(letter_size)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    section.left_margin, section.top_margin = Mm(LEFT_MM), Mm(TOP_MM)
    section.right_margin = Mm(PAGE_MM[0] - LEFT_MM - WIDTH_MM)
    section.bottom_margin = Mm(PAGE_MM[1] - TOP_MM - HEIGHT_MM)
    section.header_distance, section.footer_distance = Mm(HEADER_MM), Mm(FOOTER_MM)
    _drop_grid(section)
    document.settings.odd_and_even_pages_header_footer = True
    for header, footer, align in (
        (section.header, section.footer, "right"),
        (section.even_page_header, section.even_page_footer, "left"),
    ):
        look = Look(PLAIN, SIZE_SMALL_5, "left", line=None)
        _filled(header.paragraphs[0], banner, look)
        _number_page(footer.paragraphs[0], align)
    told = document.core_properties
    told.title, told.author = _property(title), _property(author)
    told.last_modified_by, told.comments = _property(author), ""
    told.created = told.modified = made_at.astimezone(dt.UTC).replace(tzinfo=None)
    return document


def add_line(document: Document, text: str, look: Look = Look()) -> Paragraph:
    """Add a paragraph; line breaks in the text stay within it."""
    return _filled(document.add_paragraph(), text, look)


def underline(paragraph: Paragraph) -> None:
    """Draw the red line, thick over thin, under the name of the issuing office."""
    border = _element("w:pBdr")
    border.append(_element("w:bottom", val="thickThinSmallGap", sz=24, space=6, color="C00000"))
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - no public way to a border
    properties.insert_element_before(border, "w:shd", "w:tabs", "w:snapToGrid", "w:spacing", "w:ind", "w:jc")  # fmt: skip


def add_table(document: Document, rows: Sequence[Row], *, heads: int = 0) -> None:
    """Add a table; the columns follow from the widths of the cells, row by row.

    Parameters
    ----------
    heads
        Rows at the top that are said again on every page.

    Raises
    ------
    ValueError
        If rows are not of one width.
    """
    edges = [_edges(row) for row in rows]
    if len({each[-1] for each in edges}) > 1:
        msg = f"rows are {sorted({each[-1] for each in edges})} mm wide; make them all alike"
        raise ValueError(msg)
    grid = sorted({edge for each in edges for edge in each})
    table = _element("w:tbl")
    table.append(_table_properties(grid[-1]))
    columns = _element("w:tblGrid")
    for left, right in itertools.pairwise(grid):
        columns.append(_element("w:gridCol", w=_twips(right - left)))
    table.append(columns)
    looks = {cell.look for row in rows for cell in row.cells}
    looks |= {replace(each, align="right") for each in looks}
    shapes = {each: _shape(each, document) for each in looks}
    for number, (row, own) in enumerate(zip(rows, edges, strict=True)):
        table.append(_row(row, own, grid, head=number < heads, shapes=shapes))
    body = document.element.body
    body.insert(len(body) - 1, table)


def saved(document: Document, *, made_at: dt.datetime) -> bytes:
    """Return the file; the same document and moment give the same bytes."""
    raw = io.BytesIO()
    document.save(raw)
    packed = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "word/fontTable.xml":
                content = _font_table(SUBSTITUTES.items())
            target.writestr(archived(name, made_at), content)
    return packed.getvalue()


def archived(name: str, made_at: dt.datetime, *, packed: bool = True) -> zipfile.ZipInfo:
    """Return the entry of a file in an archive, dated by the moment it was made."""
    year = min(max(made_at.year, FIRST_ZIP_YEAR), LAST_ZIP_YEAR)
    moment = made_at.replace(year=year) if made_at.year != year else made_at
    info = zipfile.ZipInfo(name, moment.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    info.create_system, info.external_attr = 3, 0o644 << 16
    return info


def _filled(paragraph: Paragraph, text: str, look: Look) -> Paragraph:
    shape = paragraph.paragraph_format
    shape.alignment = _ALIGNED[look.align]
    shape.space_before = shape.space_after = Pt(0)
    shape.widow_control = False
    if look.line is None:
        shape.line_spacing_rule = WD_LINE_SPACING.SINGLE
    else:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(look.line)
    if look.kept:
        shape.keep_with_next = True
    if look.indent:
        shape.first_line_indent = Pt(look.indent * look.size)
    if look.left:
        shape.left_indent = Pt(look.left * look.size)
    if look.right:
        shape.right_indent = Pt(look.right * look.size)
    _styled(paragraph.add_run(word_text(text)), look)
    return paragraph


def _styled(run: Run, look: Look) -> Run:
    _set_font(run._r.get_or_add_rPr(), look.font)  # noqa: SLF001 - no public way to East Asian fonts
    run.font.size = Pt(look.size)
    if look.size == SIZE_3:
        spaced = _element("w:spacing", val=NARROWER)
        run._r.get_or_add_rPr().insert_element_before(spaced, "w:w", "w:kern", "w:position", "w:sz")  # noqa: SLF001
    if look.red:
        run.font.color.rgb = RGBColor(0xC0, 0, 0)
    return run


def _set_font(properties: Any, font: str) -> None:  # noqa: ANN401
    fonts = properties.get_or_add_rFonts()
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{kind}"), font)
    for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{kind}"), None)


def _drop_grid(section: Section) -> None:
    properties = section._sectPr  # noqa: SLF001 - no public way to the grid
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)


def _number_page(paragraph: Paragraph, align: str) -> None:
    """Write the number of the page between dashes, one letter in from the outer edge."""
    look = Look(PLAIN, SIZE_4, align, line=None, left=1, right=1)
    _filled(paragraph, "— ", look)
    field = _element("w:fldSimple", instr=" PAGE ")
    number = _styled(paragraph.add_run("1"), look)
    field.append(number._r)  # noqa: SLF001 - a field is no object of python-docx
    paragraph._p.append(field)  # noqa: SLF001
    _styled(paragraph.add_run(" —"), look)


def _edges(row: Row) -> list[int]:
    edges = [0]
    for cell in row.cells:
        edges.append(edges[-1] + cell.width_mm)
    return edges


def _row(
    row: Row, edges: list[int], grid: list[int], *, head: bool, shapes: Mapping[Look, Any]
) -> Any:  # noqa: ANN401
    made, properties = _element("w:tr"), _element("w:trPr")
    if row.whole:
        properties.append(_element("w:cantSplit"))
    properties.append(_element("w:trHeight", val=_twips(row.height_mm), hRule="atLeast"))
    if head:
        properties.append(_element("w:tblHeader"))
    made.append(properties)
    for cell, (left, right) in zip(row.cells, itertools.pairwise(edges), strict=True):
        made.append(_cell(cell, grid.index(right) - grid.index(left), shapes))
    return made


def _cell(cell: Cell, columns: int, shapes: Mapping[Look, Any]) -> Any:  # noqa: ANN401
    made, properties = _element("w:tc"), _element("w:tcPr")
    properties.append(_element("w:tcW", w=_twips(cell.width_mm), type="dxa"))
    if columns > 1:
        properties.append(_element("w:gridSpan", val=columns))
    if not cell.last:
        properties.append(_element("w:vAlign", val="center"))
    made.append(properties)
    told: list[tuple[str, Look]] = [(line, cell.look) for line in cell.lines or ("",)]
    if cell.last:
        told.append((cell.last, replace(cell.look, align="right")))
    for text, look in told:
        line = copy.deepcopy(shapes[look])
        line.r_lst[0].text = word_text(text)
        made.append(line)
    return made


def _shape(look: Look, document: Document) -> Any:  # noqa: ANN401
    """Return an empty paragraph of this look, to copy: making each anew takes far longer."""
    line = _element("w:p")
    _filled(Paragraph(line, document._body), "", look)  # noqa: SLF001 - the table's owner
    return line


def _table_properties(width_mm: int) -> Any:  # noqa: ANN401
    made = _element("w:tblPr")
    made.append(_element("w:tblW", w=_twips(width_mm), type="dxa"))
    made.append(_element("w:jc", val="center"))
    borders = _element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_element(f"w:{side}", val="single", sz=4, space=0, color="000000"))
    made.append(borders)
    made.append(_element("w:tblLayout", type="fixed"))
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w=_twips(1), type="dxa"))
    made.append(margins)
    return made


def _element(name: str, **attributes: str | int) -> Any:  # noqa: ANN401
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    return made


def _twips(length_mm: float) -> int:
    return round(length_mm * 1440 / 25.4)


def _property(text: str) -> str:
    return word_text(text)[:MAX_PROPERTY]


def _font_table(fonts: Iterable[tuple[str, str]]) -> bytes:
    listed = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
        '<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for name, others in fonts
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<w:fonts xmlns:w="{_W}">{listed}</w:fonts>'.encode()
