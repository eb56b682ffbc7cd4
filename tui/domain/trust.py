"""What a person agreed to: servers' definitions as they were read, and how to show what became of them since."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tui.domain.text import CleanText

DefinitionKind = Literal["tool", "prompt", "instructions", "version"]
Change = Literal["same", "gone", "new"]
DiffPiece = tuple[Change, CleanText]
"""A stretch of text and whether it stands in both versions, only in the old or only in the new one."""


class PinKey(NamedTuple):
    """Which definition of a server; `name` is empty where a server has only one."""

    kind: DefinitionKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Pin:
    """A definition as the person agreed to it."""

    sha256: str
    """Of the whole canonical text."""
    text: str
    """The canonical text, cut where it is very long."""


@dataclass(frozen=True, slots=True)
class PinSet:
    """All definitions of a server that a person agreed to."""

    fingerprint: str
    """Of the way the server was started or reached then."""
    pins: Mapping[PinKey, Pin]


@dataclass(frozen=True, slots=True)
class DefinitionReview:
    """One definition to be read before a model may be told of it."""

    kind: DefinitionKind
    name: CleanText
    diff: tuple[DiffPiece, ...]
    """All of it as `new` where it was never seen before."""
    flags: tuple[CleanText, ...] = ()
    """What looks like an attempt to steer a model, one sentence each."""


@dataclass(frozen=True, slots=True)
class LaunchReview:
    """What starting or reaching a server means, compared with what the person agreed to before."""

    lines: tuple[tuple[Change, CleanText], ...]
    """One fact a line: the command, each argument, environment names, directory, URL, headers; secrets masked."""
    known: bool
    """The person agreed to an earlier definition of this name."""
    cautions: tuple[CleanText, ...] = ()
