"""Streams made-up tokens into a transcript, ours or Textual's, with a text field below; prints figures when done.

`python -m tests.bench.programs.stream ours|textual KIND TOKENS RATE REPORT` writes a JSON document to REPORT.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Markdown, TextArea
from textual.widgets.markdown import MarkdownStream

from tests.bench.made_text import tokens_of
from tests.ui.widgets.transcript_app import arrive, reply
from tui.ui.bridge import FRAME_S
from tui.ui.theme import VARIABLE_DEFAULTS
from tui.ui.widgets.transcript.transcript import Transcript

ARRIVAL_S = 0.01
"""Tokens come in bunches of this length, as from a socket."""


class StreamApp(App[None]):
    """Feeds the view and measures processor time and the lag behind the stream."""

    def __init__(self, tokens: list[str], rate: float, report: Path) -> None:
        super().__init__()
        self.tokens, self.rate, self.report = tokens, rate, report

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLE_DEFAULTS

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()
        self.run_worker(self.measure())

    async def measure(self) -> None:
        """Streams everything, then writes the report."""
        await asyncio.sleep(0.5)
        began, cpu_began, place = time.perf_counter(), time.process_time(), 0
        while place < len(self.tokens):
            due = min(len(self.tokens), int((time.perf_counter() - began) * self.rate) + 1)
            await self.arrived("".join(self.tokens[place:due]))
            place = due
            await asyncio.sleep(ARRIVAL_S)
        ended = time.perf_counter()
        await self.finish()
        shown = time.perf_counter()
        figures = {
            "cpu_s": time.process_time() - cpu_began,
            "took_s": shown - began,
            "lag_s": shown - ended + max(0.0, ended - began - len(self.tokens) / self.rate),
        }
        self.report.write_text(json.dumps(figures))

    async def arrived(self, text: str) -> None:
        """Takes a piece of the stream."""
        raise NotImplementedError

    async def finish(self) -> None:
        """Returns when the last token is on the screen."""
        raise NotImplementedError


class OurApp(StreamApp):
    """The transcript, told once a frame."""

    def compose(self) -> ComposeResult:
        self.entry = reply("", streaming=True)
        self.transcript = Transcript()
        self.frame: asyncio.Task[None] | None = None
        yield self.transcript
        yield TextArea(compact=True, id="field")

    DEFAULT_CSS = "#field { height: 3; }"

    async def arrived(self, text: str) -> None:
        arrive(self.entry, text)
        if self.frame is None or self.frame.done():
            self.frame = asyncio.create_task(self.show_later())

    async def show_later(self) -> None:
        await asyncio.sleep(FRAME_S)
        self.transcript.sync([self.entry], 0)

    async def finish(self) -> None:
        if self.frame:
            await self.frame
        painted = asyncio.Event()
        self.transcript.call_after_refresh(painted.set)
        await painted.wait()


class TextualApp(StreamApp):
    """Textual's own Markdown with its stream."""

    DEFAULT_CSS = "#field { height: 3; }"

    def compose(self) -> ComposeResult:
        self.stream: MarkdownStream | None = None
        self.view = Markdown()
        with VerticalScroll() as scroll:
            yield self.view
        scroll.anchor()
        yield TextArea(compact=True, id="field")

    async def arrived(self, text: str) -> None:
        if self.stream is None:
            self.stream = Markdown.get_stream(self.view)
        await self.stream.write(text)

    async def finish(self) -> None:
        if self.stream:
            await self.stream.stop()
        painted = asyncio.Event()
        self.view.call_after_refresh(painted.set)
        await painted.wait()


def main() -> None:
    """Runs one side."""
    side, kind, count, rate, report = sys.argv[1:]
    app = OurApp if side == "ours" else TextualApp
    app(tokens_of(kind, int(count)), float(rate), Path(report)).run()


if __name__ == "__main__":
    main()
