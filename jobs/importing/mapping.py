"""Mapping files: which column of a source feeds which field, and how its values are read."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from analytics.masking_rules import PersonalKind
from jobs.importing.errors import MappingError
from jobs.importing.operator_targets import targets_of, word_sections
from jobs.importing.permitted import Reading, way_out
from jobs.importing.targets import Reader, Target, by_reader
from jobs.importing.words import LIST_SEPARATORS
from jobs.regions import HOME_PROVINCE
from queries.vocabulary import Records

MAPPINGS_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "mappings"

MISSING = ("", "NULL", "null", "None", "none", "NaN", "nan", "N/A", "n/a", "\\N", "-", "--", "/", "无", "暂无", "不详", "未知")  # fmt: skip
"""Texts that mean "no value" unless a mapping lists its own."""

UNITS = {"元": 1.0, "千元": 1_000.0, "万元": 10_000.0, "亿元": 100_000_000.0}
"""Units of amount columns, in yuan."""

_PATHS = frozenset({Reader.PRODUCT, Reader.ISSUE, Reader.INDUSTRY, Reader.REGION})
_LISTS = frozenset({Reader.REMEDIES, Reader.LIST})
_ONLY_FOR = {
    "formats": (frozenset({Reader.TIME}), "times"),
    "unit": (frozenset({Reader.AMOUNT}), "amounts"),
    "path": (_PATHS, "classifications and regions"),
    "multi": (_LISTS, "lists"),
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FormatOptions(_Strict):
    """How the source is laid out; all optional."""

    encoding: str = "auto"
    delimiter: str | None = None
    header_rows: int = Field(default=1, ge=1, le=10)
    skip_rows: int | None = Field(default=None, ge=0)
    sheets: Literal["all"] | tuple[str, ...] = "all"
    table: str | None = None
    query: str | None = None

    @field_validator("delimiter", mode="after")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        value = {"tab": "\t", "\\t": "\t"}.get(value or "", value)
        if value is not None and (len(value) != 1 or not value.isascii() or value.isalnum()):
            raise ValueError("write one character such as , ; | or the word tab")
        return value

    @field_validator("encoding", mode="after")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        known = ("auto", "utf-8", "gb18030", "gbk", "gb2312", "utf-16", "big5")
        if value.lower() not in known:
            raise ValueError(f"known encodings: {', '.join(known)}")
        return {"gbk": "gb18030", "gb2312": "gb18030"}.get(value.lower(), value.lower())

    @model_validator(mode="after")
    def _table_or_query(self) -> "FormatOptions":
        if self.table and self.query:
            raise ValueError("table and query exclude each other; keep one of them")
        return self


class PathOptions(_Strict):
    """How a hierarchical value such as ``一级->二级`` is cut up."""

    separator: str = Field(default="->", min_length=1)
    take: Literal["all", "last"] | int = "all"

    def cut(self, text: str) -> list[str]:
        """Return the elements that count.

        Examples
        --------
        >>> PathOptions(take="last").cut("商品->食品->乳制品")
        ['乳制品']
        """
        parts = [part.strip() for part in text.split(self.separator) if part.strip()]
        if self.take == "last":
            return parts[-1:]
        if isinstance(self.take, int):
            return parts[self.take - 1 : self.take]
        return parts

    @field_validator("take", mode="after")
    @classmethod
    def _counted_from_one(cls, value: Literal["all", "last"] | int) -> Literal["all", "last"] | int:
        if isinstance(value, int) and value < 1:
            raise ValueError("elements are counted from 1; write all, last or a number")
        return value


class FieldSpec(_Strict):
    """Where a field comes from and how it is read."""

    column: tuple[str, ...] = ()
    columns: tuple[tuple[str, ...], ...] = ()
    join: str = " "
    constant: str | None = None
    values: dict[str, str | None] = Field(default_factory=dict)
    default: str | None = None
    empty: str | None = None
    formats: tuple[str, ...] = ()
    unit: str = "元"
    path: PathOptions | None = None
    personal: PersonalKind | None = None
    multi: str | None = Field(default=None, min_length=1)
    required: bool = False
    prefix: str = ""

    @property
    def has_default(self) -> bool:
        """Whether unlisted values were given a replacement, be it "no value"."""
        return "default" in self.model_fields_set

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the file says
        if isinstance(given, str | list):
            return {"column": given}
        return given

    @field_validator("column", "formats", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the file says
        return (value,) if isinstance(value, str) else value

    @field_validator("columns", mode="before")
    @classmethod
    def _parts(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the file says
        if not isinstance(value, list):
            raise ValueError("write a list of column names")  # noqa: TRY004 - pydantic collects ValueError
        return tuple((part,) if isinstance(part, str) else part for part in value)

    @field_validator("personal", mode="before")
    @classmethod
    def _personal(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the file says
        return {"true": PersonalKind.TEXT, "false": None}.get(str(value).lower(), value)

    @field_validator("unit", mode="after")
    @classmethod
    def _known_unit(cls, value: str) -> str:
        if value not in UNITS:
            raise ValueError(f"known units: {'、'.join(UNITS)}")
        return value

    @field_validator("formats", mode="after")
    @classmethod
    def _date_formats(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            if "%" not in each and each not in {"excel", "epoch", "epoch_ms"}:
                raise ValueError(
                    f"{each!r} is no date format; write it with % signs, such as "
                    "'%m/%d/%Y %I:%M:%S %p', or excel, epoch or epoch_ms"
                )
        return value

    @model_validator(mode="after")
    def _one_origin(self) -> "FieldSpec":
        origins = [bool(self.column), bool(self.columns), self.constant is not None]
        if sum(origins) != 1:
            raise ValueError("give exactly one of column, columns and constant")
        return self


class Mapping(_Strict):
    """A whole mapping file."""

    name: str
    records: Records = Records.SUBMISSIONS
    source: str | None = Field(default=None, min_length=1, max_length=64)
    home_region: str | None = HOME_PROVINCE
    missing: tuple[str, ...] = MISSING
    missing_columns: Literal["error", "allow"] = "error"
    format: FormatOptions = FormatOptions()
    fields: dict[str, FieldSpec]

    @field_validator("home_region", mode="after")
    @classmethod
    def _none_is_none(cls, value: str | None) -> str | None:
        return None if value in {"none", "", None} else value

    @field_validator("fields", mode="after")
    @classmethod
    def _targets(cls, fields: dict[str, FieldSpec], info: ValidationInfo) -> dict[str, FieldSpec]:
        home = info.data.get("home_region")
        if "records" not in info.data:
            return fields
        targets = targets_of(info.data["records"])
        for name, spec in fields.items():
            if name not in targets:
                raise ValueError(f"unknown field {name!r}{_closest(name, list(targets))}")
            for option, (readers, kind) in _ONLY_FOR.items():
                if option in spec.model_fields_set and targets[name].reader not in readers:
                    raise ValueError(f"{name}: {option} is only for {kind}; remove it")
        faults = [
            fault
            for name, spec in fields.items()
            for fault in _misunderstood(targets[name], spec, fields, home)
        ]
        if faults:
            raise ValueError("\n".join(faults))
        return fields

    @model_validator(mode="after")
    def _complete(self) -> "Mapping":
        targets = self.targets.items()
        absent = [name for name, each in targets if each.required and name not in self.fields]
        if absent:
            raise ValueError(f"fields lacks {', '.join(absent)}, which every record needs")
        if self.records is Records.OPERATOR_EVENTS and not {"uscc", "operator_name"} & set(
            self.fields
        ):
            raise ValueError("fields lacks uscc or operator_name, one of which names the operator")
        if (self.source is None) == ("source" not in self.fields):
            raise ValueError(
                "name the source system once: `source:` at the top, or a column under fields"
            )
        return self

    @property
    def targets(self) -> dict[str, Target]:
        """The fields that records of this sort have."""
        return targets_of(self.records)

    def references(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each field with the alternative names of one column that it reads."""
        for name, spec in self.fields.items():
            if spec.column:
                yield name, spec.column
            for part in spec.columns:
                yield name, part

    def column_names(self) -> frozenset[str]:
        """Return every column name that occurs in the mapping."""
        return frozenset(name for _, names in self.references() for name in names)


