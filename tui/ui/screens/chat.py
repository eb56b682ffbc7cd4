"""The cockpit: servers on the left, the conversation in the middle, the gateway on the right."""

from functools import partial
from pathlib import Path
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.widget import Widget

from tui.domain import events as e
from tui.domain.errors import StorageError
from tui.domain.ids import ServerName
from tui.domain.state import State
from tui.domain.text import clean
from tui.domain.transcript import ToolEntry, UserEntry
from tui.engine import Engine
from tui.ui import keys
from tui.ui.bridge import Kinds
from tui.ui.candidates import COMMANDS, command_candidates, find_prompt, resource_candidates
from tui.ui.new_file import write_new_file
from tui.ui.outgoing import Outgoing, text_of
from tui.ui.screens.live import LiveScreen, concerns
from tui.ui.widgets.composer.composer import Composer
from tui.ui.widgets.composer.message_field import MessageField
from tui.ui.widgets.frame.key_bar import house_key_bar
from tui.ui.widgets.frame.status_bar import StatusBar
from tui.ui.widgets.gateway.gateway_rail import GatewayRail
from tui.ui.widgets.servers.server_rows import tool_rules
from tui.ui.widgets.servers.servers_pane import ServersPane
from tui.ui.widgets.transcript.transcript import NO_MODEL, WELCOME, Transcript

TICK_S = 1.0
WIDTHS = ((0, "-narrow"), (80, "-medium"), (100, "-wide"), (120, "-roomy"))
"""The screen's class from so many columns on."""
COPIED = "Sent to the clipboard (OSC 52). If your terminal refuses it, w writes a file."


