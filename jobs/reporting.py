"""How a command speaks: one JSON object or a short table on standard output, progress beside it."""

import contextlib
import dataclasses
import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from jobs.bench.cases import DisagreementError
from jobs.bench.data import ShortWarehouseError
from jobs.maps import MapPackagesMissingError
from queries.generations import NoPreviousGenerationError, WarehouseBusyError
from queries.warehouse import NoWarehouseError, SchemaVersionError

KNOWN_ERRORS = (
    DisagreementError,
    ShortWarehouseError,
    MapPackagesMissingError,
    NoPreviousGenerationError,
    NoWarehouseError,
    SchemaVersionError,
    WarehouseBusyError,
    ValueError,
    OSError,
    sa.exc.SQLAlchemyError,
)
"""Errors that a user can act on: shown as one line, without a stack trace."""


def emit(result: Mapping[str, object], *, as_json: bool) -> None:
    """Print a result: as one JSON object, or one ``name  value`` line each."""
    plain = {name: _plain(value) for name, value in result.items()}
    if as_json:
        typer.echo(json.dumps(plain, ensure_ascii=False))
        return
    width = max((len(name) for name in plain), default=0)
    for name, value in plain.items():
        shown = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        typer.echo(f"{name:<{width}}  {'-' if shown is None else shown}")


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain(dataclasses.asdict(value))
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Path | dt.date | dt.datetime):
        return str(value)
    if isinstance(value, float):
        return round(value, 4)
    return value


@contextlib.contextmanager
def failing_clearly() -> Iterator[None]:
    """Turn known errors into one line on standard error and exit code 1."""
    try:
        yield
    except KNOWN_ERRORS as error:
        typer.echo(f"error: {_said(error)}", err=True)
        raise typer.Exit(1) from error


def _said(error: Exception) -> str:
    """Return an error's text; of a database's only its own words, not the statement and its values."""
    if isinstance(error, sa.exc.DBAPIError):
        return " ".join(str(error.orig).split())
    return str(error)


@contextlib.contextmanager
def progress_of(title: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done, and for how long, on standard error.

    Yields a function that takes the present step; on a terminal it moves a spinner, elsewhere it
    prints one line a step.
    """
    console = Console(stderr=True)
    if not console.is_terminal:

        def say(step: str) -> None:
            typer.echo(f"{title}: {step}", err=True)
            sys.stderr.flush()

        yield say
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task(title, total=None)
        yield lambda step: bar.update(task, description=f"{title}: {step}")
