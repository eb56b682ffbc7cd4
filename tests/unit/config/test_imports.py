"""Other clients' files are read as plain data, in each client's own spelling; what is odd costs only itself."""

import json
from pathlib import Path

import pytest

from tui.config.foreign import answered, with_variables
from tui.config.imports import Found, found_servers, servers_in
from tui.domain.errors import UsageError
from tui.domain.servers import ServerSpec

STDIO = {"command": "npx", "args": ["-y", "pkg"], "env": {"TOKEN": "abc"}}
FILES = {
    "claude_desktop_config.json": json.dumps({"mcpServers": {"s": STDIO}}),
    "cursor.json": json.dumps({"mcpServers": {"s": {**STDIO, "type": "stdio", "envFile": ".env"}}}),
    "claude.json": json.dumps({"projects": {"/home/ada/p": {"mcpServers": {"s": STDIO}}}}),
    "vscode.json": '{// mine\n"servers": {"s": ' + json.dumps(STDIO) + ',}, /* more */ "inputs": [],}',
    "zed.json": json.dumps(
        {"context_servers": {"s": {"command": {"path": "npx", "args": ["-y", "pkg"], "env": {"TOKEN": "abc"}}}}}
    ),
    "zed-flat.json": json.dumps({"context_servers": {"s": {"source": "custom", **STDIO}}}),
    "codex.toml": '[mcp_servers.s]\ncommand = "npx"\nargs = ["-y", "pkg"]\nenv = { TOKEN = "abc" }\n',
    "opencode.json": json.dumps(
        {"mcp": {"s": {"type": "local", "command": ["npx", "-y", "pkg"], "environment": {"TOKEN": "abc"}}}}
    ),
}
REMOTE = {
    "cursor.json": json.dumps({"mcpServers": {"s": {"url": "https://a.b/mcp", "headers": {"X": "y"}}}}),
    "windsurf.json": json.dumps({"mcpServers": {"s": {"serverUrl": "https://a.b/mcp", "headers": {"X": "y"}}}}),
    "gemini.json": json.dumps({"mcpServers": {"s": {"httpUrl": "https://a.b/mcp", "headers": {"X": "y"}}}}),
    "codex.toml": '[mcp_servers.s]\nurl = "https://a.b/mcp"\nhttp_headers = { X = "y" }\n',
    "opencode.json": json.dumps({"mcp": {"s": {"type": "remote", "url": "https://a.b/mcp", "headers": {"X": "y"}}}}),
}
HOSTILE = {
    "not-json.json": "{",
    "a-list.json": "[1, 2]",
    "deep.json": "[" * 100_000,
    "never-closed.json": '{"' + '\\"' * 300_000,
    "comments-never-closed.json": "/* " * 300_000,
    "no-server.json": '{"mcpServers": {"s": 7, "t": {}, "u": {"command": "x", "url": "https://a"}}}',
    "bad-url.json": '{"mcpServers": {"s": {"url": "file:///etc/passwd"}, "t": {"url": "javascript:alert(1)"}}}',
    "odd-types.json": '{"mcpServers": {"s": {"command": 7, "args": "x"}}, "inputs": {"a": 1}, "projects": [1]}',
}


def read(directory: Path, name: str, text: str) -> Found:
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return servers_in(path, "Some client")


@pytest.mark.parametrize("name", FILES)
def test_a_stdio_server_reads_the_same_from_every_client(name: str, tmp_path: Path) -> None:
    [found] = read(tmp_path, name, FILES[name]).servers
    spec = found.spec
    assert (spec.transport, spec.command, spec.args, dict(spec.env)) == (
        "stdio",
        "npx",
        ("-y", "pkg"),
        {"TOKEN": "abc"},
    )
    assert (spec.trusted, spec.origin) == (False, str(tmp_path / name))


@pytest.mark.parametrize("name", REMOTE)
def test_a_remote_server_reads_the_same_from_every_client(name: str, tmp_path: Path) -> None:
    [found] = read(tmp_path, name, REMOTE[name]).servers
    assert (found.spec.transport, found.spec.url, dict(found.spec.headers)) == ("http", "https://a.b/mcp", {"X": "y"})


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_brings_no_server_and_no_failure(name: str, tmp_path: Path) -> None:
    found = read(tmp_path, name, HOSTILE[name])
    assert found.servers == ()


def test_a_definition_that_is_no_use_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    found = read(
        tmp_path, "x.json", json.dumps({"mcpServers": {"bad": {"url": "ftp://x"}, "a b": STDIO, "a-b": STDIO}})
    )
    assert [each.spec.name for each in found.servers] == ["a-b", "a-b-2"]
    assert found.skipped == ("bad of Some client: its URL is not http or https",)


def test_inputs_are_asked_and_a_secret_is_left_to_the_environment(tmp_path: Path) -> None:
    text = {
        "servers": {"s": {"command": "x", "args": ["${input:db}"], "env": {"K": "${input:api-key}"}}},
        "inputs": [{"id": "api-key", "password": True, "description": "The key"}, {"id": "db"}],
    }
    [found] = read(tmp_path, "mcp.json", json.dumps(text)).servers
    assert [(ask.id, ask.secret, ask.variable) for ask in found.asks] == [
        ("db", False, "DB"),
        ("api-key", True, "API_KEY"),
    ]
    spec = answered(found, {"db": "main"}, {})
    assert (spec.args, spec.env["K"]) == (("main",), "${API_KEY:-}")
    assert answered(found, {"db": "main"}, {"API_KEY": "s"}).env["K"] == "${API_KEY}"


def test_variables_of_other_clients_become_ours(tmp_path: Path) -> None:
    text = {"mcp": {"s": {"type": "remote", "url": "https://a.b", "headers": {"Authorization": "Bearer {env:T}"}}}}
    [found] = read(tmp_path, "opencode.json", json.dumps(text)).servers
    assert answered(found, {}, {"T": "1"}).headers["Authorization"] == "Bearer ${T}"
    codex = '[mcp_servers.s]\nurl = "https://a.b"\nbearer_token_env_var = "T"\nenv_http_headers = { Y = "U" }\n'
    [found] = read(tmp_path, "config.toml", codex).servers
    assert found.spec.headers == {"Authorization": "Bearer ${T}", "Y": "${U}"}


def test_plain_secrets_can_be_left_to_the_environment() -> None:
    spec = ServerSpec("s", "stdio", command="x", env={"GITHUB_TOKEN": "ghp", "MODE": "fast"})  # type: ignore[arg-type]
    moved = with_variables(spec, lambda name: "TOKEN" in name)
    assert moved.env == {"GITHUB_TOKEN": "${GITHUB_TOKEN:-}", "MODE": "fast"}


def test_the_same_server_of_two_clients_is_found_once_and_names_stay_apart(tmp_path: Path) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    one.write_text(json.dumps({"mcpServers": {"s": STDIO}}))
    two.write_text(json.dumps({"mcpServers": {"s": STDIO, "t": {"command": "other"}}}))
    places = [("One", one), ("Two", two)]
    assert [each.spec.name for each in found_servers(places).servers] == ["s", "t"]
    assert [each.client for each in found_servers(places, "two").servers] == ["Two", "Two"]
    assert len(found_servers(places, str(one)).servers) == 1
    with pytest.raises(UsageError, match="neither a file nor a client"):
        found_servers(places, "nobody")
