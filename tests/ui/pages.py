"""The files in ``pages/`` that are pages."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE_FILES = sorted(p for p in (ROOT / "pages").glob("*.py") if p.name != "__init__.py")
