"""What can go wrong before the first record is read.

::

    ImportFailedError
    ├── MappingError            the mapping file is wrong
    └── SourceError             a source cannot be read
        ├── UnreadableSourceError   wrong type, empty, damaged, wrong encoding
        └── MissingColumnError      a mapped column is not there
"""

from collections.abc import Sequence


class ImportFailedError(ValueError):
    """An import cannot go on; the warehouse stays as it was."""


class MappingError(ImportFailedError):
    """A mapping file is wrong.

    Attributes
    ----------
    problems
        One sentence each: key, value, way out.
    """

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.name = name
        self.problems = tuple(problems)
        listed = "".join(f"\n- {problem}" for problem in problems)
        super().__init__(f"mapping {name} has {len(problems)} problem(s):{listed}")


class SourceError(ImportFailedError):
    """A source cannot be read."""

    def __init__(self, source: str, problem: str) -> None:
        self.source = source
        self.problem = problem
        super().__init__(f"{source}: {problem}")


class UnreadableSourceError(SourceError):
    """A source is of another type than it says, empty, damaged or in an unknown encoding."""


class MissingColumnError(SourceError):
    """A column that the mapping needs is not in the source.

    Attributes
    ----------
    missing
        What the mapping asks for, one entry per field.
    found
        The header that came closest.
    """

    def __init__(self, source: str, missing: Sequence[str], found: Sequence[str]) -> None:
        self.missing = tuple(missing)
        self.found = tuple(found)
        header = ", ".join(repr(name) for name in found) or "no header at all"
        super().__init__(
            source,
            f"column not found: {'; '.join(missing)}. The header reads: {header}. "
            "Correct the names under `fields:` in the mapping, name several spellings as a list, "
            "or set `skip_rows:` and `header_rows:` under `format:` if this is not the header",
        )
