"""Every action and its key, once: bindings, the help screen, the palette and the README table come from here."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do. `id` is `area.verb`; `keys` as Textual spells them, the first is shown."""

    id: str
    keys: str
    label: str
    help: str
    shown: bool = False
    """In the key bar at the bottom."""
    priority: bool = False
    """Works even while a text field has the focus."""

    @property
    def area(self) -> str:
        """The part of the screen it belongs to."""
        return self.id.partition(".")[0]

    @property
    def method(self) -> str:
        """The action's name in Textual: `chat.interrupt` calls `action_interrupt`."""
        return self.id.partition(".")[2]


ACTIONS: tuple[Action, ...] = (
    # The whole program
    Action("app.screen('chat')", "alt+1,1", "Chat", "Chat, servers and gateway at a glance"),
    Action("app.screen('servers')", "alt+2,2", "Servers", "The MCP servers"),
    Action("app.screen('tools')", "alt+3,3", "Tools", "Tools, resources and prompts of all servers"),
    Action("app.screen('trace')", "alt+4,4", "Trace", "A turn as a waterfall, and the raw JSON-RPC log"),
    Action("app.screen('gateway')", "alt+5,5", "Gateway", "Health, cost, combos, models, routes, quota"),
    Action("app.screen('sessions')", "alt+6,6", "Sessions", "Earlier chats"),
    Action("app.screen('logs')", "alt+7,7", "Logs", "The program's log, servers' stderr, notifications"),
    Action("app.help", "f1,question_mark", "help", "The keys of the focused pane"),
    Action("app.palette", "ctrl+p", "commands", "Every action by name", priority=True),
    Action("app.quit", "ctrl+q", "quit", "Leave", priority=True),
    Action(
        "app.copy_or_interrupt", "ctrl+c", "copy", "Copy the selection, else interrupt; twice leaves", priority=True
    ),
    Action("app.suspend", "ctrl+z", "suspend", "Put the program in the background of the shell", priority=True),
    Action("app.theme", "f2", "theme", "Choose a theme"),
    # The cockpit
    Action("chat.back", "escape", "back", "Close, clear, leave, then interrupt the turn"),
    Action("chat.compose", "i", "write", "Go to the message field"),
    Action("chat.zoom", "z", "zoom", "Give the focused pane the whole screen"),
    Action("chat.new", "ctrl+n", "new chat", "Begin a new chat"),
    Action("chat.model", "ctrl+t", "model", "Choose the model or combo"),
    Action("chat.rail('left')", "ctrl+b", "servers", "Show or hide the servers"),
    Action("chat.rail('right')", "ctrl+r", "gateway", "Show or hide the gateway"),
    # The message field
    Action("composer.submit", "enter", "send", "Send the message", priority=True),
    Action("composer.newline", "shift+enter,alt+enter,ctrl+j", "newline", "Begin a new line"),
    Action("composer.edit", "ctrl+g", "editor", "Write the message in $EDITOR"),
    Action(
        "composer.older", "up", "older", "The message before, on the first line; in an empty field, the one that waits"
    ),
    Action("composer.newer", "down", "newer", "The message after, when the cursor is on the last line"),
    Action("composer.read('previous')", "alt+up", "previous", "The block before, in the transcript"),
    Action("composer.read('next')", "alt+down", "next", "The block after, in the transcript"),
    Action("composer.read('fold_all')", "ctrl+o", "fold all", "Fold or unfold all tool calls"),
    Action("composer.read('page_up')", "pageup", "page up", "Read back in the transcript"),
    Action("composer.read('page_down')", "pagedown", "page down", "Read on in the transcript"),
    # The transcript
    Action("transcript.fold", "space,enter", "fold", "Fold or unfold the block"),
    Action("transcript.fold_all", "ctrl+o", "fold all", "Fold or unfold all tool calls", priority=True),
    Action("transcript.previous", "alt+up,k", "previous", "The block before"),
    Action("transcript.next", "alt+down,j", "next", "The block after"),
    Action("transcript.copy", "y", "copy", "Copy the block"),
    Action("transcript.write", "w", "write", "Write the block to a file"),
    Action("transcript.top", "g,home", "top", "The beginning"),
    Action("transcript.bottom", "G,end", "bottom", "The end, and follow it"),
    Action("transcript.half_up", "ctrl+u", "half up", "Half a screen up"),
    Action("transcript.half_down", "ctrl+d", "half down", "Half a screen down"),
    # Lists of all kinds
    Action("list.cursor_down", "j,down", "down", "The next row"),
    Action("list.cursor_up", "k,up", "up", "The row before"),
    Action("list.first", "g,home", "first", "The first row"),
    Action("list.last", "G,end", "last", "The last row"),
    Action("list.page_down", "ctrl+d,pagedown", "page down", "A page down"),
    Action("list.page_up", "ctrl+u,pageup", "page up", "A page up"),
    Action("list.select_cursor", "enter", "open", "Open the row"),
    Action("list.filter", "slash", "filter", "Filter the list"),
    # Dialogs
    Action("dialog.close", "escape", "close", "Close without a change"),
    Action("dialog.accept", "ctrl+s", "accept", "Accept what was filled in", priority=True),
    # A page a server wants visited
    Action("page.copy", "y", "copy", "Copy the page's address"),
    # The servers in the cockpit
    Action("pane.fold", "space", "fold", "Show or hide the server's tools"),
    Action("pane.reconnect", "r", "reconnect", "Connect the server anew"),
    # A yes or no
    Action("confirm.decide(True)", "y", "yes", "Yes, do it"),
    Action("confirm.decide(False)", "n,escape", "no", "No, leave it"),
    Action("confirm.other", "left,right", "other", "To the other button"),
    # Approving a tool call
    Action("approval.once", "y", "once", "Run this call"),
    Action("approval.session", "s", "session", "Run it, and this tool for the rest of the session"),
    Action("approval.always", "a", "always", "Run it, and this tool from now on"),
    Action("approval.edit", "e", "edit", "Change the arguments, then run it"),
    Action("approval.deny", "n,escape", "deny", "Do not run it"),
    Action("approval.read('down')", "down,j", "read on", "The next line of the arguments"),
    Action("approval.read('up')", "up,k", "back", "The line before"),
    Action("approval.read('page_down')", "pagedown,ctrl+d", "page on", "The next page of the arguments"),
    Action("approval.read('page_up')", "pageup,ctrl+u", "page back", "The page before"),
    Action("approval.read('home')", "home,g", "beginning", "The beginning of the arguments"),
    Action("approval.read('end')", "end,G", "end", "The end of the arguments"),
    # What a server says of itself
    Action("definitions.agree", "y", "agree", "Tell the model what the server says"),
    Action("definitions.deny", "n,escape", "no", "Keep it from the model"),
    Action("definitions.read('down')", "down,j", "read on", "The next line"),
    Action("definitions.read('up')", "up,k", "back", "The line before"),
    Action("definitions.read('page_down')", "pagedown,ctrl+d", "page on", "The next page"),
    Action("definitions.read('page_up')", "pageup,ctrl+u", "page back", "The page before"),
    Action("definitions.read('home')", "home,g", "beginning", "The beginning"),
    Action("definitions.read('end')", "end,G", "end", "The end"),
    # The servers screen
    Action("servers.reconnect", "r", "reconnect", "Connect the server anew", shown=True),
    Action("servers.enable", "d", "on/off", "Disable or enable the server", shown=True),
    Action("servers.trust", "t", "trust", "Consent to start this server", shown=True),
    Action("servers.add", "n", "add", "Add a server", shown=True),
    Action("servers.edit", "e", "edit", "Change a server's command line or URL for this run", shown=True),
    Action("servers.remove", "x", "remove", "Remove the server for this run", shown=True),
    Action("servers.doctor", "c", "doctor", "Check the connection stage by stage", shown=True),
    Action("servers.logs", "l", "logs", "The server's stderr and log", shown=True),
    Action("servers.switch", "o", "for model", "Tell the model of the server's tools, or no longer", shown=True),
    Action("servers.import_server", "i", "import", "Take over a server from another client's file", shown=True),
    # The tools screen
    Action(
        "tools.call", "ctrl+r", "call", "Call the tool, read the resource, get the prompt", shown=True, priority=True
    ),
    Action("tools.raw", "ctrl+e", "raw JSON", "Switch between the form and raw JSON", shown=True, priority=True),
    Action("tools.copy_command", "Y", "copy as command", "Copy the call as a command line", shown=True),
    Action("tools.switch", "o", "for model", "Tell the model of the tool, or no longer", shown=True),
    Action("tools.watch", "w", "watch", "Tell when the resource changes, or no longer", shown=True),
    Action("tools.cancel", "escape", "back", "Stop the running call, else go back to the list", shown=True),
    # A block of a result
    Action("result.open", "enter", "open", "Read the linked resource", shown=True),
    Action("result.copy", "y", "copy", "Copy the block", shown=True),
    Action("result.write", "w", "write", "Write the block to a file", shown=True),
    # The gateway screen and its views
    Action("gateway.view('health')", "H", "Health", "Health and breakers, with what they did of late"),
    Action("gateway.view('cost')", "C", "Cost", "What was spent, when, by whom, and when a limit is reached"),
    Action("gateway.view('combos')", "O", "Combos", "The combos: metrics, switching, trying and changing them"),
    Action("gateway.view('models')", "M", "Models", "All models, by words, abilities and price"),
    Action("gateway.view('route')", "R", "Route", "Where a request would go, and why past ones went their way"),
    Action("gateway.view('quota')", "Q", "Quota", "What is left for each credential and of the budget"),
    Action("gateway.view('audit')", "A", "Audit", "Calls served to other agents, and whether their record is whole"),
    Action("gateway.turn(1)", "right_square_bracket", "next view", "The next view of the gateway"),
    Action("gateway.turn(-1)", "left_square_bracket", "view before", "The view of the gateway before"),
    Action("gateway.again", "r", "again", "Ask the gateway at once"),
    Action("gateway.other", "o", "other gateway", "Choose which gateway answers"),
    Action("gateway.add", "n", "add provider", "Add a provider: a known name or any URL"),
    Action("health.breaker('trip')", "t", "trip", "Open the provider's breaker: nothing is sent there", shown=True),
    Action("health.breaker('probe')", "p", "probe", "Let the next request try the provider now", shown=True),
    Action("health.breaker('reset')", "c", "close", "Close the breaker, forget what is held against it", shown=True),
    Action("health.hold", "h", "hold", "Never trip this breaker, or let it trip again", shown=True),
    Action("cost.period", "p", "period", "The next period: session, day, week, month", shown=True),
    Action("cost.running", "t", "running total", "Plot the running total, or each stretch by itself", shown=True),
    Action("combos.switch", "space", "switch", "Switch the combo on or off", shown=True),
    Action("combos.benchmark", "b", "benchmark", "Make one small real call to each step of the combo", shown=True),
    Action("combos.edit", "e", "edit", "Change the combo's steps, their order and the strategy", shown=True),
    Action("models.ability", "a", "can", "Only models that can: tools, vision, audio, any", shown=True),
    Action("models.price", "p", "price", "Only models up to a price for a million tokens in and out", shown=True),
    Action("models.use", "u", "use", "Send the next messages to this model", shown=True),
    Action("route.target", "m", "model", "Choose another model or combo to simulate", shown=True),
    Action("route.size", "s", "size", "The size of the simulated prompt", shown=True),
    Action("quota.budget", "b", "budget", "Set the most that may be spent, and what happens beyond it", shown=True),
    Action("audit.verify", "v", "verify", "Check that no row of the record was changed or taken away", shown=True),
    # Changing a combo
    Action("combo.move('up')", "shift+up,K", "up", "Try the step earlier"),
    Action("combo.move('down')", "shift+down,J", "down", "Try the step later"),
    Action("combo.add", "a", "add", "Add a step"),
    Action("combo.take_out", "x,delete", "take out", "Take the step out"),
    Action("combo.strategy", "s", "strategy", "The next strategy"),
    Action("combo.weigh(1)", "plus", "heavier", "A greater weight, with the strategy weighted"),
    Action("combo.weigh(-1)", "minus", "lighter", "A smaller weight"),
    Action("combo.keep", "w", "keep", "Write the change into config.toml as well, or not"),
    # What the gateway answered
    Action("answer.copy", "y", "copy", "Copy the answer"),
    Action("answer.write", "w", "write", "Write the answer to a file"),
    Action("answer.again", "r", "again", "Ask again"),
    # The sessions screen
    Action("sessions.rename", "r", "rename", "Give the chat another title", shown=True),
    Action("sessions.fork", "f", "fork", "Continue from a copy of the chat, up to any message", shown=True),
    Action("sessions.export", "e", "export", "Write the chat to a Markdown file", shown=True),
    Action("sessions.export_json", "E", "as JSON", "Write the chat to a JSON file", shown=True),
    Action("sessions.delete", "x", "delete", "Delete the chat for good", shown=True),
    # The trace screen
    Action("trace.export", "e", "export", "Write the trace to a file", shown=True),
    Action("trace.raw", "t", "JSON-RPC", "Switch between the waterfall and the raw log", shown=True),
    # The logs screen
    Action("logs.follow", "f", "follow", "Follow the end of the log", shown=True),
    Action("logs.level", "v", "level", "Show everything, warnings and errors, or errors only", shown=True),
    Action("logs.source", "s", "source", "Show all sources, the program, the servers, or notifications", shown=True),
)


