"""Entry point of ``python -m jobs``."""

from jobs.cli import app

app()