def _misunderstood(
    target: Target, spec: FieldSpec, fields: dict[str, FieldSpec], home_region: str | None
) -> Iterator[str]:
    """Yield what is wrong with constants, defaults and mapped values, one line each."""
    name, reader = target.name, target.reader
    reading = Reading(
        name,
        reader,
        words=word_sections(target),
        formats=spec.formats,
        unit_yuan=UNITS[spec.unit],
        separators=spec.multi or LIST_SEPARATORS,
        home_region=home_region,
        alone=name == "region" or len(set(by_reader(reader)) & (set(fields) - {"region"})) < 2,
    )
    mapped = [
        spec.prefix + each for each in (spec.empty, *spec.values.values()) if each is not None
    ]
    plain = [each for each in (spec.constant, spec.default) if each is not None]
    for value in (*plain, *mapped):
        cut = spec.path.cut(value) if spec.path and value != spec.default else value
        instead = way_out(value, cut, reading)
        if instead is not None:
            yield f"{name}: {value!r} is no known value; write {instead}"


class _Loader(yaml.BaseLoader):
    """Reads every scalar as text and refuses a key that comes twice."""


def _mapping_node(loader: yaml.Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} comes twice; keep one", key_node.start_mark
            )
        seen[key] = _none_or(loader.construct_object(value_node, deep=True))
    return seen


