"""The files in ``pages/`` that are pages, and what an opened one holds."""

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE_FILES = sorted(p for p in (ROOT / "pages").glob("*.py") if p.name != "__init__.py")


def components(at):
    return [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]


def panel(at, kind, board=None):
    drawn = [each for each in components(at) if each.get("kind") == kind]
    return next(each for each in drawn if board is None or each["board"] == board)


def charts(at):
    return [json.loads(each.proto.spec) for each in at.get("echarts_chart")]
