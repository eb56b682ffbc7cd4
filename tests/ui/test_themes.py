"""Themes: all of ours can be read, and a bad file costs a sentence, not the app."""

from pathlib import Path

import pytest
from textual.color import Color

from tests.ui.engine_double import EngineDouble
from tests.ui.stage import staged
from tui.config.schema import Settings, UiSettings
from tui.ui.theme import load_themes, shipped_themes

OURS = load_themes([shipped_themes()])
GROUNDS = ("background", "surface", "panel")
INKS = ("dim", "user", "code", "live", "text-success", "text-warning", "text-error", "foreground")


def contrast(ink: str, ground: str) -> float:
    """The contrast ratio of WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in Color.parse(colour).normalized
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_promised_themes_are_there_and_whole() -> None:
    assert OURS.problems == []
    assert set(OURS.themes) == {"night", "ember", "paper", "dawn", "contrast", "terminal", "terminal-light"}


@pytest.mark.parametrize("name", [name for name, theme in OURS.themes.items() if not theme.ansi])
def test_every_ink_is_readable_on_every_ground(name: str) -> None:
    theme = OURS.themes[name]
    colours = theme.to_color_system().generate() | theme.variables
    least = 7 if name == "contrast" else 4.5
    ratios = {(ink, ground): contrast(colours[ink], colours[ground]) for ink in INKS for ground in GROUNDS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < least} == {}


@pytest.mark.parametrize("name", ["terminal", "terminal-light"])
def test_the_terminals_own_palette_is_all_that_is_used(name: str) -> None:
    theme = OURS.themes[name]
    used = [theme.primary, theme.background, theme.surface, theme.error, *theme.variables.values()]
    assert all(str(colour).startswith("ansi_") for colour in used)


BAD = {
    "colour": 'name = "x"\n[colors]\nprimary = "#zzz"\n',
    "variable": 'name = "x"\n[colors]\nprimary = "red"\n[variables]\ndim = "no such"\n',
    "missing": 'name = "x"\n[colors]\naccent = "red"\n',
    "unknown": 'name = "x"\nbogus = 1\n[colors]\nprimary = "red"\n',
    "flag": 'name = "x"\ndark = "yes"\n[colors]\nprimary = "red"\n',
    "type": 'name = "x"\ncolors = 3\n',
    "toml": "name = ",
    "control": 'name = "a\\u001b[2J"\n[colors]\nprimary = "red"\n',
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_theme_is_reported_with_its_file_and_left_out(tmp_path: Path, kind: str) -> None:
    (tmp_path / "mine.toml").write_text(BAD[kind])
    shelf = load_themes([tmp_path])
    assert shelf.themes == {}
    assert len(shelf.problems) == 1
    assert "mine.toml" in shelf.problems[0]


def test_bytes_that_are_no_text_are_reported(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")
    assert len(load_themes([tmp_path]).problems) == 1


async def test_a_bad_theme_of_a_person_is_said_and_the_app_runs(tmp_path: Path) -> None:
    engine = EngineDouble(tmp_path, settings=Settings(ui=UiSettings(theme="mine")))
    engine.paths.themes.mkdir(parents=True)
    (engine.paths.themes / "mine.toml").write_text(BAD["colour"])
    async with staged(tmp_path, engine=engine) as stage:
        await stage.pilot.pause()
        assert "mine.toml" in stage.text
        assert "There is no theme called 'mine'" in stage.text
        assert stage.app.theme == "night"


@pytest.mark.parametrize("name", sorted(OURS.themes))
async def test_every_theme_draws_the_cockpit(tmp_path: Path, name: str) -> None:
    engine = EngineDouble(tmp_path, settings=Settings(ui=UiSettings(theme=name)))
    async with staged(tmp_path, engine=engine) as stage:
        assert stage.app.theme == name
        assert "Providers" in stage.text


async def test_escape_in_the_chooser_brings_the_theme_back(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("f2", "down")
        assert stage.app.theme != "night"
        await stage.press("escape")
        assert stage.app.theme == "night"
