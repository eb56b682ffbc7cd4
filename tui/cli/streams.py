"""The three standard streams as the shell left them: closed, in another encoding, or with a reader who has gone."""

import codecs
import io
import json
import os
import sys

SPELL_OUT = "mcp-tui-spell-out"
"""The error handler's name, as `codecs` knows it."""


def prepare_streams() -> None:
    """Makes all three usable: what is closed is empty, a letter the encoding lacks is spelled out, broken UTF-8 read.

    A stream that stays closed would give its number to the next file that is opened, such as the database.
    """
    codecs.register_error(SPELL_OUT, _spelled_out)
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            stream = os.fdopen(os.open(os.devnull, os.O_RDWR), "r" if name == "stdin" else "w", encoding="utf-8")
            setattr(sys, name, stream)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace" if name == "stdin" else SPELL_OUT)


def _spelled_out(error: UnicodeError) -> tuple[str, int]:
    """As JSON writes it, so that JSON stays JSON in any encoding; `backslashreplace` would write `\\xe9`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def let_go_of_output() -> None:
    """The reader of our output, or the terminal, may have left; Python must not complain about it while it exits."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
