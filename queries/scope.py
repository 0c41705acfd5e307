"""What a viewer may see; every read takes one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Rights of a viewer, enforced inside every query.

    Attributes
    ----------
    regions
        Region codes of any level that the viewer may see; empty means none unless
        ``everything`` is set.
    kinds
        Kinds the viewer may see; empty means all.
    units
        Handling units the viewer may see; empty means all.
    everything
        True lifts the restriction by region. A scope without regions and without this flag sees
        no row at all, so a forgotten setting shows too little, never too much.
    """

    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    everything: bool = False

    def __post_init__(self) -> None:
        """Sort and deduplicate, so that equal rights are one cache key."""
        for name in ("regions", "kinds", "units"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))


EVERYTHING = Scope(everything=True)
"""Sees all rows: for jobs, tests and viewers of the whole province."""
