"""The app as a whole: first paint, start, failure, leaving, help, palette, too little room."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui import scene
from tests.ui.engine_double import EngineDouble
from tests.ui.stage import staged
from tui.config.discover import FoundClient
from tui.config.foreign import FoundServer
from tui.config.imports import Found
from tui.config.schema import Settings, UiSettings
from tui.domain.errors import ConfigError
from tui.domain.events import EngineReady
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec
from tui.domain.text import CleanText
from tui.ui.screens.directory import SCREEN_NAMES

HEAVY = ("mcp", "openai", "httpx", "httpx2", "pydantic", "starlette", "jsonschema", "keyring", "sqlite3", "plotille")
LATER = (
    *("tui.assembly", "tui.chat", "tui.servers", "tui.gateway.embedded", "tui.gateway.upstream", "tui.storage"),
    *("tui.ui.dialogs.approval", "tui.ui.dialogs.choice", "tui.ui.dialogs.form", "tui.ui.dialogs.help"),
    *("tui.ui.screens.servers", "tui.ui.screens.tools", "tui.ui.screens.trace", "tui.ui.screens.welcome"),
    *("tui.cli.ask", "tui.cli.catalog", "tui.cli.doctor", "tui.cli.gateway", "tui.cli.servers", "tui.cli.sessions"),
    *("tui.gateway.operations", "tui.domain.gateway_answers", "tui.ui.widgets.form.schema_form"),
    *("tui.domain.access", "tui.domain.audit", "tui.domain.completion", "tui.domain.spend", "tui.domain.trust"),
    *("markdown_it", "pygments.lexers", "textual.widgets._data_table", "textual.widgets._markdown"),
)
"""Ours, and parts of Textual, that the first paint can do without."""

NO_TARGET = EngineReady(CleanText("embedded"), "")
FIRST_PAINT = f"""
import asyncio, sys, tempfile
from pathlib import Path
from tests.ui.engine_double import EngineDouble
from tui.cli import verbs
from tui.cli.invocation import invocation
from tui.ui.app import CockpitApp

verbs.function_of(None, None)

class Watched(EngineDouble):
    async def start(self):
        found = [name for name in {HEAVY + LATER!r} if name in sys.modules]
        print("loaded at first paint:", found, file=sys.__stdout__)
        painted = "Servers & tools" in str([row.text for row in app.screen._compositor.render_strips(app.size)])
        print("painted:", painted, file=sys.__stdout__)
        app.exit()

