"""What was measured, as a Markdown table for people and as a line of JSON for later."""

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.bench.measurement import Measurement

HISTORY = Path(__file__).with_name("history.jsonl")


def markdown_table(measured: Sequence[Measurement]) -> str:
    """Returns one line a figure."""
    head = ["| row | ours | reference | ratio | goal | met |", "|---|---:|---:|---:|---:|---|"]
    return "\n".join([*head, *map(_line, measured)])


def remember(measured: Sequence[Measurement], history: Path = HISTORY) -> None:
    """Appends the figures with the time and the machine to `history`."""
    document = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 2),
        "figures": [{**asdict(one), "ratio": one.ratio} for one in measured],
    }
    with history.open("a", encoding="utf-8") as file:
        file.write(json.dumps(document) + "\n")


def _line(one: Measurement) -> str:
    reference = (
        f"{one.reference:.3g} ({one.compared_with})" if one.reference is not None else f"– ({one.compared_with})"
    )
    ratio = f"{one.ratio:.2f}×" if one.ratio is not None else "–"
    goal = f"≤ {one.goal:g}" if one.goal is not None else f"≤ {one.goal_ratio:g}×" if one.goal_ratio else ""
    met = {True: "yes", False: "NO", None: ""}[one.met]
    return f"| {one.row} ({one.unit}) | {one.ours:.3g} | {reference} | {ratio} | {goal} | {met} |"
