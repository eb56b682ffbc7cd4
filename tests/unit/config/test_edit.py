"""Changes to config.toml keep what a person wrote, and never leave half a file."""

import os
from pathlib import Path

import pytest

from tui.config.atomic import replace_file
from tui.config.edit import add_server, remove_server
from tui.config.load import Options, load_settings
from tui.config.paths import Paths, find_paths
from tui.domain.errors import ConfigError, UsageError
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec

WRITTEN = """# my servers
[chat]
model = "main"   # the cheap one

[servers.old]  # keep
command = "x"
"""
STDIO = ServerSpec(ServerName("new"), "stdio", "npx", ("-y", "a b"), {"T": "v"}, "/tmp")
SSE = ServerSpec(ServerName("far"), "sse", url="https://example.com/sse", headers={"A": "b"})


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths({"MCP_TUI_HOME": str(tmp_path)})
    paths.config.mkdir(parents=True)
    return paths


def test_a_server_is_added_and_read_back_and_comments_stay(paths: Paths) -> None:
    paths.config_file.write_text(WRITTEN, "utf-8")
    add_server(paths, STDIO)
    add_server(paths, SSE)
    assert paths.config_file.read_text("utf-8").startswith(WRITTEN.rstrip())
    _, new, far = load_settings(paths, {}, Options()).servers
    assert (new.command, new.args, new.env, new.cwd) == (STDIO.command, STDIO.args, STDIO.env, STDIO.cwd)
    assert (far.transport, far.url, far.headers) == ("sse", SSE.url, SSE.headers)


def test_the_first_server_makes_the_file_and_it_is_private(paths: Paths) -> None:
    before = os.umask(0)
    try:
        add_server(paths, STDIO)
    finally:
        os.umask(before)
    assert paths.config_file.stat().st_mode & 0o777 == 0o600
    assert [spec.name for spec in load_settings(paths, {}, Options()).servers] == ["new"]


def test_removing_takes_out_one_server_only(paths: Paths) -> None:
    paths.config_file.write_text(WRITTEN, "utf-8")
    add_server(paths, STDIO)
    remove_server(paths, "new")
    assert paths.config_file.read_text("utf-8").rstrip() == WRITTEN.rstrip()
    with pytest.raises(UsageError, match="new"):
        remove_server(paths, "new")


def test_a_name_that_is_taken_or_a_broken_file_changes_nothing(paths: Paths) -> None:
    paths.config_file.write_text(WRITTEN, "utf-8")
    add_server(paths, STDIO)
    before = paths.config_file.read_bytes()
    with pytest.raises(ConfigError, match="already"):
        add_server(paths, STDIO)
    assert paths.config_file.read_bytes() == before
    paths.config_file.write_text("[broken", "utf-8")
    with pytest.raises(ConfigError):
        add_server(paths, STDIO)
    assert paths.config_file.read_text("utf-8") == "[broken"


def test_a_server_of_the_json_file_is_pointed_at(paths: Paths) -> None:
    paths.mcp_file.write_text('{"mcpServers": {"a": {"command": "x"}}}', "utf-8")
    with pytest.raises(UsageError) as refused:
        remove_server(paths, "a")
    assert "mcp.json" in refused.value.hint


def test_a_file_that_cannot_be_replaced_stays_whole(tmp_path: Path) -> None:
    target = tmp_path / "directory"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(ConfigError, match="as it was"):
        replace_file(target, "text")
    assert [entry.name for entry in tmp_path.iterdir()] == ["directory"]


def test_a_link_is_followed_so_that_dotfiles_stay_linked(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "link.toml"
    real.write_text("old", "utf-8")
    link.symlink_to(real)
    replace_file(link, "new")
    assert link.is_symlink()
    assert real.read_text("utf-8") == "new"
