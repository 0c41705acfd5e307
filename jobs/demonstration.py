"""The demo command: make the source files of the demo province, import them, refresh."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from jobs.demo.generate import DemoSummary, Progress, generate
from jobs.importing.run import ImportSummary, import_sources
from jobs.refresh import derive
from queries.generations import GenerationStore
from queries.loading import MixedDataError
from queries.operator_tables import holds_real_sources
from queries.warehouse import open_file


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What was made and what became of it.

    Attributes
    ----------
    imports
        Of the submissions, in order.
    operator_imports
        Of the business register and the events.
    """

    made: DemoSummary
    imports: list[ImportSummary]
    operator_imports: list[ImportSummary]


def make_demonstration(
    store: GenerationStore,
    folder: Path,
    *,
    submissions: int,
    operators: int,
    months: int,
    seed: int,
    end: dt.date | None,
    progress: Progress,
) -> Demonstration:
    """Make the demo province and put it into service in place of an earlier one.

    Raises
    ------
    MixedDataError
        If the warehouse holds real data; nothing is made then.
    """
    _refuse_real_data(store)
    made = generate(
        folder,
        submissions=submissions,
        operators=operators,
        months=months,
        seed=seed,
        end=end,
        progress=progress,
    )
    # The register and events go first, while the generation that each import copies is small.
    sources = [*made.operator_sources, *made.sources]
    imports = []
    for number, (pattern, mapping) in enumerate(sources, start=1):
        last = number == len(sources)
        imports.append(
            import_sources(
                [str(pattern)],
                mapping,
                store=store,
                synthetic=True,
                fresh=number == 1,
                progress=progress,
                derive=(lambda building: derive(building, progress=progress)) if last else None,
            )
        )
    first = len(made.operator_sources)
    return Demonstration(made, imports[first:], imports[:first])


def _refuse_real_data(store: GenerationStore) -> None:
    current = store.current()
    if current is None:
        return
    warehouse = open_file(current.path, current.name)
    with warehouse.engine.connect() as conn:
        real_sources = holds_real_sources(conn)
    warehouse.engine.dispose()
    if (warehouse.submissions and not warehouse.synthetic) or real_sources:
        raise MixedDataError(synthetic=False)
