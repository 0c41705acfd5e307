"""A hundred thousand pieces of evidence are packed in flat memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROWS = 100_000
MAX_GROWTH_MB = 200
"""Over what the program holds when its modules are loaded: one part, 50 forms, the packed bytes."""

PROGRAM = """
import json, resource, sys
from pathlib import Path
from tests.packed import evidence, lead, pack
from pages.components.lead_pack import build_pack

rows, part = int(sys.argv[1]), 5_000
numbers = [f"420000-2026-007-{at:03}" for at in range(1, 51)]
given = (evidence([numbers[at % 50]] * part) for at in range(rows // part))
def held():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before = held()
made = build_pack(pack([lead(each) for each in numbers], given), to=Path(sys.argv[2]))
print(json.dumps([made.evidence, held() - before]))
"""


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_packed_in_flat_memory(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(ROWS), str(tmp_path / "batch.zip")],
        check=True, capture_output=True, text=True, cwd=ROOT, timeout=600,
    )  # fmt: skip
    rows, growth_mb = json.loads(done.stdout)
    assert rows == ROWS
    assert growth_mb <= MAX_GROWTH_MB
