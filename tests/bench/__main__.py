"""`python -m tests.bench [row …] [--command …]`: measures ours beside its references and prints ratios."""

import argparse
import shlex
import sys
from collections.abc import Callable

from tests.bench.long_transcript import measure_long_transcript
from tests.bench.measurement import Measurement
from tests.bench.report import markdown_table, remember
from tests.bench.startup import measure_startup
from tests.bench.streaming import measure_blocks, measure_streams

OURS = [sys.executable, "-m", "tui", "--demo"]


def main() -> int:
    """Runs the rows that were asked for, all of them by default."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", help="startup, streams, blocks, long (default: all)")
    parser.add_argument("--command", default=shlex.join(OURS), help="the program whose start is measured")
    parser.add_argument("--expect", default="Gateway", help="the text that tells its first paint")
    parser.add_argument("--runs", type=int, default=5, help="repetitions of the start")
    parser.add_argument("--tokens", type=int, default=10_000, help="tokens of the longest stream")
    options = parser.parse_args()
    rows: dict[str, Callable[[], list[Measurement]]] = {
        "startup": lambda: measure_startup(shlex.split(options.command), options.expect, options.runs),
        "streams": lambda: measure_streams(options.tokens),
        "blocks": measure_blocks,
        "long": measure_long_transcript,
    }
    unknown = set(options.rows) - set(rows)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    measured = [one for name, run in rows.items() if not options.rows or name in options.rows for one in run()]
    print(markdown_table(measured))
    remember(measured)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
