"""The terminal is borrowed: a guarded driver writes to it, and every way out gives it back as it was."""

import os
import queue
import signal
import sys
import threading
from types import FrameType
from typing import Any

from rich.text import Text
from textual.app import App
from textual.driver import Driver

from tui.config.paths import Paths
from tui.crash import crash_report
from tui.ui.terminal.alt_keys import read_alt_keys
from tui.ui.terminal.guard import encodable, guarded, reset_sequence
from tui.ui.terminal.key_order import OrderedApp
from tui.ui.terminal.keyboard import GuardedInput
from tui.ui.terminal.line_settings import restore_attributes
from tui.ui.terminal.window_size import FollowedSize

SIGNALS = {
    number: 128 + number
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
    if (number := getattr(signal, name, None)) is not None
}
"""What asks us to leave, and the exit code that says so."""

RESTORE_S = 0.9
"""After a signal the terminal is given back within this, even when the program no longer answers."""
LEAVE_S = 6.0
"""After a signal the process is gone within this: servers get their time to close, a stuck program does not."""
_WRITE_S = 0.4


class GuardedOutput:
    """Mixed into the platform's driver: checks what is written, and never blocks on a terminal that does not read."""

    _app: App[Any]
    _file: Any
    _writer_thread: Any
    _leaving = False
    _skipped = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Textual draws on stderr, which a person may have sent to a file; on Windows it has no such stream.
        drawn_on = getattr(self, "_file", None)
        if drawn_on is not None and not drawn_on.isatty():
            self._file = sys.__stdout__

    def write(self, data: str) -> None:
        writer = self._writer_thread
        if writer is None or not writer.is_alive():  # the terminal is gone
            return
        checked = encodable(guarded(data), getattr(self._file, "encoding", None) or "utf-8")
        try:
            writer._queue.put(checked, block=self._leaving, timeout=_WRITE_S)
        except queue.Full:
            self._skip()

    def _skip(self) -> None:
        """A frame is lost to a slow terminal; all is painted again once it reads."""
        if not self._skipped and not self._leaving:
            self._skipped = True
            self._app.set_timer(0.25, self._catch_up)

    def _catch_up(self) -> None:
        self._skipped = False
        if self._writer_thread.is_alive() and self._writer_thread._queue.qsize():
            self._skip()
        else:
            self._app.refresh(layout=True)

    def start_application_mode(self) -> None:
        self._leaving = False
        super().start_application_mode()  # type: ignore[misc]  # the driver this is mixed into

    def stop_application_mode(self) -> None:
        self._leaving = True
        super().stop_application_mode()  # type: ignore[misc]

    def close(self) -> None:
        writer = self._writer_thread
        if writer is None or not writer.is_alive():
            return
        try:
            writer._queue.put(None, timeout=_WRITE_S)
        except queue.Full:
            return
        writer.join(1.0)


class TerminalApp(OrderedApp):
    """An app that leaves the terminal as it found it: on signals, on exceptions, when suspended, when blocked."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._last_resort: list[threading.Timer] = []
        read_alt_keys()
        super().__init__()

    def get_driver_class(self) -> type[Driver]:
        return type("GuardedDriver", (GuardedInput, GuardedOutput, FollowedSize, super().get_driver_class()), {})

    def on_load(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True), immediate=True)
        if threading.current_thread() is threading.main_thread() and not self.is_headless:
            for number in SIGNALS:
                signal.signal(number, self._leave_on_signal)

    def _leave_on_signal(self, number: int, _frame: FrameType | None) -> None:
        # Runs between two instructions of the main thread, so it only schedules; timers are threads and act
        # even when the loop is stuck.
        code = SIGNALS[number]
        if not self._last_resort:
            self._last_resort = [
                threading.Timer(RESTORE_S, self._give_back),
                threading.Timer(LEAVE_S, os._exit, (code,)),
            ]
            for timer in self._last_resort:
                timer.daemon = True
                timer.start()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.exit, None, code)

    def _give_back(self) -> None:
        """Restores the terminal without the driver, which may be stuck."""
        driver: Any = self._driver
        if driver is None or driver.is_headless or driver._leaving:
            return
        restore_attributes(driver.fileno, driver.attrs_before)
        os.write(driver.fileno, reset_sequence().encode())

    def stop_last_resort(self) -> None:
        """Called when all is closed in good order."""
        for timer in self._last_resort:
            timer.cancel()

    def _fatal_error(self) -> None:
        line = crash_report(self._exception or RuntimeError("unknown"), self._paths.crashes, os.environ)
        self._exit_renderables.append(Text(line))
        self._close_messages_no_wait()