class ChatScreen(LiveScreen):
    """Wires the panes to the state and their messages to the engine."""

    AUTO_FOCUS = "MessageField"
    BINDINGS = keys.bindings("chat")
    DEFAULT_CSS = """
    ChatScreen {
        background: $background;
        #panes { height: 1fr; }
        #middle { width: 1fr; padding: 1 2 0 2; background: $background; }
        Transcript { height: 1fr; background: $background; }
        Composer { margin-top: 1; }
        &.-narrow #left, &.-narrow #right, &.-medium #right { display: none; }
        &.-medium #left, &.-wide #left { width: 27; }
        &.-medium #middle, &.-wide #middle { padding: 1 1 0 1; }
        &.-left-on #left, &.-right-on #right { display: block; }
        &.-left-off #left, &.-right-off #right { display: none; }
        &.-zoomed #panes > * { display: none; }
        &.-zoomed #panes > .-in-view { display: block; width: 1fr; }
    }
    """

    def __init__(self, engine: Engine, state: State) -> None:
        super().__init__(engine, state)
        self.HORIZONTAL_BREAKPOINTS = list(WIDTHS)
        self._status = StatusBar(engine.settings.profile)
        self._servers = ServersPane(id="left")
        self._transcript = Transcript(clock=engine.clock)
        self._composer = Composer()
        self._middle = Vertical(self._transcript, self._composer, id="middle")
        self._gateway = GatewayRail(id="right")
        self._outgoing = Outgoing(engine, state)

    def compose(self) -> ComposeResult:
        # Textual adds it after the first paint, and then styles, arranges and paints everything again.
        self.add_class(max(width for width in WIDTHS if width[0] <= self.app.size.width)[1])
        yield self._status
        yield Horizontal(self._servers, self._middle, self._gateway, id="panes")
        yield house_key_bar("Chat")

    def on_mount(self) -> None:
        self.set_interval(TICK_S, self._tick)

    def show_state(self, kinds: Kinds) -> None:
        state = self.state
        if concerns(kinds, e.ServerChanged, e.ServerRemoved, e.CatalogChanged):
            rules = tool_rules(self.engine.settings.policy, state.catalogs)
            self._servers.show(state.servers, state.catalogs, rules)
            self._composer.set_candidates(
                resource_candidates(state.catalogs, Path.cwd()), command_candidates(state.catalogs)
            )
        if concerns(kinds, e.MessageQueued, e.ChatOpened):
            self._composer.set_queued(len(state.queued))
        if concerns(kinds, e.ChatOpened):
            said = [text_of(entry.parts) for entry in state.entries if isinstance(entry, UserEntry)]
            self._composer.set_history(said)
        if concerns(kinds, e.EngineReady, e.TargetChanged):
            self._transcript.empty_text = NO_MODEL if state.ready and not state.target else WELCOME
        self._transcript.sync(state.entries, state.entries_epoch)
        self._tick()

    def _tick(self) -> None:
        """Ages and countdowns move on although nothing happened."""
        if self.is_current:
            now = self.engine.clock.wall()
            self._status.show(self.state, now)
            self._gateway.show(self.state.gateway, now)

    # --- from the panes

    @on(Composer.Submitted)
    def _submitted(self, event: Composer.Submitted) -> None:
        words = event.text.strip()
        prompt = find_prompt(self.state.catalogs, words)
        if words.removeprefix("/") in COMMANDS and words.startswith("/"):
            self.call_later(self.run_action, COMMANDS[words[1:]][0])
        elif prompt is not None:
            self.order(self._outgoing.insert_prompt(prompt, self._composer, self.app))
        else:
            self.order(self._outgoing.send(clean(event.text), event.attachments))

    @on(Composer.Refused)
    def _refused(self, event: Composer.Refused) -> None:
        self.notify(clean(event.reason), severity="warning", markup=False)

    @on(Composer.EditRequested)
    @on(Composer.TakeBackWanted)
    def _bring(self, event: Composer.EditRequested | Composer.TakeBackWanted) -> None:
        if isinstance(event, Composer.EditRequested):
            self.order(self._outgoing.edit(event.text, self._composer, self.app))
        else:
            self.order(self._outgoing.take_back(self._composer))

    @on(MessageField.ReadOn)
    def _read_on(self, event: MessageField.ReadOn) -> None:
        if event.move in ("previous", "next"):
            self._transcript.focus()
        self.call_later(self._transcript.run_action, event.move)

    @on(Transcript.CopyRequested)
    @on(Transcript.WriteRequested)
    def _keep(self, event: Transcript.CopyRequested | Transcript.WriteRequested) -> None:
        if isinstance(event, Transcript.CopyRequested):
            self.app.copy_to_clipboard(event.text)
            self.notify(COPIED, markup=False)
            return
        try:
            name = Path(event.suggested_name)
            file = write_new_file(Path.cwd(), name.stem, name.suffix, event.text)
        except StorageError as error:
            self.engine.report(error)
        else:
            self.notify(clean(f"Written to {file}"), markup=False)

    @on(Transcript.OpenRequested)
    def _open_result(self, event: Transcript.OpenRequested) -> None:
        from tui.ui.dialogs.result import ResultDialog  # not needed at start-up

        calls = (entry for entry in reversed(self.state.entries) if isinstance(entry, ToolEntry))
        call = next((each for each in calls if each.key == event.entry_key), None)
        if call is not None and call.result is not None:
            read = partial(self.engine.servers.read_resource, call.server)
            name = f"{call.server}.{call.tool}"
            self.app.push_screen(ResultDialog(name, call.arguments_json, call.result, read))

    @on(ServersPane.ToolChosen)
    @on(ServersPane.ServerChosen)
    async def _open_row(self, event: ServersPane.ToolChosen | ServersPane.ServerChosen) -> None:
        """The other screens are imported when they are first opened."""
        await self.app.switch_mode("tools" if isinstance(event, ServersPane.ToolChosen) else "servers")
        screen: Any = self.app.screen
        if isinstance(event, ServersPane.ToolChosen):
            screen.seek_tool(event.server, event.tool)
        else:
            screen.seek_server(event.name)

    @on(ServersPane.ReconnectChosen)
    def _reconnect(self, event: ServersPane.ReconnectChosen) -> None:
        self.order(self.engine.servers.reconnect(ServerName(event.name)))

    # --- keys

    def on_key(self, event: Key) -> None:
        """What is written while the transcript is read goes into the message field, unless it is a key of ours."""
        letter = event.character if event.is_printable else None
        if letter and self._transcript.has_focus and event.key not in self.active_bindings:
            event.stop()
            self.set_focus(self._composer.query_one(MessageField))
            self._composer.insert(letter)

    def action_back(self) -> None:
        """Closes, clears, leaves, then interrupts the turn."""
        if self.selections:
            self.clear_selection()
        elif self.has_class("-zoomed"):
            self.action_zoom()
        elif not self._composer.has_focus_within:
            self._composer.focus()
        elif self.state.turn_id:
            self.order(self.engine.cancel())

    def action_compose(self) -> None:
        self._composer.focus()

    def action_zoom(self) -> None:
        for pane in (self._servers, self._middle, self._gateway):
            pane.set_class(pane.has_focus_within or pane.has_focus, "-in-view")
        self.toggle_class("-zoomed")

    def action_new(self) -> None:
        self.order(self.engine.chats.new())

    def action_model(self) -> None:
        from tui.ui.dialogs.choice import ChoiceDialog  # not needed at start-up
        from tui.ui.targets import target_choices

        def chosen(target: str | None) -> None:
            if target:
                self.order(self.engine.gateway.set_target(target))

        choices = target_choices(self.engine)
        empty = "No model is known yet. A key such as OPENAI_API_KEY, a local server, or --base-url brings some."
        dialog = ChoiceDialog("Model or combo", choices, current=self.state.target, empty=empty)
        self.app.push_screen(dialog, chosen)

    def action_rail(self, side: str) -> None:
        pane: Widget = self._servers if side == "left" else self._gateway
        shown = bool(pane.display)
        self.set_class(shown, f"-{side}-off")
        self.set_class(not shown, f"-{side}-on")
        self.call_after_refresh(self._tick)
