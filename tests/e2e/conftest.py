"""The installed command with a home of its own."""

import os
import shutil
import sys
from pathlib import Path

import pytest


@pytest.fixture
def command() -> str:
    """The `mcp-tui` that was installed beside this Python."""
    found = shutil.which("mcp-tui", path=str(Path(sys.executable).parent))
    if found is None:
        pytest.fail("mcp-tui is not installed in this environment: pip install -e .")
    return found


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment without keys, with files under a directory of the test."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SSL_CERT_FILE") if name in os.environ}
    home = tmp_path / "home"
    home.mkdir()
    return {
        **kept,
        "HOME": str(home),
        "MCP_TUI_HOME": str(tmp_path / "mcp-tui"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": kept.get("LANG", "C.UTF-8"),
    }
