"""Drafting a mapping file from a source's header and first rows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analytics.masking import mask_value, scrub_text
from jobs.importing.classification import class_table
from jobs.importing.csv_files import CsvTable
from jobs.importing.errors import MissingColumnError
from jobs.importing.headers import header_key
from jobs.importing.mapping import MISSING, FormatOptions
from jobs.importing.operator_targets import targets_of
from jobs.importing.permitted import CLASSES
from jobs.importing.sources import check_file, is_url, open_source
from jobs.importing.tables import Table
from jobs.importing.targets import Reader, Target
from jobs.importing.times import read_times
from jobs.importing.words import word_key, words_of
from queries.vocabulary import Records

SAMPLE_ROWS = 1_000
EXAMPLES = 2
MAX_EXAMPLE = 24
"""Characters of an example shown in the draft."""

FOREIGN_FORMATS = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y")
"""Tried on columns of times that the built-in forms do not read."""

MAX_UNKNOWN = 20

KIND_SHARE = 0.5
"""A column in which more than this share of the filled values are kinds is the kind; our choice."""

_TIME_WORDS = ("时间", "日期", "date", "time")
_PATH_SEPARATORS = ("->", "→", "--", ">", "-", "/")
_FILL_IN = "请填列名"


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is known about a source."""

    table: Table
    options: FormatOptions
    sample: pl.DataFrame
    chosen: dict[str, str]
    records: Records

    def values(self, column: str) -> pl.Series:
        """Return the distinct filled values of a column, commonest first."""
        counts = self.sample[column].drop_nulls().value_counts(sort=True)
        return counts.to_series(0)


def suggest_mapping(source: str, *, records: Records = Records.SUBMISSIONS) -> str:
    """Draft a mapping file.

    Parameters
    ----------
    source
        One file, or the SQLAlchemy URL of a database with one table.
    records
        What its records are.

    Returns
    -------
    str
        YAML with Chinese comments: the fields whose columns were recognised by name or content, an
        example beside each, and the columns left over. Personal values in the examples are masked.
        Lines to be filled in say so; the rest can be loaded as it is.

    Raises
    ------
    SourceError
        If the source cannot be read.
    """
    if not is_url(source):
        check_file(source)
    targets = targets_of(records)
    table, options = _open(source, targets)
    batch = next(table.batches(table.columns))
    stripped = batch.frame.head(SAMPLE_ROWS).select(pl.all().str.strip_chars())
    sample = stripped.select(
        pl.when(~pl.col(name).is_in(MISSING)).then(pl.col(name)).alias(name)
        for name in stripped.columns
    )
    draft = _Draft(table, options, sample, _choose(sample, targets), records)
    return "\n".join(_lines(source, draft)) + "\n"


def _open(source: str, targets: dict[str, Target]) -> tuple[Table, FormatOptions]:
    spellings = frozenset(
        spelling for target in targets.values() for spelling in (*target.spellings, target.label)
    )
    options = FormatOptions()
    try:
        opened = next(iter(open_source(source, options, spellings)))
    except MissingColumnError:
        opened = next(iter(open_source(source, options, frozenset())))
    return opened.table, options


def _choose(sample: pl.DataFrame, targets: dict[str, Target]) -> dict[str, str]:
    """Return the column for each field that one is recognised for."""
    by_key = {header_key(column.rpartition("/")[2]): column for column in reversed(sample.columns)}
    by_key |= {header_key(column): column for column in reversed(sample.columns)}
    chosen: dict[str, str] = {}
    for name, target in targets.items():
        if name == "source":
            continue
        for spelling in (*target.spellings, target.label, name):
            column = by_key.get(header_key(spelling)) or by_key.get(
                header_key(spelling.replace("_", " "))
            )
            if column is not None and column not in chosen.values():
                chosen[name] = column
                break
    free = [column for column in sample.columns if column not in chosen.values()]
    if "kind" in targets and "kind" not in chosen:
        kinds = [each for each in free if _is_kind(sample[each], targets["kind"])]
        chosen |= {"kind": kinds[0]} if kinds else {}
        free = [each for each in free if each not in kinds[:1]]
    identity = next((name for name, each in targets.items() if each.reader is Reader.ID), None)
    if identity is not None and identity not in chosen:
        unique = [
            each for each in free if sample.height and sample[each].n_unique() == sample.height
        ]
        chosen |= {identity: unique[0]} if unique else {}
    times = [each.name for each in targets.values() if each.required and each.reader is Reader.TIME]
    if times and times[0] not in chosen:
        timed = [each for each in free if each not in chosen.values() and _is_time(sample[each])]
        timed.sort(key=lambda each: not any(word in each.lower() for word in _TIME_WORDS))
        chosen |= {times[0]: timed[0]} if timed else {}
    return {name: chosen[name] for name in targets if name in chosen}


def _is_kind(column: pl.Series, target: Target) -> bool:
    """Tell whether most of a column's values say what kind of record each is."""
    words = words_of(target.words)
    filled = column.drop_nulls()
    known = sum(word_key(value) in words for value in filled)
    return known > len(filled) * KIND_SHARE


def _is_time(column: pl.Series) -> bool:
    filled = column.drop_nulls().head(100)
    return bool(len(filled)) and (_time_format(filled) is not None)


