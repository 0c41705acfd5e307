"""A mapping tied to the columns of one table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jobs.importing.errors import MissingColumnError
from jobs.importing.headers import match_columns
from jobs.importing.mapping import FieldSpec, Mapping
from jobs.importing.targets import Target


@dataclass(frozen=True, slots=True)
class BoundField:
    """A field and the columns that feed it in one table.

    Attributes
    ----------
    target
        What the field is.
    parts
        Columns to join, each with alternatives of which the first filled one counts. A field made
        of one ``column`` has one part; a constant has none.
    """

    name: str
    spec: FieldSpec
    parts: tuple[tuple[str, ...], ...]
    target: Target


@dataclass(frozen=True, slots=True)
class Binding:
    """All fields of a mapping in one table.

    Attributes
    ----------
    absent
        Optional fields whose columns are not there.
    """

    fields: dict[str, BoundField]
    absent: tuple[str, ...]

    def needed(self) -> list[str]:
        """Return the columns to read, each once."""
        return list(
            dict.fromkeys(
                name for field in self.fields.values() for part in field.parts for name in part
            )
        )


def bind(mapping: Mapping, label: str, columns: Sequence[str]) -> Binding:
    """Find every mapped column of a table.

    Parameters
    ----------
    label
        Name of the table in an error.

    Raises
    ------
    MissingColumnError
        If a field has no column: any field, or only a required one where the mapping says
        ``missing_columns: allow``.
    """
    found = match_columns(columns, mapping.column_names())
    fields: dict[str, BoundField] = {}
    missing: list[str] = []
    absent: list[str] = []
    for name, spec in mapping.fields.items():
        target = mapping.targets[name]
        parts = tuple(_present(part, found) for part in _parts(spec))
        lacking = [wanted for wanted, part in zip(_parts(spec), parts, strict=True) if not part]
        must = mapping.missing_columns == "error" or target.required or spec.required
        if lacking and must:
            missing.append(f"{name} needs {' or '.join(repr(each) for each in lacking[0])}")
            continue
        parts = tuple(part for part in parts if part)
        if parts or spec.constant is not None:
            fields[name] = BoundField(name, spec, parts, target)
        else:
            absent.append(name)
    if missing:
        raise MissingColumnError(label, missing, columns)
    return Binding(fields, tuple(absent))


def _parts(spec: FieldSpec) -> tuple[tuple[str, ...], ...]:
    return spec.columns or ((spec.column,) if spec.column else ())


def _present(names: Sequence[str], found: dict[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_existing(names, found)))


def _existing(names: Sequence[str], found: dict[str, str]) -> Iterator[str]:
    for name in names:
        if name in found:
            yield found[name]