def actions(area: str) -> tuple[Action, ...]:
    """Returns the actions of one area, in the table's order."""
    return tuple(action for action in ACTIONS if action.area == area)


def bindings(*areas: str, only: Iterable[str] | None = None) -> list[BindingType]:
    """Returns Textual bindings of these areas; `only` keeps the named methods."""
    wanted = None if only is None else set(only)
    return [
        Binding(
            action.keys,
            ("app." if area == "app" else "") + action.method,
            action.label,
            show=action.shown,
            priority=action.priority,
            tooltip=action.help,
            id=action.id,
        )
        for area in areas
        for action in actions(area)
        if wanted is None or action.method in wanted
    ]


AREAS = {
    "app": "Everywhere",
    "chat": "The cockpit",
    "composer": "The message field",
    "transcript": "The transcript",
    "pane": "The servers in the cockpit",
    "list": "Lists",
    "dialog": "Dialogs",
    "page": "A page to open",
    "confirm": "A yes or no",
    "approval": "A tool call that asks",
    "definitions": "A server that changed what it says",
    "servers": "Servers (2)",
    "tools": "Tools (3)",
    "result": "A block of a result",
    "trace": "Trace (4)",
    "gateway": "Gateway (5)",
    "health": "Gateway: health and breakers",
    "cost": "Gateway: cost",
    "combos": "Gateway: combos",
    "models": "Gateway: models",
    "route": "Gateway: route",
    "quota": "Gateway: quota and budget",
    "audit": "Gateway: audit",
    "combo": "Changing a combo",
    "answer": "An answer of the gateway",
    "sessions": "Sessions (6)",
    "logs": "Logs (7)",
}
"""Headings of the reference, in its order."""


def reference() -> str:
    """Returns the list of all keys as Markdown: docs/keys.md."""
    lines = ["# Keys", "", "Every action, its keys and its id. `[ui] keys` in config.toml gives an id another key.", ""]
    for area, heading in AREAS.items():
        if actions(area):
            rows = [f"| {_spelled(each.keys)} | {each.help} | `{each.id}` |" for each in actions(area)]
            lines += [f"## {heading}", "", "| key | does | id |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _spelled(keys: str) -> str:
    names = {"question_mark": "?", "slash": "/", "escape": "esc"}
    return " ".join(f"`{names.get(key, key)}`" for key in keys.split(","))
