"""Fingerprints that change with what would run, and target lines that show no secret."""

from dataclasses import replace
from typing import Any

import pytest

from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec
from tui.servers.transports.process import child_environment
from tui.servers.trust.identity import masked_target, may_download, spec_fingerprint

SPEC = ServerSpec(ServerName("s"), "stdio", command="npx", args=("-y", "server"), env={"A": "1", "B": "2"})


@pytest.mark.parametrize(
    "change",
    [
        {"command": "npx2"},
        {"args": ("-y", "server", "")},
        {"args": ("-y server",)},
        {"env": {"A": "1", "B": "3"}},
        {"cwd": "/tmp"},
        {"url": "http://h/"},
        {"headers": {"X": "1"}},
        {"transport": "http"},
    ],
    ids=str,
)
def test_every_change_of_what_would_run_changes_the_fingerprint(change: dict[str, Any]) -> None:
    assert spec_fingerprint(replace(SPEC, **change)) != spec_fingerprint(SPEC)


def test_order_of_the_environment_name_and_timeouts_do_not_count() -> None:
    same = replace(SPEC, name=ServerName("t"), env={"B": "2", "A": "1"}, trusted=True, call_timeout_s=1, origin="x")
    assert spec_fingerprint(same) == spec_fingerprint(SPEC)
    assert len(spec_fingerprint(SPEC)) == 64


SECRETS = ["hunter2secret", "ghp_abcdefghijklmnop1234", "sk-abcdefghijklmnop1234"]


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        (("--api-key", "hunter2secret", "--port", "80"), "run --api-key ••• --port 80"),
        (("--token=hunter2secret",), "run --token=•••"),
        (("PASSWORD=hunter2secret",), "run PASSWORD=•••"),
        (("ghp_abcdefghijklmnop1234",), "run"),
        (
            ("https://me:hunter2secret@host/x?api_key=sk-abcdefghijklmnop1234&a=1",),
            "run https://•••@host/x?api_key=•••&a=1",
        ),
        (("a b",), "run 'a b'"),
    ],
    ids=str,
)
def test_a_command_line_is_shown_without_its_secrets(args: tuple[str, ...], shown: str) -> None:
    target = masked_target(replace(SPEC, command="run", args=args, env={"KEY": "hunter2secret"}))
    assert target.startswith(shown)
    assert not any(secret in target for secret in SECRETS)


@pytest.mark.parametrize(
    "fields",
    [
        {"command": "run", "args": ("plain hunter2", "x=plain hunter2")},
        {"transport": "http", "url": "https://h/hunter2"},
    ],
    ids=["stdio", "http"],
)
def test_what_came_out_of_the_environment_is_not_shown(fields: dict[str, Any]) -> None:
    target = masked_target(replace(SPEC, **fields, secrets=("hunter2", "plain hunter2")))
    assert "hunter2" not in target
    assert "•••" in target


def test_a_url_is_shown_without_its_secrets() -> None:
    spec = replace(SPEC, transport="http", url="https://u:hunter2secret@h:8/mcp?token=hunter2secret&v=2\x1b[2J")
    target = masked_target(spec)
    assert "hunter2" not in target
    assert "\x1b" not in target
    assert "h:8/mcp" in target


def test_runners_that_download_are_known() -> None:
    assert may_download(SPEC) == "npx"
    assert may_download(replace(SPEC, command="/usr/bin/uvx")) == "uvx"
    assert may_download(replace(SPEC, command="node")) is None


def test_a_child_learns_nothing_of_our_secrets() -> None:
    ours = {"PATH": "/bin", "HOME": "/me", "OPENAI_API_KEY": "sk", "TERM": "() { evil; }"}
    assert child_environment(ours, {"X": "1", "HOME": "/its"}) == {"PATH": "/bin", "HOME": "/its", "X": "1"}
