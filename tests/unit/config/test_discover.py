"""What is found without being told; nothing of it is started."""

import json
from pathlib import Path

import pytest

from tui.config.discover import describe, find_clients, providers_from_environment
from tui.config.load import Options, load_settings
from tui.config.paths import find_paths
from tui.domain.errors import ConfigError

FOUND = [
    ({}, []),
    ({"GROQ_API_KEY": "k"}, [("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY")]),
    ({"GROQ_API_KEY": ""}, []),
    (
        {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "OPENAI_API_KEY": "k"},
        [("openai", "http://127.0.0.1:9/v1", "OPENAI_API_KEY")],
    ),
    ({"OMNIROUTE_BASE_URL": "http://10.0.0.1:1/v1"}, [("omniroute", "http://10.0.0.1:1/v1", None)]),
    ({"OLLAMA_HOST": "0.0.0.0"}, [("ollama", "http://127.0.0.1:11434/v1", None)]),
    ({"OLLAMA_HOST": "box:99"}, [("ollama", "http://box:99/v1", None)]),
    ({"OLLAMA_HOST": "https://box/"}, [("ollama", "https://box:11434/v1", None)]),
]


@pytest.mark.parametrize(("environ", "expected"), FOUND, ids=str)
def test_providers_are_found_in_the_environment(
    environ: dict[str, str], expected: list[tuple[str, str, str | None]]
) -> None:
    found = providers_from_environment(environ)
    assert [(spec.name, spec.base_url, spec.api_key_env) for spec in found] == expected


def test_a_broken_address_in_the_environment_names_its_variable() -> None:
    with pytest.raises(ConfigError, match="OPENAI_BASE_URL"):
        providers_from_environment({"OPENAI_BASE_URL": "nonsense"})


def test_the_environment_is_asked_only_when_nothing_else_names_a_provider(tmp_path: Path) -> None:
    paths = find_paths({"MCP_TUI_HOME": str(tmp_path)})
    environ = {"GROQ_API_KEY": "secret-of-groq"}
    found = load_settings(paths, environ, Options())
    assert [provider.name for provider in found.providers] == ["groq"]
    assert len(found.found) == 1
    assert "GROQ_API_KEY" in found.found[0]
    assert "secret-of-groq" not in repr(found)
    assert load_settings(paths, environ, Options(base_url="http://127.0.0.1:1/v1")).found == ()
    assert describe(found.providers[0]).startswith("groq at https://api.groq.com")


def test_other_clients_are_found_and_broken_files_passed_over(tmp_path: Path) -> None:
    servers = {"mcpServers": {"files": {"command": "rm"}, "\x1b[2Jweb": {"url": "https://x"}}}
    (tmp_path / ".claude.json").write_text(json.dumps(servers), "utf-8")
    (tmp_path / ".codex").mkdir()
    (tmp_path / ".codex" / "config.toml").write_text("[mcp_servers.git]\ncommand = 'x'\n", "utf-8")
    (tmp_path / ".cursor").mkdir()
    (tmp_path / ".cursor" / "mcp.json").write_bytes(b"{" * 100_000)
    (tmp_path / ".gemini").mkdir()
    (tmp_path / ".gemini" / "settings.json").write_text('{"theme": "x"}', "utf-8")
    claude, codex = find_clients({}, tmp_path)
    assert (claude.client, claude.servers) == ("Claude Code", ("files", "2Jweb"))
    assert (codex.client, codex.servers) == ("Codex", ("git",))
