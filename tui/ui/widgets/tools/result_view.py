"""The result of a call made by hand: one outcome line, then every block, whatever its kind."""

import base64
import binascii
import mimetypes

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.domain.errors import CallError
from tui.domain.servers import (
    AudioBlock,
    CallOutcome,
    ImageBlock,
    ResourceBlock,
    ResourceLinkBlock,
    ResultBlock,
    TextBlock,
    ToolResult,
)
from tui.domain.text import CleanText, clean_line
from tui.ui.format import byte_size, duration, plural
from tui.ui.keys import bindings
from tui.ui.widgets.form.schema_fields import as_json
from tui.ui.widgets.lists.detail import lines

OUTCOMES: dict[CallOutcome, tuple[str, str]] = {
    "ok": ("✓ ok", "$text-success"),
    "error": ("✗ error", "$text-error"),
    "denied": ("✗ denied", "$text-error"),
    "timeout": ("✗ timed out", "$text-error"),
    "cancelled": ("– cancelled", "$text-warning"),
    "invalid": ("✗ invalid", "$text-error"),
}
MAX_BLOCKS = 60
MAX_CHARACTERS = 20_000
"""Of a text that are shown; the file written by `w` has all of it."""


class BlockView(Static, can_focus=True):
    """One block: enter reads a link, y copies, w writes a file."""

    BINDINGS = bindings("result")
    DEFAULT_CSS = """
    BlockView { height: auto; padding: 0 1; border-left: outer $secondary-muted; margin-bottom: 1; }
    BlockView:focus { border-left: outer $live; background: $panel; }
    BlockView.-failed { border-left: outer $error; }
    """

    class LinkOpened(Message):
        """A person wants to read the resource behind a link."""

        def __init__(self, uri: str) -> None:
            super().__init__()
            self.uri = uri

    class CopyWanted(Message):
        """A person wants this text on the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class FileWanted(Message):
        """A person wants this block as a file; see `file_of`."""

        def __init__(self, block: ResultBlock) -> None:
            super().__init__()
            self.block = block

    def __init__(self, block: ResultBlock, *, failed: bool = False) -> None:
        super().__init__(_shown(block), markup=False, classes="-failed" if failed else "")
        self.block = block

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a link leads anywhere."""
        return action != "open" or isinstance(self.block, ResourceLinkBlock)

    def action_open(self) -> None:
        if isinstance(self.block, ResourceLinkBlock):
            self.post_message(self.LinkOpened(self.block.uri))

    def on_click(self) -> None:
        self.focus()

    def action_copy(self) -> None:
        self.post_message(self.CopyWanted(text_of(self.block)))

    def action_write(self) -> None:
        self.post_message(self.FileWanted(self.block))


