"""Consent to start a server is consent to every byte of how it is started; a change of any asks again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tui.consent import Consent
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec
from tui.servers.trust.launch import cautions, floating_package, launch_lines
from tui.storage.database import Database

SPEC = ServerSpec(
    ServerName("s"), "stdio", command="cat", args=("-u", "x"), env={"TOKEN": "abc"}, cwd="/tmp", origin="config.toml"
)
REMOTE = ServerSpec(ServerName("s"), "http", url="https://a.b/mcp", headers={"X": "y"}, origin="config.toml")
CHANGES: list[tuple[str, ServerSpec, dict[str, Any], str]] = [
    ("command", SPEC, {"command": "/bin/cat"}, "runs: /bin/cat"),
    ("argument", SPEC, {"args": ("-u", "y")}, "argument: y"),
    ("one argument more", SPEC, {"args": ("-u", "x", "--upload-pack=evil")}, "argument: --upload-pack=evil"),
    ("order", SPEC, {"args": ("x", "-u")}, "argument: x"),
    ("two arguments as one", SPEC, {"args": ("-u x",)}, "argument: -u x"),
    ("environment name", SPEC, {"env": {"TOKEN": "abc", "LD_PRELOAD": "/evil.so"}}, "environment: LD_PRELOAD"),
    ("environment value", SPEC, {"env": {"TOKEN": "abd"}}, "environment: TOKEN"),
    ("directory", SPEC, {"cwd": "/"}, "directory: /"),
    ("URL", REMOTE, {"url": "https://a.c/mcp"}, "reaches: https://a.c/mcp"),
    ("header", REMOTE, {"headers": {"X": "z"}}, "header: X"),
    ("transport", REMOTE, {"transport": "sse"}, "transport: sse"),
]


@pytest.fixture
async def consent(tmp_path: Path) -> Any:
    database = await Database.open(tmp_path / "db")
    yield await Consent.open(database)
    await database.close()


@pytest.mark.parametrize(("name", "spec", "change", "shown"), CHANGES, ids=[row[0] for row in CHANGES])
async def test_any_change_asks_again_and_shows_the_difference(
    name: str, spec: ServerSpec, change: dict[str, Any], shown: str, consent: Consent
) -> None:
    await consent.remember(spec)
    changed = replace(spec, **change)
    [same], [other] = consent.applied([spec]), consent.applied([changed])
    assert (same.trusted, other.trusted) == (True, False)
    review = consent.launch_review(changed)
    assert review.known
    assert any(line.startswith(shown) for kind, line in review.lines if kind == "new")
    assert [kind for kind, _ in consent.launch_review(spec).lines if kind != "same"] == []


async def test_another_program_found_for_the_same_command_asks_again(consent: Consent, tmp_path: Path) -> None:
    good, evil = tmp_path / "good", tmp_path / "evil"
    for directory in (good, evil):
        directory.mkdir()
        (directory / "prog").write_text("#!/bin/sh\n")
        (directory / "prog").chmod(0o755)
    spec = replace(SPEC, command="prog", env={"PATH": f"{evil}/missing:{good}"})
    await consent.remember(spec)
    assert consent.applied([spec])[0].trusted
    (evil / "missing").symlink_to(evil)
    assert not consent.applied([spec])[0].trusted
    assert any(str(evil) in line for kind, line in consent.launch_review(spec).lines if kind == "new")


async def test_the_name_alone_and_the_file_it_stands_in_change_nothing(consent: Consent) -> None:
    await consent.remember(SPEC)
    assert consent.applied([replace(SPEC, origin="mcp.json", call_timeout_s=1)])[0].trusted
    assert not consent.applied([replace(SPEC, name=ServerName("t"))])[0].trusted


async def test_what_was_typed_may_speak_at_once_and_what_a_file_names_is_read_first(consent: Consent) -> None:
    await consent.remember(SPEC, typed=True)
    assert not consent.applied([SPEC])[0].review
    assert consent.applied([replace(SPEC, args=("other",))])[0].review
    await consent.remember(SPEC)
    assert consent.applied([SPEC])[0].review


def test_secrets_are_masked_and_nothing_else_is_cut() -> None:
    long = "x" * 5_000
    spec = replace(SPEC, args=("--token", "hunter2", "--api-key=hunter3", "in-env", long), secrets=("in-env",))
    text = "\n".join(launch_lines(spec, "/bin/cat"))
    assert not any(secret in text for secret in ("hunter2", "hunter3", "in-env", "abc"))
    assert long in text
    assert "environment: TOKEN" in text


def test_what_nobody_sees_in_a_command_is_spelled_out() -> None:
    text = "\n".join(launch_lines(replace(SPEC, args=("a\u202eb\x1b[2J\nc",)), ""))
    assert "\\u{202e}" in text
    assert "\x1b" not in text
    assert "\\n" in text


@pytest.mark.parametrize(
    ("command", "args", "package"),
    [
        ("npx", ("-y", "pkg"), "pkg"),
        ("npx", ("-y", "@scope/pkg@latest", "."), "@scope/pkg@latest"),
        ("npx", ("-y", "pkg@^1"), "pkg@^1"),
        ("/usr/bin/npx", ("--package=pkg", "run-it"), "pkg"),
        ("uvx", ("pkg",), "pkg"),
        ("uvx", ("--from", "pkg", "tool"), "pkg"),
        ("uv", ("tool", "run", "pkg"), "pkg"),
        ("pipx", ("run", "pkg"), "pkg"),
        ("bunx", ("pkg@latest",), "pkg@latest"),
        ("pnpm", ("dlx", "pkg"), "pkg"),
        ("npx", ("-y", "pkg@1.2.3"), None),
        ("npx", ("-y", "@scope/pkg@1.2.3-beta.1"), None),
        ("uvx", ("pkg==1.2.3",), None),
        ("uvx", ("pkg@1.2.3",), None),
        ("uvx", ("--from", "git+https://h/r@0123456789012345678901234567890123456789", "t"), None),
        ("npx", ("./local",), None),
        ("uv", ("run", "server.py"), None),
        ("python", ("-m", "server"), None),
    ],
)
def test_a_package_without_a_version_is_pointed_out(command: str, args: tuple[str, ...], package: str | None) -> None:
    spec = ServerSpec(ServerName("s"), "stdio", command=command, args=args)
    assert floating_package(spec) == package
    assert bool(cautions(spec)) == (package is not None)
