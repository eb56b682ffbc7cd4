"""Themes: palettes from TOML files, checked before Textual sees them (a bad colour would end the app)."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from tui.domain.text import CleanText, clean_line

VARIABLE_DEFAULTS: dict[str, str] = {
    "dim": "#8b98a9",
    "user": "#b4a1ff",
    "code": "#7ee787",
    "live": "#79c0ff",
}
"""Our own TCSS variables beside Textual's: secondary text, the person's name, inline code and strings, what is live."""

_COLOURS = (
    "primary",
    "secondary",
    "warning",
    "error",
    "success",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "boost",
)
_ANSI_DEFAULTS = {
    "dim": "ansi_default",
    "user": "ansi_magenta",
    "code": "ansi_green",
    "live": "ansi_blue",
    "ansi-background": "ansi_black",
    "ansi-foreground": "ansi_white",
}
_MAX_BYTES = 64 * 1024


@dataclass(slots=True)
class ThemeShelf:
    """The themes that can be used, and a sentence for each file that cannot."""

    themes: dict[str, Theme] = field(default_factory=dict)
    problems: list[CleanText] = field(default_factory=list)


class _BadThemeError(ValueError):
    """Names the key that is wrong."""


def shipped_themes() -> Path:
    """Returns the directory of our own themes: in the package when installed, beside it in a working copy."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent / "themes"


def load_themes(directories: Iterable[Path]) -> ThemeShelf:
    """Reads every `*.toml`; a later directory's theme replaces an earlier one of the same name."""
    shelf = ThemeShelf()
    for directory in directories:
        for file in sorted(directory.glob("*.toml")):
            try:
                theme = _read(file)
            except (OSError, ValueError) as error:
                shelf.problems.append(clean_line(f"Theme {file.name} is left out: {error}"))
            else:
                shelf.themes[theme.name] = theme
    return shelf


def _read(file: Path) -> Theme:
    if file.stat().st_size > _MAX_BYTES:
        raise _BadThemeError("the file is too large")
    document = tomllib.loads(file.read_text("utf-8"))
    theme = _decode(document, file.stem)
    generated = theme.to_color_system().generate()
    for name in _COLOURS:
        _check(name, generated[name])
    return theme


def _decode(document: Mapping[str, Any], stem: str) -> Theme:
    unknown = document.keys() - {"name", "dark", "ansi", "colors", "variables"}
    if unknown:
        raise _BadThemeError(f"unknown key {sorted(unknown)[0]!r}")
    name = document.get("name", stem)
    if not isinstance(name, str) or clean_line(name, 40) != name or not name:
        raise _BadThemeError("key 'name' must be a short text")
    colours: dict[str, Any] = {**_section(document, "colors")}
    for key in colours.keys() - set(_COLOURS):
        raise _BadThemeError(f"unknown colour {key!r}")
    if "primary" not in colours:
        raise _BadThemeError("key 'colors.primary' is missing")
    ansi = _flag(document, "ansi", False)
    return Theme(
        name=name,
        dark=_flag(document, "dark", True),
        ansi=ansi,
        variables={**(_ANSI_DEFAULTS if ansi else VARIABLE_DEFAULTS), **_section(document, "variables")},
        **colours,
    )


def _section(document: Mapping[str, Any], name: str) -> dict[str, str]:
    section = document.get(name, {})
    if not isinstance(section, Mapping):
        raise _BadThemeError(f"key {name!r} must be a table")
    for key, value in section.items():
        _check(key if name == "colors" else f"{name}.{key}", value)
    return dict(section)


def _check(key: str, value: object) -> None:
    if not isinstance(value, str):
        raise _BadThemeError(f"key {key!r} must be a colour")
    if key.endswith("-style"):
        return
    colour, _, alpha = value.partition(" ")
    try:
        Color.parse(colour)
    except ColorParseError as error:
        raise _BadThemeError(f"key {key!r}: {value!r} is no colour") from error
    if alpha and not (alpha.endswith("%") and alpha[:-1].isdigit()):
        raise _BadThemeError(f"key {key!r}: {value!r} is no colour")


def _flag(document: Mapping[str, Any], key: str, default: bool) -> bool:
    value = document.get(key, default)
    if not isinstance(value, bool):
        raise _BadThemeError(f"key {key!r} must be true or false")
    return value
