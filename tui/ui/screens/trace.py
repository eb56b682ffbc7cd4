"""The trace screen: a turn as a waterfall, and the raw JSON-RPC log."""

import json
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import ContentSwitcher

from tui.domain.errors import McpTuiError
from tui.domain.events import (
    AttemptBegan,
    AttemptFinished,
    ChatOpened,
    FrameSeen,
    ToolCallFinished,
    ToolCallRequested,
    ToolCallStarted,
    TurnFinished,
    UserSpoke,
)
from tui.domain.text import clean_line
from tui.ui.bridge import Kinds
from tui.ui.keys import bindings
from tui.ui.new_file import write_new_file
from tui.ui.screens.framed import FramedScreen
from tui.ui.screens.live import concerns
from tui.ui.widgets.lists.columns import Column, Columns
from tui.ui.widgets.lists.detail import Detail
from tui.ui.widgets.lists.ink import Piece
from tui.ui.widgets.lists.list_filter import ListFilter, holds
from tui.ui.widgets.lists.row_list import RowList
from tui.ui.widgets.trace.trace_text import FRAME_COLUMNS, bar_text, frame_cells, frame_text, turn_cells
from tui.ui.widgets.trace.waterfall import Bar, TurnTrace, axis, bar_cells, document, traces

TURN_COLUMNS = Columns(
    Column("Time", 5),
    Column("Turn", least=20),
    Column("Steps", 5, right=True, rank=2),
    Column("Took", 10, right=True),
    Column("Cost", 9, right=True, rank=1),
)
_MOVES = (UserSpoke, AttemptBegan, AttemptFinished, ToolCallRequested, ToolCallStarted, ToolCallFinished)


class TraceScreen(FramedScreen):
    """What happened in a turn, when, how long, at what price."""

    NAME = "Trace"
    AREA = "trace"
    BINDINGS = [*bindings("trace"), *bindings("list", only=("filter",))]  # noqa: RUF012 - Textual declares it so
    DEFAULT_CSS = """
    TraceScreen ContentSwitcher { height: 1fr; }
    TraceScreen RowList { padding: 1 1 0 1; }
    TraceScreen #turns { height: auto; max-height: 30%; min-height: 4; }
    TraceScreen #bars { height: 1fr; }
    TraceScreen Detail { height: 40%; margin-top: 1; }
    TraceScreen ListFilter { width: 100%; margin-top: 1; }
    TraceScreen #frames { padding-top: 0; }
    """

    def body(self) -> ComposeResult:
        self._turns: RowList[TurnTrace] = RowList(
            lambda turn, width: TURN_COLUMNS.cells(turn_cells(turn), width),
            key=lambda turn: turn.turn_id,
            header=TURN_COLUMNS.header,
            id="turns",
        )
        self._turns.empty = (
            [("No turn yet.", "bold")],
            [("1", "live"), (" leads to the chat: every message becomes a waterfall here.", "dim")],
        )
        self._bars: RowList[Bar] = RowList(self._bar_cells, key=lambda bar: bar.key, header=self._axis, id="bars")
        self._frames: RowList[FrameSeen] = RowList(frame_cells, key=id, header=FRAME_COLUMNS.header, id="frames")
        self._filter = ListFilter("messages")
        self._bar_detail, self._frame_detail = Detail(id="bar-detail"), Detail(id="frame-detail")
        self._switcher = ContentSwitcher(initial="waterfall")
        with self._switcher:
            with Vertical(id="waterfall"):
                yield self._turns
                yield self._bars
                yield self._bar_detail
            with Vertical(id="raw"):
                yield self._filter
                yield self._frames
                yield self._frame_detail

    def on_mount(self) -> None:
        self._turns.focus()

    def draw(self, kinds: Kinds) -> None:
        if concerns(kinds, ChatOpened, TurnFinished, *_MOVES):
            self._turns.show(traces(self.state.entries))
            self._show_turn()
        if concerns(kinds, FrameSeen) and self._raw:
            self._show_frames()

    def tick(self) -> None:
        if self._turn and self._turn.running:
            self._bars.refresh()

    @property
    def _raw(self) -> bool:
        return self._switcher.current == "raw"

    @property
    def _turn(self) -> TurnTrace | None:
        return self._turns.item

    @on(RowList.Moved, "#turns")
    def _show_turn(self) -> None:
        self._bars.show(self._turn.bars if self._turn else ())
        self._bar_detail.show(bar_text(self._bars.item))

    @on(RowList.Chosen, "#turns")
    def _into_turn(self) -> None:
        self._bars.focus()

    @on(RowList.Moved, "#bars")
    def _bar_moved(self) -> None:
        self._bar_detail.show(bar_text(self._bars.item), fresh=True)

    @on(RowList.Chosen, "#bars")
    def _into_bar(self) -> None:
        self._bar_detail.focus()

    @on(RowList.Moved, "#frames")
    def _frame_moved(self) -> None:
        self._frame_detail.show(frame_text(self._frames.item), fresh=True)

    @on(RowList.Chosen, "#frames")
    def _into_frame(self) -> None:
        self._frame_detail.focus()

    @on(ListFilter.Changed)
    def _show_frames(self) -> None:
        words = self._filter.words
        newest_first = list(reversed(self.state.frames))
        shown = [one for one in newest_first if not words or holds(f"{one.server} {one.label}".lower(), words)]
        self._frames.empty = _no_frames(bool(newest_first))
        self._frames.show(shown)
        self._filter.show_count(len(shown), len(newest_first))
        self._frame_detail.show(frame_text(self._frames.item))

    @on(ListFilter.Left)
    def _filter_left(self) -> None:
        self._frames.focus()

    def action_filter(self) -> None:
        if not self._raw:
            self.action_raw()
        self._filter.open()

    def action_raw(self) -> None:
        self._switcher.current = "waterfall" if self._raw else "raw"
        if self._raw:
            self._show_frames()
        (self._frames if self._raw else self._turns).focus()

    def action_export(self) -> None:
        turn = self._turn
        if turn is None:
            self.notify("There is no turn to export yet.", markup=False)
            return
        text = json.dumps(document(turn, map(_frame_document, self.state.frames)), ensure_ascii=False, indent=2)
        try:
            path = write_new_file(Path.cwd(), f"trace-{turn.turn_id}", ".json", text)
        except McpTuiError as error:
            self.refused(error)
        else:
            self.notify(f"Wrote {clean_line(path)}", markup=False)

    def _axis(self, width: int) -> list[Piece]:
        return axis(self._turn, self.engine.clock.wall(), width)

    def _bar_cells(self, bar: Bar, width: int) -> list[Piece]:
        turn = self._turn
        return bar_cells(bar, turn, self.engine.clock.wall(), width) if turn else []


def _frame_document(frame: FrameSeen) -> dict[str, object]:
    return {
        "at": frame.at,
        "server": frame.server,
        "direction": frame.direction,
        "label": frame.label,
        "id": frame.request_id,
        "size": frame.size,
        "preview": frame.preview,
    }


def _no_frames(filtered: bool) -> tuple[list[Piece], ...]:
    if filtered:
        return ([("No message passes the filter.", "bold")], [("/", "live"), (" then esc shows all again.", "dim")])
    return ([("No JSON-RPC messages yet.", "bold")], [("They appear as soon as a server connects.", "dim")])
