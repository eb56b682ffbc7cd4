"""Providers are added to config.toml and taken out again; what a person wrote stays, and no key ever lands there."""

from pathlib import Path

import pytest

from tui.config.edit import add_providers, remove_provider
from tui.config.load import Options, load_settings
from tui.config.new_provider import new_provider
from tui.config.paths import Paths, find_paths
from tui.domain.errors import ConfigError, McpTuiError, UsageError

WRITTEN = """# mine
[[providers]]
name = "groq"  # the quick one

[[combos]]
name = "main"
steps = ["groq/llama"]
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths({"MCP_TUI_HOME": str(tmp_path)})
    paths.config.mkdir(parents=True)
    return paths


def test_providers_are_read_back_as_they_were_added_and_comments_stay(paths: Paths) -> None:
    paths.config_file.write_text(WRITTEN, "utf-8")
    added = [
        new_provider("ollama"),
        new_provider("openai", api_key_env="WORK_KEY"),
        new_provider("far", "https://models.example.org/v1/", "FAR_KEY"),
        new_provider("kept", "https://kept.example.org/v1", keyring=True),
    ]
    add_providers(paths, added)
    text = paths.config_file.read_text("utf-8")
    assert "# mine" in text
    assert "# the quick one" in text
    settings = load_settings(paths, {}, Options())
    facts = [(one.name, one.base_url, one.api_key_env, one.keyring, one.key_chosen) for one in settings.providers[1:]]
    assert facts == [(one.name, one.base_url, one.api_key_env, one.keyring, one.key_chosen) for one in added]
    assert settings.combos[0].steps == ("groq/llama",)


def test_a_file_with_its_providers_on_one_line_stays_readable(paths: Paths) -> None:
    paths.config_file.write_text('providers = [{ name = "groq" }]\n', "utf-8")
    add_providers(paths, [new_provider("ollama")])
    assert [one.name for one in load_settings(paths, {}, Options()).providers] == ["groq", "ollama"]


def test_a_taken_name_changes_nothing(paths: Paths) -> None:
    paths.config_file.write_text(WRITTEN, "utf-8")
    with pytest.raises(ConfigError, match="already"):
        add_providers(paths, [new_provider("ollama"), new_provider("groq")])
    assert paths.config_file.read_text("utf-8") == WRITTEN


def test_a_provider_is_taken_out_unless_a_combo_goes_through_it(paths: Paths) -> None:
    paths.config_file.write_text(WRITTEN, "utf-8")
    with pytest.raises(UsageError, match="main"):
        remove_provider(paths, "groq")
    add_providers(paths, [new_provider("ollama")])
    remove_provider(paths, "ollama")
    assert [one.name for one in load_settings(paths, {}, Options()).providers] == ["groq"]
    with pytest.raises(UsageError, match="no provider"):
        remove_provider(paths, "ollama")


def test_the_last_provider_leaves_a_readable_file(paths: Paths) -> None:
    add_providers(paths, [new_provider("ollama")])
    remove_provider(paths, "ollama")
    assert load_settings(paths, {}, Options()).providers == ()


@pytest.mark.parametrize(
    ("name", "base_url", "variable"),
    [
        ("", "http://x/v1", ""),
        ("a/b", "http://x/v1", ""),
        ("mine", "", ""),
        ("mine", "ftp://x", ""),
        ("mine", "https://user:secret@x.example/v1", ""),
        ("mine", "http://x/v1", "sk-canary-0123"),
        ("mine", "http://x/v1", "gsk_canaryA0123"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_next_step_and_no_secret(name: str, base_url: str, variable: str) -> None:
    with pytest.raises(McpTuiError) as told:
        new_provider(name, base_url, variable)
    assert told.value.hint
    assert "canary" not in f"{told.value.message} {told.value.hint}"
    assert "secret" not in f"{told.value.message} {told.value.hint}"


def test_a_known_name_at_another_address_gets_no_key_by_itself() -> None:
    assert new_provider("openai").api_key_env == "OPENAI_API_KEY"
    assert new_provider("openai", "http://127.0.0.1:9/v1").api_key_env is None
