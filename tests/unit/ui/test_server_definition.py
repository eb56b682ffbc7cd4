"""A server's definition as it is typed and edited."""

from dataclasses import replace

import pytest

from tui.domain.errors import UsageError
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec
from tui.ui.server_definition import editable, edited_server, typed_server

FILES = ServerSpec(
    ServerName("files"),
    "stdio",
    command="npx",
    args=("-y", "files", "--token=hush", "a b"),
    env={"LANG": "C"},
    trusted=True,
    origin="config.toml",
    secrets=("hush",),
)


@pytest.mark.parametrize("target", ["ftp://example.org/mcp", "http://", "http://[bad", "npx 'open"])
def test_what_is_neither_a_command_nor_a_url_is_refused(target: str) -> None:
    with pytest.raises(UsageError):
        typed_server("x", target)


def test_an_edit_that_changes_nothing_but_its_origin_gives_the_same_definition() -> None:
    assert edited_server(FILES, editable(FILES)) == replace(FILES, origin="typed in")


def test_a_secret_from_the_environment_is_not_shown_and_comes_back() -> None:
    shown = editable(FILES)
    assert "hush" not in shown
    edited = edited_server(FILES, shown.replace("-y ", ""))
    assert edited.args == ("files", "--token=hush", "a b")


def test_a_command_may_become_a_url_and_keeps_what_both_have() -> None:
    edited = edited_server(FILES, "https://example.org/mcp")
    assert (edited.transport, edited.url, edited.command, edited.args) == ("http", "https://example.org/mcp", "", ())
    assert edited.env == {"LANG": "C"}


def test_a_server_of_the_older_transport_stays_one() -> None:
    old = ServerSpec(ServerName("old"), "sse", url="http://localhost/sse", trusted=True)
    assert edited_server(old, "http://localhost:1/sse").transport == "sse"


def test_consent_is_kept_but_never_gained_by_an_edit() -> None:
    assert edited_server(FILES, "uvx files").trusted
    assert not edited_server(replace(FILES, trusted=False), "uvx files").trusted
