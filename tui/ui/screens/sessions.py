"""The sessions screen: earlier chats, to be found, resumed, renamed, copied, exported and deleted."""

from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Literal, Protocol

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content

from tui.domain.errors import McpTuiError
from tui.domain.events import ChatOpened, EngineReady, TurnFinished
from tui.domain.ids import ChatId
from tui.domain.money import format_usd
from tui.domain.text import CleanText, clean_line
from tui.ui.bridge import Kinds
from tui.ui.dialogs.ask_lines import AskLines
from tui.ui.dialogs.choice import Choice, ChoiceDialog
from tui.ui.dialogs.confirm import Confirm
from tui.ui.format import age, plural, whole
from tui.ui.keys import bindings
from tui.ui.new_file import write_new_file
from tui.ui.screens.framed import FramedScreen
from tui.ui.screens.live import concerns
from tui.ui.widgets.lists.columns import Column, Columns
from tui.ui.widgets.lists.list_filter import ListFilter
from tui.ui.widgets.lists.row_list import RowList

COLUMNS = Columns(
    Column("Last used", 10),
    Column("Title", least=24),
    Column("Messages", 8, right=True, rank=1),
    Column("Cost", 9, right=True, rank=2),
    Column("Newest message", rank=3, least=24),
)
_SUFFIXES = {"markdown": ".md", "json": ".json"}
_ON_A_CHAT = ("rename", "fork", "export", "export_json", "delete")


class StoredChat(Protocol):
    """A stored chat as the engine lists it; texts may be foreign."""

    @property
    def id(self) -> ChatId: ...
    @property
    def title(self) -> str: ...
    @property
    def updated(self) -> float: ...
    @property
    def message_count(self) -> int: ...
    @property
    def cost_microusd(self) -> int | None: ...
    @property
    def preview(self) -> str: ...


class ForkPlace(Protocol):
    """A message up to which a chat can be copied."""

    @property
    def message_count(self) -> int: ...
    @property
    def role(self) -> str: ...
    @property
    def text(self) -> CleanText: ...


