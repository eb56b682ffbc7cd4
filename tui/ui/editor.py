"""A message written in the person's own editor."""

import asyncio
import os
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tui.domain.errors import McpTuiError
from tui.domain.text import CleanText, clean

_MAX_BYTES = 1024 * 1024


async def edit(text: str, environ: Mapping[str, str]) -> CleanText:
    """Returns what the editor left of `text`. Raises McpTuiError; the terminal must be free meanwhile."""
    command = shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory(prefix="mcp-tui-") as directory:  # mode 0700
        file = Path(directory) / "message.md"
        file.write_text(text, "utf-8")
        try:
            process = await asyncio.create_subprocess_exec(*command, os.fspath(file))
            code = await process.wait()
        except (OSError, ValueError) as error:
            raise McpTuiError(f"Cannot start {command[:1]}: {error}", "Set EDITOR to an editor you have.") from error
        if code:
            raise McpTuiError(f"{command[0]} ended with {code}; the message is as it was.")
        return clean(file.read_bytes()[:_MAX_BYTES].decode("utf-8", "replace").rstrip("\n"))