def _time_format(filled: pl.Series) -> str | None:
    """Return the format that reads the whole column: empty for the built-in ones, None if none does."""
    if filled.str.contains(r"^\d{1,7}(\.\d+)?$").all():
        return None
    for form in ("", *FOREIGN_FORMATS):
        if not read_times(filled, formats=[form] if form else []).null_count():
            return form
    return None


def _lines(source: str, draft: _Draft) -> Iterator[str]:
    name = "database" if is_url(source) else Path(source).name
    yield f"# 根据 {name} 的表头和前{draft.sample.height}行起草，请核对。写法见 docs/import.md。"
    yield f"name: {_text(Path(name).stem)}"
    if draft.records is not Records.SUBMISSIONS:
        yield f"records: {draft.records}"
    yield f"source: {_text(Path(name).stem[:64])}        # 来源系统的代号，入库后按它区分来源，请改成固定的名字"
    yield 'home_region: "420000"   # 本单位所在省的行政区划代码；同名区县先认本省的'
    yield ""
    yield "format:"
    yield from _format_lines(draft)
    yield ""
    yield "fields:"
    for target in targets_of(draft.records).values():
        column = draft.chosen.get(target.name)
        if column is not None:
            yield from _field_lines(draft, target, column)
        elif target.required:
            yield from _missing_lines(target, draft.records)
    left = [column for column in draft.table.columns if column not in draft.chosen.values()]
    if left:
        yield ""
        yield "# 以下列没有对应的字段，不导入。需要的话按 docs/import.md 的字段表补上："
        for column in left:
            yield f"#   {column}{_examples(draft, column, None)}"


def _format_lines(draft: _Draft) -> Iterator[str]:
    table = draft.table
    if isinstance(table, CsvTable):
        yield f"  encoding: {table.text.encoding}      # 识别结果；写 auto 则每个文件各自识别"
        yield f"  delimiter: {_text(table.delimiter)}"
        if table.skip > 1:
            yield f"  # 表头在第{table.skip}行，前面的行自动跳过"
    yield "  header_rows: 1"
    options = getattr(table, "options", None)
    if isinstance(options, FormatOptions) and options.table:
        yield f"  table: {_text(options.table)}"


def _field_lines(draft: _Draft, target: Target, column: str) -> Iterator[str]:
    filled = draft.values(column)
    options: list[str] = []
    notes: list[str] = []
    if target.reader is Reader.TIME and len(filled):
        form = _time_format(filled.head(100))
        options += [f"    formats: [{_text(form)}]"] if form else []
        notes += ["有不能识别的时间，请用 formats 写明格式"] if form is None else []
    if target.reader in {Reader.PRODUCT, Reader.ISSUE}:
        options += _path_option(filled)
    notes += _unknown_notes(target, filled)
    comment = f"  # {target.label}{_examples(draft, column, target)}"
    if not options:
        yield f"  {target.name}: {{column: {_text(column)}}}{comment}"
    else:
        yield f"  {target.name}:{comment}"
        yield f"    column: {_text(column)}"
        yield from options
    for note in notes:
        yield f"    # {note}"


def _unknown_notes(target: Target, filled: pl.Series) -> list[str]:
    """Say which values would not be understood."""
    if target.reader in {Reader.CODE, Reader.FLAG, Reader.SATISFACTION}:
        words = words_of(target.words)
        unknown = [value for value in filled if word_key(value) not in words]
        codes = f"，可用 {'、'.join(dict.fromkeys(words.values()))}"
    elif target.reader in CLASSES:
        table = class_table(CLASSES[target.reader])
        unknown = [value for value in filled if not table.resolve(value).lineage]
        codes = "，可用分类表中的名称或代码；不写则该字段为空"
    else:
        return list[str]()
    shown = "、".join(value[:MAX_EXAMPLE] for value in unknown[:MAX_UNKNOWN])
    return [f"未识别的取值：{shown}。请在 values 中逐个写明{codes}"] if unknown else list[str]()


def _missing_lines(target: Target, records: Records) -> Iterator[str]:
    if target.name == "kind" and records is Records.OPERATOR_EVENTS:
        yield "  kind: {constant: 检查}  # 没有找到种类列：整份数据按检查导入，不对请改（取值见 docs/import.md 10.3）"
        return
    if target.name == "kind":
        yield "  kind: {constant: 投诉}  # 没有找到类型列：整份数据按投诉导入，不对请改"
        return
    yield f"  {target.name}: {{column: {_FILL_IN}}}  # 没有找到{target.label}列，必须改成实际的列名"


def _path_option(filled: pl.Series) -> list[str]:
    for separator in _PATH_SEPARATORS:
        if len(filled) and filled.str.contains(separator, literal=True).mean() == 1.0:
            return [f"    path: {{separator: {_text(separator)}, take: all}}"]
    return []


def _examples(draft: _Draft, column: str, target: Target | None) -> str:
    shown = []
    for value in draft.values(column).head(EXAMPLES):
        plain = " ".join(str(value).split())
        masked = (
            mask_value(target.personal, plain) if target and target.personal else scrub_text(plain)
        )
        shown.append(masked if len(masked) <= MAX_EXAMPLE else f"{masked[:MAX_EXAMPLE]}…")
    return f"，如 {'；'.join(shown)}" if shown else "（空列）"


def _text(value: str) -> str:
    """Write a text so that YAML reads it back."""
    plain = value.isidentifier() and not value.isascii()
    return value if plain else json.dumps(value, ensure_ascii=False)