class SessionsScreen(FramedScreen):
    """Stored chats, newest first."""

    NAME = "Sessions"
    AREA = "sessions"
    ALSO = ("list.select_cursor",)
    BINDINGS = [*bindings("sessions"), *bindings("list", only=("filter",))]  # noqa: RUF012 - Textual declares it so
    DEFAULT_CSS = """
    SessionsScreen > ListFilter { margin-top: 1; width: 100%; }
    SessionsScreen > RowList { padding: 0 1; }
    """

    def body(self) -> ComposeResult:
        self._filter = ListFilter("chats")
        self._list: RowList[StoredChat] = RowList(self._cells, key=lambda chat: chat.id, header=COLUMNS.header)
        self._total = 0
        yield self._filter
        yield self._list

    def on_mount(self) -> None:
        self._list.empty = ([("◌ Looking for earlier chats …", "dim")],)
        self._list.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a chat there is nothing to rename, to copy or to write."""
        return action not in _ON_A_CHAT or (bool(self.children) and self._list.item is not None)

    def draw(self, kinds: Kinds) -> None:
        if concerns(kinds, EngineReady, ChatOpened, TurnFinished):
            self._look()

    @on(ListFilter.Changed)
    def _look(self) -> None:
        self._load(" ".join(self._filter.words))

    @on(ListFilter.Left)
    def _filter_left(self) -> None:
        self._list.focus()

    @on(RowList.Chosen)
    def _resume(self) -> None:
        chat = self._list.item
        if chat:
            self.order(self._open(chat.id))

    def action_filter(self) -> None:
        self._filter.open()

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _load(self, search: str) -> None:
        try:
            found: Sequence[StoredChat] = await self.engine.chats.stored(search)
        except McpTuiError as error:
            self._list.empty = ([(error.message, "bad")], [(error.hint, "dim")])
            found = ()
        else:
            self._list.empty = _nothing(search)
        if not search:
            self._total = len(found)
        self._list.show(found)
        self._filter.show_count(len(found), max(self._total, len(found)))

    async def _open(self, chat_id: ChatId) -> None:
        await self.engine.chats.open(chat_id)
        await self._to_chat()

    async def _to_chat(self) -> None:
        await self.app.run_action("screen('chat')")

    @work(exit_on_error=False)
    async def action_fork(self) -> None:
        chat = self._list.item
        if chat is None:
            return
        try:
            choices = fork_choices(await self.engine.chats.places(chat.id), chat.message_count)
            title = f"Continue a copy of {clean_line(chat.title, 40) or 'the chat'}, up to"
            chosen = await self.app.push_screen_wait(ChoiceDialog(title, choices))
            if chosen:
                await self.engine.chats.fork(chat.id, int(chosen))
                await self._to_chat()
        except McpTuiError as error:
            self.refused(error)

    @work(exit_on_error=False)
    async def action_rename(self) -> None:
        chat = self._list.item
        if chat is None:
            return
        questions = (("Title", clean_line(chat.title, 200), "what it was about"),)
        answers = await self.app.push_screen_wait(AskLines(CleanText("Rename the chat"), questions))
        if answers:
            self.order(self._and_look(self.engine.chats.rename(chat.id, answers[0])))

    @work(exit_on_error=False)
    async def action_delete(self) -> None:
        chat = self._list.item
        if chat is None:
            return
        body = Content(f"{clean_line(chat.title)}, {plural(chat.message_count, 'message')}. This cannot be undone.")
        if await self.app.push_screen_wait(
            Confirm(CleanText("Delete this chat for good?"), body, yes="delete it", no="keep it")
        ):
            self.order(self._and_look(self.engine.chats.delete(chat.id)))

    def action_export(self) -> None:
        self._export("markdown")

    def action_export_json(self) -> None:
        self._export("json")

    def _export(self, form: Literal["markdown", "json"]) -> None:
        chat = self._list.item
        if chat:
            self.order(self._write(chat, form))

    async def _write(self, chat: StoredChat, form: Literal["markdown", "json"]) -> None:
        text = await self.engine.chats.export(chat.id, form)
        path = write_new_file(Path.cwd(), clean_line(chat.title) or chat.id, _SUFFIXES[form], text)
        self.notify(f"Wrote {clean_line(path)}", markup=False)

    async def _and_look(self, command: Awaitable[object]) -> None:
        await command
        self._look()

    def _cells(self, chat: StoredChat, width: int) -> list[tuple[str, str]]:
        return COLUMNS.cells(
            [
                (age(max(0.0, self.engine.clock.wall() - chat.updated)), "dim"),
                (clean_line(chat.title) or "untitled", "bold"),
                (whole(chat.message_count), ""),
                (format_usd(chat.cost_microusd), "dim"),
                (clean_line(chat.preview), "dim"),
            ],
            width,
        )


def fork_choices(places: Sequence[ForkPlace], message_count: int) -> list[Choice]:
    """Returns the places of a fork, the newest first: the whole chat, then every earlier message."""
    earlier = [
        Choice(
            str(place.message_count),
            CleanText(f"{'you' if place.role == 'user' else 'model'}  {clean_line(place.text, 56)}"),
            CleanText(f"message {place.message_count}"),
        )
        for place in reversed(places)
        if place.message_count < message_count
    ]
    return [Choice(str(message_count), CleanText("the end"), CleanText(plural(message_count, "message"))), *earlier]


def _nothing(search: str) -> tuple[list[tuple[str, str]], ...]:
    if search:
        return ([("No chat holds these words.", "bold")], [("/", "live"), (" then esc shows all again.", "dim")])
    return (
        [("No earlier chats yet.", "bold")],
        [("1", "live"), (" leads to the chat; what is said there is kept.", "dim")],
    )
