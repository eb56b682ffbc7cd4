"""What a verb prints: JSON for programs on stdout, sentences for people; never both on stdout."""

import sys
from contextlib import suppress
from typing import Any

from tui.domain.errors import McpTuiError
from tui.domain.jsonable import json_text


class Output:
    """stdout belongs to the answer; what else is to be said goes to stderr when stdout is piped or JSON."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def document(self, value: Any) -> None:
        """Prints one JSON document."""
        _print(json_text(value, indent=2))

    def event(self, fields: dict[str, Any]) -> None:
        """Prints one JSON event on a line of its own, at once."""
        _print(json_text(fields), flush=True)

    def text(self, text: str, end: str = "\n") -> None:
        """Prints a piece of the answer itself."""
        _print(text, end=end, flush=True)

    def say(self, sentence: str) -> None:
        """Tells a person something that is not the answer."""
        piped = self.as_json or not sys.stdout.isatty()
        print(sentence, file=sys.stderr if piped else sys.stdout, flush=True)

    def aside(self, sentence: str) -> None:
        """Tells a person what happens on the way to the answer."""
        print(sentence, file=sys.stderr, flush=True)

    def done(self, sentence: str) -> None:
        """Reports that an order was carried out."""
        if self.as_json:
            self.document({"ok": True, "message": sentence})
        else:
            self.say(sentence)

    def complain(self, error: McpTuiError) -> None:
        """Prints an error, its cause and the next step; with --json also as a document on stdout."""
        print(f"mcp-tui: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
        if self.as_json:
            # Should the error be that stdout takes nothing, stderr has said so.
            with suppress(McpTuiError):
                self.event({"event": "error", "error": error.message, "hint": error.hint, "exit_code": error.exit_code})

    def table(self, rows: list[tuple[str, ...]]) -> None:
        """Prints rows with their columns aligned; the last column runs on."""
        if not rows:
            return
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            _print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def flush(self) -> None:
        """Sees the answer written: until here it may only have been buffered."""
        _print("", end="", flush=True)


def _print(text: str, end: str = "\n", *, flush: bool = False) -> None:
    """Raises BrokenPipeError when the reader has gone, McpTuiError when what is written cannot be taken (disk full)."""
    try:
        print(text, end=end, flush=flush)
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or "stdout takes nothing"
        raise McpTuiError(f"The answer could not be written: {reason}.", "Write it to another place.") from error