class ResultView(Vertical):
    """What came back, or that it is on its way; empty before the first call."""

    DEFAULT_CSS = """
    ResultView { height: auto; }
    ResultView > Static { height: auto; }
    ResultView > .outcome { margin-bottom: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._outcome = Static("", classes="outcome", markup=False)

    def compose(self) -> ComposeResult:
        yield self._outcome

    async def clear(self) -> None:
        """Shows nothing."""
        self._outcome.display = False
        await self.query(BlockView).remove()

    async def show_running(self, what: CleanText) -> None:
        """Says that a call runs and how it is stopped."""
        await self.clear()
        self.show_progress(what)

    def show_progress(self, what: CleanText) -> None:
        """Says how far the call is."""
        self._outcome.display = True
        self._outcome.update(
            Content.assemble(("◐ ", "$text-warning"), what, ("   esc", "$live"), (" stops it", "$dim"))
        )

    async def show(self, result: ToolResult) -> None:
        """Shows a result."""
        await self.clear()
        word, style = OUTCOMES[result.outcome]
        self._outcome.display = True
        figures = (
            f"   {duration(result.duration_ms)} · {byte_size(result.size)} · {plural(len(result.blocks), 'block')}"
        )
        self._outcome.update(Content.assemble((word, f"{style} bold"), (figures, "$dim"), _spilled(result)))
        await self.mount_all(BlockView(block, failed=result.outcome != "ok") for block in _blocks(result)[:MAX_BLOCKS])


def _blocks(result: ToolResult) -> list[ResultBlock]:
    """The blocks, and the structured value unless a text block says just the same."""
    blocks = list(result.blocks)
    if result.structured is not None:
        text = as_json(result.structured, indent=2)
        if all(_squeezed(block.text) != _squeezed(text) for block in blocks if isinstance(block, TextBlock)):
            blocks.append(ResourceBlock(CleanText("structured"), CleanText("application/json"), text, size=len(text)))
    return blocks


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _spilled(result: ToolResult) -> Content:
    return (
        Content.styled(f"   all of it: {clean_line(result.spill_path)}", "$dim") if result.spill_path else Content("")
    )


def _shown(block: ResultBlock) -> Content:
    match block:
        case TextBlock():
            return _cut(block.text, "")
        case ImageBlock() | AudioBlock():
            kind = "image" if isinstance(block, ImageBlock) else "audio"
            return Content.assemble(
                (kind, "bold"),
                f"  {block.mime_type}  {byte_size(block.size)}   ",
                ("w", "$live"),
                (" writes it to a file", "$dim"),
            )
        case ResourceLinkBlock():
            return _link(block)
        case ResourceBlock():
            return _resource(block)


def _link(block: ResourceLinkBlock) -> Content:
    head = Content.assemble(
        ("link  ", "bold"), (block.name or block.uri, "$live underline"), (f"  {block.mime_type}", "$dim")
    )
    keys = Content.assemble((clean_line(block.uri), "$dim"), ("   ⏎", "$live"), (" reads it", "$dim"))
    return lines([head, *([Content(block.description)] if block.description else []), keys])


def _resource(block: ResourceBlock) -> Content:
    head = Content.assemble(
        ("resource  " if block.uri != "structured" else "", "bold"), (clean_line(block.uri), "bold")
    )
    head += Content.styled(f"  {block.mime_type}  {byte_size(block.size)}", "$dim")
    if block.text is None:
        return head + Content.assemble(("   w", "$live"), (" writes it to a file", "$dim"))
    return lines([head, _cut(block.text, "$code" if "json" in block.mime_type else "")])


def _cut(text: CleanText, style: str) -> Content:
    if not text:
        return Content.styled("(empty text)", "$dim")
    if len(text) <= MAX_CHARACTERS:
        return Content.styled(text, style)
    rest = plural(len(text) - MAX_CHARACTERS, "more character")
    return Content.assemble(
        (text[:MAX_CHARACTERS], style), ("\n… ", "$dim"), (rest, "$dim"), ("   w", "$live"), (" writes all", "$dim")
    )


def text_of(block: ResultBlock) -> str:
    """Returns what is copied of a block."""
    match block:
        case TextBlock():
            return block.text
        case ImageBlock() | AudioBlock():
            return block.data_base64
        case ResourceLinkBlock():
            return block.uri
        case ResourceBlock():
            return block.text if block.text is not None else block.data_base64 or ""


def file_of(block: ResultBlock) -> tuple[str, str, str | bytes]:
    """Returns the name, the suffix and the contents of the file a block becomes. Raises CallError on broken data."""
    match block:
        case TextBlock():
            return "result", ".txt", block.text
        case ResourceLinkBlock():
            return "link", ".txt", block.uri
        case ImageBlock() | AudioBlock():
            name = "image" if isinstance(block, ImageBlock) else "audio"
            return name, _suffix(block.mime_type), _decoded(block.data_base64)
        case ResourceBlock():
            name = block.uri.rstrip("/").rpartition("/")[2].partition("?")[0].rpartition(".")[0] or "resource"
            data = block.text if block.text is not None else _decoded(block.data_base64 or "")
            return name, _suffix(block.mime_type), data


def _suffix(mime_type: str) -> str:
    return mimetypes.guess_extension(mime_type.partition(";")[0].strip()) or ".bin"


def _decoded(data_base64: str) -> bytes:
    try:
        return base64.b64decode(data_base64, validate=False)
    except (binascii.Error, ValueError) as error:
        raise CallError("The server's data is not base64.", "Nothing was written.") from error
