"""What people decided, as a refresh takes it into account."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from queries.decisions import Decision, fetch_decisions
from queries.vocabulary import DecisionKind
from queries.workflow import open_workflow


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions that hold, by kind.

    Examples
    --------
    >>> NOTHING_DECIDED.of(DecisionKind.WORD)
    ()
    """

    by_kind: Mapping[DecisionKind, tuple[Decision, ...]] = field(default_factory=dict)

    def of(self, kind: DecisionKind) -> tuple[Decision, ...]:
        """Return the decisions of a kind, oldest first."""
        return self.by_kind.get(kind, ())

    def subjects(self, kind: DecisionKind, verdict: str) -> tuple[str, ...]:
        """Return what has this verdict, in order of its codes."""
        return tuple(sorted({each.subject for each in self.of(kind) if each.verdict == verdict}))

    def digest(self, kinds: Iterable[DecisionKind]) -> str:
        """Return a short text that differs when the decisions of these kinds do."""
        told = [
            (kind.value, each.subject, each.verdict, sorted(each.details.items()))
            for kind in sorted(kinds)
            for each in self.of(kind)
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


NOTHING_DECIDED = Decided()


def read_decided(workflow_url: str) -> Decided:
    """Read the decisions that hold from the workflow store."""
    engine = open_workflow(workflow_url)
    try:
        return Decided({kind: fetch_decisions(engine, kind) for kind in DecisionKind})
    finally:
        engine.dispose()
