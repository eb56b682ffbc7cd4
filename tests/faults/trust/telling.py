"""Servers that say what a test writes into a file."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec

FIXTURE = Path(__file__).parents[2] / "fakes" / "mcp_telling.py"


class Telling:
    """One such server."""

    def __init__(self, directory: Path, script: Mapping[str, Any], name: str = "s") -> None:
        self.name = ServerName(name)
        self._script = directory / f"{name}.json"
        self.says(script)

    def says(self, script: Mapping[str, Any]) -> None:
        """Changes what it says from now on."""
        self._script.write_text(json.dumps(script), encoding="utf-8")

    def spec(self, *, review: bool = False, command: str = sys.executable) -> ServerSpec:
        args = ("-S", "-E", str(FIXTURE), str(self._script))
        return ServerSpec(self.name, "stdio", command=command, args=args, trusted=True, review=review)

    @property
    def calls(self) -> list[Any]:
        """The calls it received."""
        path = self._script.with_suffix(".calls")
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
