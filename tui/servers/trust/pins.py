"""Trust on first use: a server's definitions as hashed texts, compared with those a person agreed to. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.messages import Json
from tui.domain.servers import Catalog
from tui.domain.trust import Pin, PinKey

VERSION = PinKey("version")
INSTRUCTIONS = PinKey("instructions")
_KEPT_CHARS = 100_000
"""Of a definition's text, for a comparison to be shown; the hash is over all of it."""


def canonical(definition: Json) -> str:
    """Returns the one spelling of a JSON value: sorted names, no blanks, ASCII only."""
    return json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def pin_of(text: str) -> Pin:
    """Returns what is kept of a definition's canonical text."""
    return Pin(hashlib.sha256(text.encode()).hexdigest(), text[:_KEPT_CHARS])


def definitions(catalog: Catalog, instructions: str, version: str) -> dict[PinKey, str]:
    """Returns the canonical text of everything a server says that could steer a model, and its version.

    Resources are not among them: they come and go by nature, and a model is told of none.
    """
    found = {PinKey("tool", tool.name): tool.definition for tool in catalog.tools}
    found |= {PinKey("prompt", prompt.name): prompt.definition for prompt in catalog.prompts}
    if instructions:
        found[INSTRUCTIONS] = canonical(instructions)
    if version:
        found[VERSION] = canonical(version)
    return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """How what a server says now differs from what was agreed to; what it no longer says stays agreed to."""

    new: tuple[PinKey, ...]
    changed: tuple[PinKey, ...]


def compare(pinned: Mapping[PinKey, Pin], current: Mapping[PinKey, str]) -> Comparison:
    """Returns the keys in `current` that were never pinned, and those whose text is another one."""
    new = tuple(key for key in current if key not in pinned)
    changed = tuple(key for key, text in current.items() if key in pinned and pin_of(text).sha256 != pinned[key].sha256)
    return Comparison(new, changed)
