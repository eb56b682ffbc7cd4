"""Runs the installed command as a person's shell would."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORKSHOP = f"{sys.executable} -P -m tui.demo.workshop_server"
FILES = f"{sys.executable} -P -m tui.demo.files_server"


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Program:
    """The installed command with a home of its own."""

    home: Path

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return {**kept, "HOME": str(self.home), "MCP_TUI_HOME": str(self.home / "mcp-tui")}

    @property
    def config_file(self) -> Path:
        path = self.home / "mcp-tui" / "config" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    @property
    def command(self) -> str:
        command = shutil.which("mcp-tui", path=str(Path(sys.executable).parent))
        assert command, "mcp-tui is not installed in this environment"
        return command

    async def start(self, *arguments: str, environ: Mapping[str, str] | None = None) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            self.command,
            *arguments,
            env={**self.environ, **(environ or {})},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *arguments: str, stdin: str = "", environ: Mapping[str, str] | None = None) -> Done:
        process = await self.start(*arguments, environ=environ)
        out, err = await process.communicate(stdin.encode())
        assert process.returncode is not None
        return Done(process.returncode, out.decode(), err.decode())
