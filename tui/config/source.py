"""A configuration file as data that remembers where each key stands, so that every complaint names the line."""

import json
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tui.domain.errors import ConfigError
from tui.domain.messages import Json

MAX_BYTES = 1_000_000
Keys = tuple[str | int, ...]
"""The way to a value: table names, and positions within arrays."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file that was read; `data` is its outermost table."""

    path: Path
    text: str
    data: dict[str, Json]

    def error(self, keys: Keys, message: str, hint: str = "") -> ConfigError:
        """Returns an error that names the file, the line and the key."""
        name = ".".join(str(key + 1) if isinstance(key, int) else key for key in keys)
        place = f"{self.path}:{self.line_of(keys)}"
        return ConfigError(f"{place}: {name + ' ' if name else ''}{message}", hint)

    def line_of(self, keys: Keys) -> int:
        """Returns the line of a key, or of the innermost table around it that can be found."""
        find = _find_in_json if self.path.suffix == ".json" else _find_in_toml
        return self.text.count("\n", 0, find(self.text, keys)) + 1


def read_toml(path: Path) -> Source:
    """Returns a TOML file. Raises ConfigError."""
    text = _read(path)
    try:
        return Source(path, text, tomllib.loads(text, parse_float=Decimal))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise ConfigError(
            f"{path}: this is no valid TOML: {error}", "Correct that line; nothing was changed."
        ) from error


def read_json(path: Path) -> Source:
    """Returns a JSON file whose outermost value is an object. Raises ConfigError."""
    text = _read(path)
    try:
        data = json.loads(text, parse_float=Decimal)
    except (RecursionError, ValueError) as error:
        raise ConfigError(
            f"{path}: this is no valid JSON: {error}", "Correct that line; nothing was changed."
        ) from error
    if not isinstance(data, dict):
        raise ConfigError(f"{path}:1: expected an object.", 'Write it like {"mcpServers": {…}}.')
    return Source(path, text, data)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.", "Check the name and who owns the file."
        ) from error
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{path} is larger than {MAX_BYTES:,} bytes.", "Is this the right file?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: this is no UTF-8 text.", "Save the file as UTF-8.") from error


def _find_in_json(text: str, keys: Keys) -> int:
    position = 0
    for key in keys:
        if isinstance(key, str):
            found = re.compile(rf"{re.escape(json.dumps(key, ensure_ascii=False))}\s*:").search(text, position)
            position = found.start() if found else position
    return position


def _find_in_toml(text: str, keys: Keys) -> int:
    position, names = 0, ""
    for key in keys:
        if isinstance(key, int):
            headers = list(re.finditer(rf"^[ \t]*\[\[\s*{names}\s*\]\]", text, re.MULTILINE))
            position = headers[key].start() if key < len(headers) else position
            continue
        bare = rf"[\"']?{re.escape(key)}[\"']?"
        names = rf"{names}\s*\.\s*{bare}" if names else bare
        found = re.compile(rf"^[ \t]*\[+\s*{names}\s*\]", re.MULTILINE).search(text)
        if found is None:
            found = re.compile(rf"(?:^[ \t]*|[{{,.]\s*){bare}\s*[=.]", re.MULTILINE).search(text, position)
        position = found.end() - 1 if found else position
    return position
