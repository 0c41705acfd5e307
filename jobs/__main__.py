"""Entry point of ``python -m jobs``."""

from jobs.cli import app

# Worker processes import this module again under another name.
if __name__ == "__main__":
    app()
