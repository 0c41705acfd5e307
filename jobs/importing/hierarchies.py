"""Coders for what has a hierarchy: products, issues, industries, channels, regions, operators."""

from collections.abc import Sequence

from jobs.importing.binding import BoundField
from jobs.importing.classification import ClassMatch, ClassTable, class_table, industry_code
from jobs.importing.coding import SEPARATOR, Coder, Meaning, path_elements
from jobs.importing.operators import operator_id
from jobs.importing.places import district_index, region_index
from queries.vocabulary import Kind

ISSUE_ROOTS = {Kind.COMPLAINT: "C", Kind.TIPOFF: "R", Kind.INQUIRY: "Q"}
"""First letter of the issue codes of each kind."""


def class_coder(name: str, bound: Sequence[BoundField], width: int) -> Coder:
    """Return a coder for one classification fed by one or more fields, coarse to fine.

    It takes the fields' texts joined by SEPARATOR; for issues the kind of the submission comes
    first. Old and new names, codes and paths are understood.
    """
    table = class_table(name)
    defaults = [each.spec.default for each in bound if each.spec.default is not None]
    silent = any(each.spec.has_default for each in bound)

    def understand(texts: Sequence[str]) -> list[Meaning]:
        return [one(text) for text in texts]

    def one(text: str) -> Meaning:
        parts = text.split(SEPARATOR)
        roots = ISSUE_ROOTS.get(Kind(parts.pop(0)), "") if name == "issues" else ""
        match = _resolve(table, name, parts, bound, roots)
        if not match.lineage and defaults:
            match = table.resolve(defaults[0], roots=roots)
        unknown = None if silent else match.unknown
        if unknown is None and not match.lineage and not silent:
            unknown = "/".join(part for part in parts if part)
        return Meaning(_padded(match.lineage, width), unknown or None)

    return Coder(width, understand)


def _resolve(
    table: ClassTable, name: str, parts: Sequence[str], bound: Sequence[BoundField], roots: str
) -> ClassMatch:
    cut: list[str | list[str]] = [
        path_elements(part, field.spec.path)
        for part, field in zip(parts, bound, strict=True)
        if part
    ]
    if name == "industries":
        cut = [industry_code(each) if isinstance(each, str) else each for each in cut]
    if len(cut) == 1:
        return table.resolve(cut[0], roots=roots)
    elements = [one for each in cut for one in ([each] if isinstance(each, str) else each)]
    return table.resolve(elements, roots=roots)


def _padded(codes: Sequence[str], width: int) -> tuple[str | None, ...]:
    return (*codes[:width], *[None] * (width - len(codes)))


def channel_coder(bound: BoundField) -> Coder:
    """Return a coder that gives the channel's group and the channel."""
    return class_coder("channels", (bound,), 2)


def region_coder(bound: BoundField | None, home_region: str | None) -> Coder:
    """Return a coder that gives province, city, county and street."""
    options = bound.spec.path if bound else None

    def understand(texts: Sequence[str]) -> list[Meaning]:
        elements = [path_elements(text, options) for text in texts]
        plain = [each if isinstance(each, str) else " ".join(each) for each in elements]
        matches = region_index().resolve(plain, within=home_region)
        return [
            Meaning((None,) * 4, text)
            if match is None
            else Meaning(
                (match.province_code, match.city_code, match.county_code, match.street_code)
            )
            for text, match in zip(texts, matches, strict=True)
        ]

    return Coder(4, understand)


def district_coder(*, complain: bool) -> Coder:
    """Return a coder for an address (or district name) and its county."""

    def understand(texts: Sequence[str]) -> list[Meaning]:
        pairs = [text.split(SEPARATOR) for text in texts]
        codes = district_index().resolve(
            [address for address, _ in pairs], county_codes=[county or None for _, county in pairs]
        )
        return [
            Meaning((code,), address if complain and code is None else None)
            for code, (address, _) in zip(codes, pairs, strict=True)
        ]

    return Coder(1, understand)


def operator_coder() -> Coder:
    """Return a coder for an operator's name and its county."""

    def understand(texts: Sequence[str]) -> list[Meaning]:
        pairs = [text.split(SEPARATOR) for text in texts]
        return [Meaning((operator_id(name, county or None),)) for name, county in pairs]

    return Coder(1, understand)
