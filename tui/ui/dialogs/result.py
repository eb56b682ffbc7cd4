"""All of a tool call's result: every block to read, copy and write, and the resources it links to."""

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from textual import on, work
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from tui.domain.errors import McpTuiError
from tui.domain.servers import ResultBlock, ToolResult
from tui.domain.text import clean, clean_line
from tui.ui import keys
from tui.ui.dialogs.dialog import Dialog, key_line, text
from tui.ui.new_file import write_new_file
from tui.ui.widgets.tools.result_view import BlockView, ResultView, file_of

Read = Callable[[str], Awaitable[tuple[ResultBlock, ...]]]
"""Reads a resource of the server that was called, by its URI."""


class ResultDialog(Dialog[None]):
    """One call, its arguments and its whole result."""

    BINDINGS = keys.bindings("dialog", only=("close",))
    DEFAULT_CSS = """
    ResultDialog {
        #dialog-box { width: 96%; height: 94%; max-width: 140; }
        #result-arguments { color: $code; height: auto; max-height: 6; margin-bottom: 1; }
        #result-all { height: 1fr; }
    }
    """

    def __init__(self, name: str, arguments_json: str, result: ToolResult, read: Read) -> None:
        super().__init__()
        self._heading = clean_line(name, 120)
        self._arguments = clean(arguments_json, 2_000)
        self._result = result
        self._read = read
        self._view = ResultView()

    def title_text(self) -> str:
        return self._heading

    def body(self) -> Iterable[Widget]:
        arguments = text(self._arguments)
        arguments.id = "result-arguments"
        yield arguments
        yield VerticalScroll(self._view, id="result-all")

    def keys_text(self) -> Content:
        return key_line(("↑↓", "scroll"), ("tab", "next block"), ("y", "copy"), ("w", "write a file"), ("esc", "close"))

    async def on_mount(self) -> None:
        await self._show(self._result)

    async def _show(self, result: ToolResult) -> None:
        await self._view.show(result)
        blocks = self.query(BlockView)
        if blocks:
            blocks.first().focus(scroll_visible=False)

    @on(BlockView.CopyWanted)
    def _copy(self, event: BlockView.CopyWanted) -> None:
        self.app.copy_to_clipboard(event.text)
        self.notify("Sent to the clipboard (OSC 52). If your terminal refuses it, w writes a file.", markup=False)

    @on(BlockView.FileWanted)
    def _write(self, event: BlockView.FileWanted) -> None:
        try:
            path = write_new_file(Path.cwd(), *file_of(event.block))
        except McpTuiError as error:
            self.notify(clean(f"{error.message} {error.hint}"), severity="error", markup=False)
        else:
            self.notify(clean(f"Written to {path}"), markup=False)

    @on(BlockView.LinkOpened)
    @work(exclusive=True, exit_on_error=False)
    async def _follow(self, event: BlockView.LinkOpened) -> None:
        try:
            blocks = await self._read(event.uri)
        except McpTuiError as error:
            self.notify(clean(f"{error.message} {error.hint}"), severity="error", markup=False)
        else:
            await self._show(ToolResult("ok", blocks))

    def action_close(self) -> None:
        self.dismiss(None)
