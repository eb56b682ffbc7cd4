"""A combo that was changed by hand is written into config.toml; everything a person wrote around it stays."""

from pathlib import Path

import pytest

from tui.config.edit import edit_combo
from tui.config.load import Options, load_settings
from tui.config.paths import Paths, find_paths
from tui.domain.errors import ConfigError
from tui.domain.gateway import ComboSpec
from tui.domain.ids import ComboName

WRITTEN = """# mine
[[providers]]
name = "groq"

[[providers]]
name = "openai"

[[combos]]
name = "main"  # the usual way
strategy = "weighted"
steps = ["groq/llama", "openai/gpt"]
weights = [3, 1]
enabled = false

[[combos]]
name = "other"
steps = ["openai/gpt"]
"""
TURNED = ComboSpec(ComboName("main"), ("openai/gpt", "groq/llama"), "priority")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths({"MCP_TUI_HOME": str(tmp_path)})
    paths.config.mkdir(parents=True)
    return paths


def test_an_edited_combo_is_read_back_and_comments_stay(paths: Paths) -> None:
    paths.config_file.write_text(WRITTEN, "utf-8")
    edit_combo(paths, TURNED)
    main, other = load_settings(paths, {}, Options()).combos
    assert (main.steps, main.strategy, main.weights) == (TURNED.steps, "priority", ())
    assert not main.enabled, "a switch in the file is the person's own"
    assert other.steps == ("openai/gpt",)
    text = paths.config_file.read_text("utf-8")
    assert "# mine" in text
    assert "# the usual way" in text


def test_weights_are_written_with_their_steps(paths: Paths) -> None:
    paths.config_file.write_text(WRITTEN, "utf-8")
    edit_combo(paths, ComboSpec(ComboName("other"), ("openai/gpt", "groq/llama"), "weighted", weights=(1, 9)))
    _, other = load_settings(paths, {}, Options()).combos
    assert (other.strategy, other.weights) == ("weighted", (1, 9))


@pytest.mark.parametrize("head", ["", "combos = []\n"])
def test_a_combo_that_no_file_names_is_added(paths: Paths, head: str) -> None:
    paths.config_file.write_text(head + WRITTEN.partition("[[combos]]")[0], "utf-8")
    edit_combo(paths, TURNED)
    [main] = load_settings(paths, {}, Options()).combos
    assert (main.name, main.steps) == ("main", TURNED.steps)


def test_a_file_whose_combos_are_no_tables_is_left_alone(paths: Paths) -> None:
    paths.config_file.write_text('combos = "main"\n', "utf-8")
    with pytest.raises(ConfigError, match="combos"):
        edit_combo(paths, TURNED)
    assert paths.config_file.read_text("utf-8") == 'combos = "main"\n'
