"""The size of the terminal's window, followed through any storm of changes.

Textual reads the size in a signal handler. Handlers interrupt one another between two instructions, so the outermost,
with the oldest size, may be the last to tell it; and a window that is back at its size is taken for one that was never
touched, though the terminal has cut off or moved what stood there.
"""

import asyncio
import signal
from typing import Any

from textual.app import App
from textual.events import Resize
from textual.geometry import Size


class FollowedSize:
    """Mixed into the platform's driver: the loop reads the size after all changes, then all is painted again."""

    _app: App[Any]
    _in_band_window_resize: bool

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[misc]  # the driver this is mixed into
        if hasattr(signal, "SIGWINCH"):
            asyncio.get_running_loop().add_signal_handler(signal.SIGWINCH, self._resized)

    def stop_application_mode(self) -> None:
        if hasattr(signal, "SIGWINCH"):
            asyncio.get_running_loop().remove_signal_handler(signal.SIGWINCH)
        super().stop_application_mode()  # type: ignore[misc]

    def _resized(self) -> None:
        if self._in_band_window_resize:  # the terminal tells the size itself, among the keys
            return
        size = Size(*self._get_terminal_size())  # type: ignore[attr-defined]
        self._app.post_message(Resize(size, size))
        self._app.refresh(layout=True)
