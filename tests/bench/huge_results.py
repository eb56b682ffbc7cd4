"""What a far too long result costs the process that receives it: memory, and the time in which nothing else runs."""

import json
import subprocess
import sys
from typing import Any

from tests.bench.measurement import Measurement

HUGE = 100
"""Megabytes of a result that must be thrown away."""
TAKEN = (("text", 7, "ok"), ("structure", 3, "ok"), ("rows", 1, "ok"), ("rows", 7, "error"))
"""Kinds, megabytes and outcomes just below the reader's limits of bytes and of values, and above the latter."""
MEMORY_GOAL_MB, STALL_GOAL_MS = 64, 50
TRANSPORTS = {"stdio": "over pipes", "body": "as one body", "event": "as one event"}
RUNS = 3


def measure_huge_results() -> list[Measurement]:
    """Returns the cost of a huge result over each transport, and of the largest ones that are taken; best of three."""
    measured = []
    for transport, how in TRANSPORTS.items():
        huge = _cost(transport, "text", HUGE)
        if huge["outcome"] != "error":
            raise RuntimeError(f"a result of {HUGE} MB was taken {how}")
        measured += [
            Measurement(f"{HUGE} MB {how}: memory added", "MB", huge["added_mb"], None, "–", MEMORY_GOAL_MB),
            Measurement(f"{HUGE} MB {how}: longest stall", "ms", huge["stall_s"] * 1e3, None, "–", STALL_GOAL_MS),
        ]
        for kind, megabytes, outcome in TAKEN:
            cost = _cost(transport, kind, megabytes)
            if cost["outcome"] != outcome:
                raise RuntimeError(f"{megabytes} MB of {kind} {how}: {cost['outcome']}")
            row = f"{megabytes} MB of {kind} {how}, {'taken' if outcome == 'ok' else 'refused'}: longest stall"
            measured.append(Measurement(row, "ms", cost["stall_s"] * 1e3, None, "–", STALL_GOAL_MS))
    return measured


def _cost(transport: str, kind: str, megabytes: int) -> dict[str, Any]:
    """Each run in a process of its own: memory that was once taken is not given back."""
    command = [sys.executable, "-m", "tests.bench.programs.huge_result", transport, kind, str(megabytes)]
    runs = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(RUNS)]
    return min(runs, key=lambda run: float(run["stall_s"]))
