"""The batch side: import, refresh, demo data, bench. Run as ``python -m jobs``."""