def _none_or(value: Any) -> Any:  # noqa: ANN401 - whatever the file says
    return None if value in ("~", "null") else value


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_node)


def _closest(name: str, known: list[str]) -> str:
    found = difflib.get_close_matches(name, known, n=3)
    return (
        f"; did you mean {', '.join(found)}?"
        if found
        else "; see the table of fields in docs/import.md"
    )


def find_mapping(path: Path) -> Path:
    """Return the file that ``path`` means: itself, or a shipped mapping by its bare name.

    Raises
    ------
    MappingError
        If there is neither.
    """
    shipped = MAPPINGS_FOLDER / f"{path.name.removesuffix('.yaml')}.yaml"
    if path.is_file():
        return path
    if path.parent == Path() and shipped.is_file():
        return shipped
    names = ", ".join(sorted(each.stem for each in MAPPINGS_FOLDER.glob("*.yaml")))
    raise MappingError(str(path), [f"no such file; write a path or a shipped name: {names}"])


def load_mapping(path: Path) -> Mapping:
    """Read and check a mapping file.

    Parameters
    ----------
    path
        The file, or the bare name of a shipped mapping (``national_12315``).

    Raises
    ------
    MappingError
        If the file is missing, is no YAML, or says something that cannot be meant; every problem
        is listed with its key, its value and the way out.

    Examples
    --------
    >>> load_mapping(Path("national_12315")).source
    'national_12315'
    """
    path = find_mapping(path)
    try:
        given = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Loader)  # noqa: S506
    except UnicodeDecodeError as error:
        raise MappingError(path.name, ["the file is not UTF-8; save it as UTF-8"]) from error
    except yaml.YAMLError as error:
        raise MappingError(
            path.name, [f"not valid YAML: {' '.join(str(error).split())}"]
        ) from error
    if not isinstance(given, dict):
        raise MappingError(path.name, ["the file must hold keys such as source: and fields:"])
    try:
        return Mapping.model_validate({"name": path.stem, **given})
    except ValidationError as error:
        raise MappingError(path.name, list(_problems(error))) from error


def _problems(error: ValidationError) -> Iterator[str]:
    for each in error.errors():
        place = ".".join(str(part) for part in each["loc"]) or "file"
        if each["type"] == "extra_forbidden":
            model: type[BaseModel] = FieldSpec if each["loc"][:1] == ("fields",) else Mapping
            if each["loc"][:1] == ("format",):
                model = FormatOptions
            known = list(PathOptions.model_fields if "path" in each["loc"] else model.model_fields)
            key = str(each["loc"][-1])
            yield f"{place}: unknown key {key!r}{_closest(key, known)} (known: {', '.join(known)})"
            continue
        value = "" if isinstance(each["input"], dict) else f" (value {each['input']!r})"
        for line in each["msg"].removeprefix("Value error, ").splitlines():
            yield f"{place}: {line}{value}"
