"""Where files live: the platform's directories, or all under `MCP_TUI_HOME`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from tui.domain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Paths:
    """Three directories; made with mode 0700 when first needed."""

    config: Path
    data: Path
    state: Path

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def mcp_file(self) -> Path:
        return self.config / "mcp.json"

    @property
    def database(self) -> Path:
        return self.data / "mcp-tui.sqlite3"

    @property
    def spill(self) -> Path:
        """Full copies of results that were shortened."""
        return self.data / "results"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def crashes(self) -> Path:
        return self.state / "crashes"

    @property
    def audit(self) -> Path:
        """What shows whether the audit in the database is whole; away from the database for that."""
        return self.state / "audit"

    @property
    def themes(self) -> Path:
        return self.config / "themes"


def find_paths(environ: Mapping[str, str]) -> Paths:
    """Returns the directories of this person. Raises ConfigError when none can be named (no HOME)."""
    home = environ.get("MCP_TUI_HOME")
    if home:
        root = Path(home).expanduser().absolute()
        return Paths(root / "config", root / "data", root / "state")
    try:
        dirs = platformdirs.PlatformDirs("mcp-tui", appauthor=False)
        return Paths(Path(dirs.user_config_dir), Path(dirs.user_data_dir), Path(dirs.user_state_dir))
    except (RuntimeError, KeyError) as error:
        raise ConfigError(f"No home directory: {error}", "Set MCP_TUI_HOME to a directory of your own.") from error


def make_private(directory: Path) -> Path:
    """Makes `directory` (and its parents) and returns it; only its owner may look inside (0700)."""
    try:
        # mkdir(parents=True) would make the parents with the umask's mode.
        for missing in reversed([each for each in (directory, *directory.parents) if not each.exists()]):
            missing.mkdir(exist_ok=True, mode=0o700)
        if directory.stat().st_mode & 0o077:
            os.chmod(directory, 0o700)
    except OSError as error:
        raise ConfigError(
            f"Cannot use {directory}: {error.strerror or error}", "Set MCP_TUI_HOME to a directory you can write."
        ) from error
    return directory
