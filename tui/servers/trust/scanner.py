"""Looks for words in definitions that are meant to steer a model rather than to describe a tool.

A finding blocks nothing: it is told to the person who decides. The codes are those of Invariant's mcp-scan: E001
hidden instructions, E002 talk of another server's tools, W001 suspicious words. Pure.
"""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tui.domain.messages import Json
from tui.domain.text import CleanText, clean_line

_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164"
    "\ufeff\uffa0\U000e0000-\U000e0fff]|[\ufe00-\ufe0e]{2}"
)
_ORDERS = re.compile(
    r"<\s*/?\s*(?:important|system|secret|instructions?|critical|hidden)\s*>"
    r"|\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:previous|prior|earlier|above|all|other|any)\b.{0,30}"
    r"\b(?:instructions?|prompts?|rules?|messages?|context|guidelines)\b"
    r"|\bdo\s+not\s+(?:tell|mention|inform|reveal|show|let)\b.{0,40}\b(?:user|human|person|anyone|them)\b"
    r"|\bwithout\s+(?:telling|informing|asking|notifying)\b.{0,20}\b(?:user|human|person)\b"
    r"|\b(?:before|when|whenever|instead\s+of)\b.{0,20}\b(?:using|calling|use|call)\b.{0,20}\b(?:this|any|other|another)"
    r"\s+tools?\b.{0,60}\b(?:must|read|send|first|always|pass)\b"
    r"|~/\.ssh|\bid_rsa\b|\.cursor/mcp\.json|\.aws/credentials|\b/etc/passwd\b",
    re.IGNORECASE | re.DOTALL,
)
_LOUD = re.compile(
    r"\b(?:crucial|system\s+prompt|you\s+must\s+(?:always|never|first)|mandatory\s+(?:step|first))\b"
    r"|\bsidenote\b|\b(?:always|must)\s+(?:be\s+)?(?:use|call|invoke|run)\w*\s+(?:this|first)\b",
    re.IGNORECASE,
)
_NAMES = re.compile(r"[A-Za-z0-9_.\-/]{4,}")
_WRITES = re.compile(
    r"(?:^|[^a-z])(?:delete|remove|drop|erase|purge|destroy|truncate|write|create|update|insert|overwrite|send"
    r"|publish|execute|exec|kill|uninstall|transfer|push|rename|upload)(?:$|[^a-z])",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SCANNED_CHARS = 200_000


@dataclass(frozen=True, slots=True)
class Flag:
    """One finding: its code and a sentence."""

    code: str
    text: CleanText


def scan(definition: str, foreign_names: Collection[str] = ()) -> list[Flag]:
    """Returns what is odd in a definition's canonical JSON; at most one flag a code.

    `foreign_names` are the distinctive names of other servers' tools, see `distinctive`.
    """
    found: dict[str, Flag] = {}
    for text in _texts(definition[:_SCANNED_CHARS] if len(definition) > _SCANNED_CHARS else definition):
        for flag in _flags(text, foreign_names):
            found.setdefault(f"{flag.code}{flag.text[:12]}", flag)
    return list(found.values())


def distinctive(name: str) -> bool:
    """Whether a tool's name is unlikely to be met by chance in a sentence."""
    return len(name) >= 6 and bool(re.search(r"[_.\-/]|[a-z][A-Z]", name))


def belies_read_only(name: str) -> bool:
    """Whether a tool's name says that it changes something, whatever its annotations say."""
    return _WRITES.search(_CAMEL.sub("_", name)) is not None


def _flags(text: str, foreign_names: Collection[str]) -> Iterator[Flag]:
    hidden = _HIDDEN.findall(text)
    if hidden:
        yield Flag("E001", CleanText(f"holds {len(hidden)} characters that nobody sees"))
    if order := _ORDERS.search(text):
        yield Flag("E001", CleanText(f"speaks to the model: “{clean_line(order.group(), 60)}”"))
    elif loud := _LOUD.search(text):
        yield Flag("W001", CleanText(f"presses the model: “{clean_line(loud.group(), 60)}”"))
    if foreign_names:
        named = next((name for name in _NAMES.findall(text) if name.rstrip(".") in foreign_names), None)
        if named:
            yield Flag("E002", CleanText(f"talks about another server's tool: {clean_line(named, 60)}"))


def _texts(definition: str) -> Iterator[str]:
    try:
        value = json.loads(definition)
    except (ValueError, RecursionError):
        yield definition
        return
    waiting: list[Json] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting += [*item, *item.values()]
        elif isinstance(item, list):
            waiting += item