app = CockpitApp(Watched(Path(tempfile.mkdtemp())))
asyncio.run(app.run_async(headless=True, size=(120, 40)))
"""


def test_the_first_paint_loads_only_what_it_shows_and_comes_before_the_engine() -> None:
    result = subprocess.run([sys.executable, "-c", FIRST_PAINT], capture_output=True, text=True, timeout=60, check=True)
    assert "loaded at first paint: []" in result.stdout
    assert "painted: True" in result.stdout


async def test_the_engine_is_started_and_always_stopped(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        engine = stage.engine
        assert engine.started
        await stage.press("ctrl+q")
    assert engine.stopped


async def test_a_failed_start_says_why_and_what_next_and_still_quits(tmp_path: Path) -> None:
    failure = ConfigError("config.toml line 3: unknown key [b]modle[/b]", "Did you mean model?")
    engine = EngineDouble(tmp_path, failure=failure)
    async with staged(tmp_path, engine=engine, events=()) as stage:
        assert "mcp-tui could not start" in stage.text
        assert "unknown key [b]modle[/b]" in stage.text
        assert "Did you mean model?" in stage.text
        await stage.press("ctrl+q")
        assert stage.app._exit
    assert engine.stopped


async def test_before_anything_happened_every_pane_says_what_would_be_there(tmp_path: Path) -> None:
    async with staged(tmp_path, events=()) as stage:
        assert "No servers yet." in stage.text
        assert "Nothing reported yet." in stage.text


async def test_with_nothing_set_the_status_says_which_key_helps(tmp_path: Path) -> None:
    async with staged(tmp_path, events=(NO_TARGET,)) as stage:
        assert "no model" in stage.lines[0]
        assert "ctrl+t" in stage.lines[0]


@pytest.mark.parametrize("size", [(39, 24), (80, 9), (1, 1)])
async def test_too_little_room_is_said_and_quits(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, size=size) as stage:
        if size[0] > 20:
            assert "Too small" in stage.text
        await stage.pilot.resize_terminal(100, 30)
        await stage.pilot.pause()
        assert "Too small" not in stage.text
        assert "Servers & tools" in stage.text


async def test_a_storm_of_sizes_ends_in_the_right_layout(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for width, height in ((1, 1), (500, 200), (39, 5), (80, 24), (10, 60), (140, 42)):
            await stage.pilot.resize_terminal(width, height)
        await stage.pilot.pause()
        assert "Too small" not in stage.text
        assert "Providers" in stage.text


async def test_help_shows_the_keys_of_the_focused_pane(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.app.screen.set_focus(stage.app.screen.get_widget_by_id("left"))
        await stage.press("question_mark")
        assert "The servers in the cockpit" in stage.text
        assert "Connect the server anew" in stage.text
        await stage.press("escape")
        assert "The servers in the cockpit" not in stage.text


async def test_help_on_a_small_terminal_keeps_its_columns_and_its_own_keys_in_view(tmp_path: Path) -> None:
    async with staged(tmp_path, size=(80, 24)) as stage:
        await stage.press("f1")
        await stage.until("esc close")
        first = stage.line("Close, clear, leave")
        rest = stage.lines[stage.lines.index(first) + 1]
        assert rest.index("the turn") == first.index("Close")


async def test_a_list_to_choose_from_says_that_nothing_holds_the_words(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("f2")
        await stage.write("light own")
        await stage.until("terminal-light")
        assert "ember" not in stage.text
        await stage.write(" nowhere")
        await stage.until("Nothing holds these words.")
        await stage.press("enter", "escape")
        assert stage.app.theme == "night"


async def test_without_a_choice_there_is_nothing_to_filter_or_to_move_to(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("ctrl+t")
        await stage.until("No model is known yet.")
        assert "type to filter" not in stage.text
        assert "↑↓ move" not in stage.text


async def test_the_palette_finds_a_server_and_orders_its_reconnect(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("ctrl+p")
        await stage.write("reconnect github")
        await stage.until("Reconnect github")
        await stage.press("down", "enter")
        await stage.pilot.pause()
        assert ("servers.reconnect", "github") in stage.engine.orders


async def test_a_click_on_the_key_bar_runs_its_action(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        column = stage.lines[-1].index("f1 help")
        await stage.pilot.click(offset=(column + 3, 41))
        await stage.pilot.pause()
        assert "Everywhere" in stage.text


async def test_a_refused_order_becomes_a_notice(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        screen = stage.app.screen
        screen.order(stage.engine.gateway.set_target("nobody/nothing"))  # type: ignore[attr-defined]
        await stage.pilot.pause()
        await stage.tell()
        assert "No such model." in stage.text


async def test_the_welcome_offers_the_demo_and_returns_the_choice(tmp_path: Path) -> None:
    settings = Settings(found=("OPENAI_API_KEY is set", "Ollama answers on 127.0.0.1:11434"))
    engine = EngineDouble(tmp_path, settings=settings)
    async with staged(tmp_path, engine=engine, events=(), first_screen="welcome") as stage:
        assert "OPENAI_API_KEY is set" in stage.text
        assert "Ollama answers" in stage.text
        await stage.press("enter")
        assert stage.app.return_value == "demo"


async def test_the_welcome_lists_other_programs_servers_with_their_origin(tmp_path: Path) -> None:
    engine = EngineDouble(tmp_path)
    names = (CleanText("files"), CleanText("[b]git[/b]"))
    engine.clients = [FoundClient(CleanText("Claude Desktop"), Path("/home/ada/claude.json"), names)]
    async with staged(tmp_path, engine=engine, events=(NO_TARGET,), first_screen="welcome") as stage:
        await stage.until("Claude Desktop: 2 servers, files, [b]git[/b]  /home/ada/claude.json")
        assert "OPENAI_API_KEY" in stage.text
        await stage.press("down", "enter")
        await stage.until("mcp-tui --base-url URL")
        assert "No model yet." in stage.text
    assert engine.orders == []


async def test_the_welcome_takes_over_one_server_after_the_other(tmp_path: Path) -> None:
    engine = EngineDouble(tmp_path)
    servers = [
        FoundServer(ServerSpec(ServerName(name), "stdio", command="npx"), CleanText("Cursor"))
        for name in ("git", "web")
    ]
    engine.found = Found(tuple(servers), (CleanText("odd: names neither a command nor a URL"),))
    async with staged(tmp_path, engine=engine, first_screen="welcome") as stage:
        await stage.press("down", "down", "enter")
        await stage.until("Take over a server")
        await stage.press("enter")
        await stage.until("git is written to config.toml")
        await stage.until("Take over a server")
        await stage.press("escape")
        await stage.until("Welcome to mcp-tui")
        assert "1 server left out: odd" in " ".join(stage.text.split())
    assert engine.orders == [("servers.take_over", "git")]


async def test_the_welcome_makes_way_for_the_cockpit(tmp_path: Path) -> None:
    async with staged(tmp_path, first_screen="welcome") as stage:
        assert "Welcome to mcp-tui" in stage.text
        await stage.press("down", "enter")
        assert "Servers & tools" in stage.text


async def test_the_keys_of_the_configuration_replace_ours(tmp_path: Path) -> None:
    engine = EngineDouble(tmp_path, settings=Settings(ui=UiSettings(keys={"chat.new": "f9"})))
    async with staged(tmp_path, engine=engine) as stage:
        await stage.press("f9")
        assert engine.orders == [("chats.new",)]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"chat.new": "ctrl+t"}, "ctrl+t for chat.new is the key of chat.model"),
        ({"chat.new": "f9", "chat.zoom": "f9"}, "f9 for chat.new is the key of chat.zoom"),
        ({"chat.newer": "f9"}, "there is no action 'chat.newer'"),
        ({"list.filter": "?"}, "for list.filter is the key of app.help"),
    ],
)
async def test_a_chosen_key_that_would_take_anothers_is_refused_aloud(
    tmp_path: Path, keys: dict[str, str], words: str
) -> None:
    engine = EngineDouble(tmp_path, settings=Settings(ui=UiSettings(keys=keys)))
    async with staged(tmp_path, engine=engine) as stage:
        await stage.pilot.pause()
        assert words in " ".join(" ".join(note.message for note in stage.app._notifications).split())
        await stage.press("ctrl+t")
        assert "Model or combo" in stage.text


async def test_two_actions_may_exchange_their_keys(tmp_path: Path) -> None:
    keys = {"chat.new": "ctrl+t", "chat.model": "ctrl+n"}
    engine = EngineDouble(tmp_path, settings=Settings(ui=UiSettings(keys=keys)))
    async with staged(tmp_path, engine=engine) as stage:
        assert not stage.app._notifications
        await stage.press("ctrl+t")
        assert engine.orders == [("chats.new",)]


@pytest.mark.parametrize("name", SCREEN_NAMES)
async def test_every_screen_opens_with_its_key(tmp_path: Path, name: str) -> None:
    async with staged(tmp_path) as stage:
        await stage.press(f"alt+{SCREEN_NAMES.index(name) + 1}")
        await stage.pilot.pause()
        assert stage.app.current_mode == name
        await stage.tell(scene.server("git", "failed", error="gone"))
        await stage.press("alt+1")
        assert "✗ git" in stage.text
