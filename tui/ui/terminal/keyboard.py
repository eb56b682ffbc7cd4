"""What is typed and pasted, read from the terminal: a paste is text, and never the press of a key."""

import os
import selectors
import sys
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from typing import Any

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.events import Paste
from textual.message import Message

from tui.domain.text import clean
from tui.ui.terminal.alt_keys import with_alt_arrows

LONGEST_PASTE = 1_000_000
"""Characters; what goes beyond is dropped before the parser spends its time on it."""
_START, _END = "\x1b[200~", "\x1b[201~"
_CHUNK_BYTES = 64 * 1024


class PasteShield:
    """Takes escapes out of pastes; Textual's parser reads them as keys, so that a paste could answer a question.

    Several terminals and tmux leave escapes in what they paste. Source: xterm's control sequences, bracketed paste.
    """

    def __init__(self) -> None:
        self._inside = False
        self._passed = ""
        """The last characters handed on: a start may be cut in two by a read."""
        self._held = ""
        """What may be the beginning of the end."""
        self._length = 0

    def inert(self, data: str) -> str:
        """Returns `data` with `␛` for every escape within a paste, and the paste cut at its longest."""
        return "".join(self._pieces(data))

    def _pieces(self, data: str) -> Iterator[str]:
        while data:
            if self._inside:
                text, found, data = self._until_end(data)
                yield self._shortened(text.replace("\x1b", "␛")) + found
            else:
                typed, data = self._until_start(data)
                yield typed

    def _until_start(self, data: str) -> tuple[str, str]:
        window = self._passed + data
        start = window.find(_START)
        self._inside = start >= 0
        self._length = 0
        end = start + len(_START) if self._inside else len(window)
        self._passed = "" if self._inside else window[-len(_START) + 1 :]
        place = end - (len(window) - len(data))
        return data[:place], data[place:]

    def _until_end(self, data: str) -> tuple[str, str, str]:
        text, found, rest = (self._held + data).partition(_END)
        self._held = "" if found else _beginning_of_end(text)
        self._inside = not found
        return text[: len(text) - len(self._held)], found, rest

    def _shortened(self, text: str) -> str:
        kept = text[: max(0, LONGEST_PASTE - self._length)]
        self._length += len(kept)
        return kept


def _beginning_of_end(text: str) -> str:
    return next((_END[:size] for size in range(len(_END) - 1, 0, -1) if text.endswith(_END[:size])), "")


def read_keys(fileno: int, stop: threading.Event, deliver: Callable[[Message], None]) -> None:
    """Delivers what is typed until `stop`. Raises OSError when the terminal is gone."""
    shield, decoder, parser = PasteShield(), getincrementaldecoder("utf-8")("replace"), XTermParser()
    with selectors.SelectSelector() as selector:
        selector.register(fileno, selectors.EVENT_READ)
        while not stop.is_set():
            if selector.select(0.1):
                data = os.read(fileno, _CHUNK_BYTES)
                if not data:
                    raise OSError("the terminal was hung up")
                typed = with_alt_arrows(shield.inert(decoder.decode(data)))
                for message in parser.feed(typed) if typed else ():  # nothing would mean the end to it
                    deliver(Paste(clean(message.text)) if isinstance(message, Paste) else message)
            for message in parser.tick():
                deliver(message)


class GuardedInput:
    """Mixed into the platform's driver: reads POSIX terminals through the shield, and leaves when they are gone."""

    _app: App[Any]
    fileno: int
    exit_event: threading.Event
    process_message: Callable[[Message], None]

    def run_input_thread(self) -> None:
        try:
            if sys.platform == "win32":
                super().run_input_thread()  # type: ignore[misc]  # the driver this is mixed into
            else:
                read_keys(self.fileno, self.exit_event, self.process_message)
        except OSError:  # the terminal is gone: nobody can type any more
            self._app.call_later(self._app.exit, None, 129)
