"""`python -m tests.bench [row …] [--command …]`: ours beside its references, as ratios, in about six minutes."""

import argparse
import shlex
import sys
from collections.abc import Callable

from tests.bench.calling import measure_calls, measure_failover
from tests.bench.hosting import measure_many_servers, measure_tool_call
from tests.bench.huge_results import measure_huge_results
from tests.bench.ledger import measure_ledger
from tests.bench.long_transcript import measure_long_transcript
from tests.bench.many_tools import measure_many_tools
from tests.bench.measurement import Measurement
from tests.bench.neighbours import measure_neighbours
from tests.bench.report import markdown_table, remember
from tests.bench.resting import measure_idle, measure_ready
from tests.bench.serving import measure_serving
from tests.bench.startup import measure_startup
from tests.bench.streaming import measure_blocks, measure_streams

ROWS = (
    "startup",
    "ready",
    "idle",
    "streams",
    "blocks",
    "long",
    "tool-call",
    "servers",
    "results",
    "tools",
    "neighbours",
    "gateway",
    "failover",
    "ledger",
    "serving",
)
OURS = [sys.executable, "-m", "tui", "--demo"]


def main() -> int:
    """Runs the rows that were asked for, all of them by default."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", help=f"{', '.join(ROWS)} (default: all)")
    parser.add_argument("--command", default=shlex.join(OURS), help="the program whose start is measured")
    parser.add_argument("--expect", default="Gateway", help="the text that tells its first paint")
    parser.add_argument("--runs", type=int, default=5, help="repetitions of the start")
    parser.add_argument("--tokens", type=int, default=10_000, help="tokens of the longest stream")
    options = parser.parse_args()
    rows: dict[str, Callable[[], list[Measurement]]] = {
        "startup": lambda: measure_startup(shlex.split(options.command), options.expect, options.runs),
        "ready": measure_ready,
        "idle": measure_idle,
        "streams": lambda: measure_streams(options.tokens),
        "blocks": measure_blocks,
        "long": measure_long_transcript,
        "tool-call": measure_tool_call,
        "servers": measure_many_servers,
        "results": measure_huge_results,
        "tools": measure_many_tools,
        "neighbours": measure_neighbours,
        "gateway": measure_calls,
        "failover": measure_failover,
        "ledger": measure_ledger,
        "serving": measure_serving,
    }
    unknown = set(options.rows) - set(ROWS)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    measured = [one for name in options.rows or ROWS for one in rows[name]()]
    print(markdown_table(measured))
    remember(measured)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
