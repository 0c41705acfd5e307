"""The demo command: make the source files of the demo province, import them, refresh."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from jobs.demo.generate import DemoSummary, Progress, generate
from jobs.importing.run import ImportSummary, import_sources
from jobs.refresh import derive
from queries.generations import GenerationStore
from queries.loading import MixedDataError
from queries.warehouse import open_file


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What was made and what became of it."""

    made: DemoSummary
    imports: list[ImportSummary]


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
    imports = []
    for number, (pattern, mapping) in enumerate(made.sources, start=1):
        last = number == len(made.sources)
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
    return Demonstration(made, imports)


def _refuse_real_data(store: GenerationStore) -> None:
    current = store.current()
    if current is None:
        return
    warehouse = open_file(current.path, current.name)
    warehouse.engine.dispose()
    if warehouse.submissions and not warehouse.synthetic:
        raise MixedDataError(synthetic=False)
