"""The first start: what was found on this machine, and the ways to go on."""

from collections.abc import Sequence

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.config.discover import FoundClient
from tui.domain.state import State
from tui.domain.text import clean_line
from tui.engine import Engine
from tui.ui import keys
from tui.ui.bridge import Kinds
from tui.ui.dialogs.dialog import key_line
from tui.ui.format import plural
from tui.ui.screens.live import EVERYTHING, LiveScreen

_WAYS = (
    ("demo", "Try the demo", "Two servers, a scripted model; no network, no key."),
    ("chat", "Open the cockpit", "With what was found above; nothing starts unasked."),
    ("import", "Take over servers", "From other programs' lists; nothing is started."),
    ("quit", "Leave", "`mcp-tui --help` shows the other ways to begin."),
)
_LABEL_CELLS = max(len(label) for _, label, _ in _WAYS) + 2
_MOST_FOUND = 9
_GETTING_A_MODEL = Content.assemble(
    ("No model yet. A key in the environment (OPENAI_API_KEY, OPENROUTER_API_KEY, GROQ_API_KEY …), a ", "$dim"),
    ("local model server such as Ollama, or ", "$dim"),
    ("mcp-tui --base-url URL", "$code"),
    (" brings one.", "$dim"),
)
_TAKING_OVER = Content.assemble(
    ("Other programs' servers stay theirs until you take them over.", "$dim"),
)


class WelcomeScreen(LiveScreen):
    """Ends the app with the result `demo`, or makes way for the cockpit."""

    BINDINGS = keys.bindings("chat", only=("back",))
    DEFAULT_CSS = """
    WelcomeScreen { align: center middle; background: $background; }
    WelcomeScreen > Vertical { width: 84; max-width: 96%; height: auto; background: $surface; padding: 1 3; }
    WelcomeScreen Static { height: auto; margin-bottom: 1; }
    WelcomeScreen #welcome-title { text-style: bold; color: $live; }
    WelcomeScreen #welcome-found { max-height: 12; }
    WelcomeScreen OptionList { height: auto; background: $surface; border: none; padding: 0; margin-bottom: 1; }
    WelcomeScreen OptionList:focus { border: none; }
    WelcomeScreen #welcome-keys { color: $dim; margin: 0; }
    """

    def __init__(self, engine: Engine, state: State) -> None:
        super().__init__(engine, state)
        self._found = Static(id="welcome-found")
        self._clients: Sequence[FoundClient] | None = None
        """Other programs' lists of servers; None until they were looked for."""
        self._ways = OptionList(
            *(
                Option(Content.assemble((f"{label:<{_LABEL_CELLS}}", "bold"), (help, "$dim")), id=id)
                for id, label, help in _WAYS
            ),
            markup=False,
        )

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content("Welcome to mcp-tui"), id="welcome-title")
            yield Static(Content("MCP servers, a chat with tools, and the gateway, on one screen."))
            yield self._found
            yield self._ways
            yield Static(key_line(("↑↓", "move"), ("enter", "choose"), ("ctrl+q", "quit")), id="welcome-keys")

    def on_mount(self) -> None:
        self._ways.focus()
        self.call_after_refresh(lambda: self.run_worker(self._look_around(), group="clients"))

    async def _look_around(self) -> None:
        self._clients = await self.engine.servers.other_clients()
        self.show_state(EVERYTHING)

    def show_state(self, kinds: Kinds) -> None:
        self._found.update(_findings(self.engine, self.state, self._clients or ()))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        match event.option.id:
            case "demo":
                self.app.exit("demo")
            case "import":
                self._take_over()
            case "chat":
                self.action_back()
            case _:
                self.app.exit()

    @work(exclusive=True, group="import", exit_on_error=False)
    async def _take_over(self) -> None:
        from tui.ui.taking_over import take_over_servers  # not needed to begin with

        await self.engine.wait_ready()
        await take_over_servers(self)

    def action_back(self) -> None:
        self.dismiss()


def _findings(engine: Engine, state: State, clients: Sequence[FoundClient]) -> Content:
    """What discovery found; local model servers are asked after the first paint and come late."""
    settings = engine.parts.settings if engine.ready else engine.settings
    lines = [Content(clean_line(sentence, 200)) for sentence in settings.found]
    lines += [
        Content(clean_line(f"Server {each.name}, named by {each.origin}", 200)) for each in state.servers.values()
    ]
    lines += [_client(each) for each in clients]
    if lines:
        found = Content("\n").join(Content.assemble(("● ", "$text-success"), line) for line in lines[:_MOST_FOUND])
        notes = [_GETTING_A_MODEL] if state.ready and not state.target else []
        notes += [_TAKING_OVER] if clients else []
        return Content("\n\n").join([Content.assemble(("Found on this machine\n", "bold"), found), *notes])
    if not state.ready:
        return Content.styled("Looking for keys, local models and other programs' servers …", "$dim")
    return Content.assemble(("Nothing is configured yet.\n", "bold"), _GETTING_A_MODEL)


def _client(client: FoundClient) -> Content:
    names = clean_line(", ".join(client.servers), 60)
    head = f"{client.client}: {plural(len(client.servers), 'server')}, {names}  "
    return Content.assemble(head, (clean_line(client.path, 120), "$dim"))
