"""The servers screen through its keys."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.ui.screens import facts
from tests.ui.screens.engine_double import EngineDouble
from tests.ui.screens.stage import Stage, press
from tui.config.foreign import FoundServer
from tui.config.imports import Found
from tui.domain.errors import ConnectError
from tui.domain.events import CatalogChanged, ServerChanged, ServerRemoved
from tui.domain.ids import ServerName
from tui.domain.servers import Catalog, ServerSpec
from tui.domain.text import clean
from tui.domain.trust import LaunchReview
from tui.ui.screens.servers import ServersScreen


@pytest.fixture
async def stage():
    app = Stage(ServersScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        app.tell(*facts.servers())
        await pilot.pause()
        app.pilot = pilot
        yield app


async def test_every_state_is_told_by_sign_and_word(stage):
    for words in ("● ready", "◌ connecting", "✗ failed", "? untrusted", "– disabled"):
        assert words in stage.text


async def test_the_detail_names_cause_next_step_and_stderr_of_the_chosen_server(stage):
    await press(stage, "j", "j", "j")
    assert "The process exited with 1 before it answered." in stage.text
    assert "next step     npm knows no package jira-mcp" in stage.text
    assert "npm ERR! 404 Not Found" in stage.text


async def test_what_a_server_has_not_told_is_unknown_not_zero(stage):
    row = next(line for line in stage.text.splitlines() if "web" in line and "connecting" in line)
    assert "?" in row
    assert " 0 " not in row


def offered(stage: Stage) -> str:
    """The line of keys."""
    return next(line for line in stage.text.splitlines() if line.split()[-1:] == ["import"])


async def test_consent_is_asked_only_for_a_server_without_it(stage):
    assert "t trust" not in offered(stage)
    stage.screen.seek_server(ServerName("github"))
    await stage.pilot.pause()
    assert "t trust" in offered(stage)


async def test_without_a_server_only_what_brings_one_is_offered():
    app = Stage(ServersScreen, engine=EngineDouble())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert offered(app).split() == ["n", "add", "i", "import"]


ORDERS = [
    (["r"], ("servers.reconnect", "filesystem")),
    (["d"], ("servers.set_enabled", "filesystem", False)),
    (["G", "d"], ("servers.set_enabled", "old", True)),
]


@pytest.mark.parametrize(("keys", "order"), ORDERS)
async def test_a_key_gives_the_order_for_the_chosen_server(stage, keys, order):
    await press(stage, *keys)
    assert stage.engine.orders == [order]


async def test_trust_shows_the_exact_command_and_starts_nothing_without_a_yes(stage):
    await press(stage, "j", "j", "j", "j", "t")
    assert "npx -y server-github ." in stage.text
    assert ".mcp.json" in stage.text
    await press(stage, "enter")
    assert stage.engine.orders == []
    await press(stage, "t", "y")
    assert stage.engine.orders == [("servers.trust", "github")]


async def test_a_yes_holds_only_for_the_command_that_was_shown(stage):
    await press(stage, "j", "j", "j", "j", "t")
    changed = facts.status("github", "untrusted", trusted=False, target=clean("sh -c other"))
    stage.state.apply(ServerChanged(changed))
    await press(stage, "y")
    assert stage.engine.orders == []


async def test_a_server_is_removed_only_after_a_yes(stage):
    await press(stage, "x", "n")
    assert stage.engine.orders == []
    await press(stage, "x", "y")
    assert stage.engine.orders == [("servers.remove", "filesystem")]


async def test_a_typed_command_line_is_added_with_consent(stage):
    await press(stage, "n", *"git", "enter", *"uvx mcp-server-git --repository '.'", "enter")
    ((name, spec),) = stage.engine.orders
    assert name == "servers.add"
    assert (spec.name, spec.transport, spec.command) == ("git", "stdio", "uvx")
    assert spec.args == ("mcp-server-git", "--repository", ".")
    assert spec.trusted


async def test_a_server_is_edited_from_its_definition_as_it_is(stage):
    stage.engine.spec = ServerSpec(facts.FILES, "stdio", command="npx", args=("files", "a b"), cwd="/tmp", trusted=True)
    await press(stage, "e")
    assert "npx files 'a b'" in stage.text
    await press(stage, "enter")
    assert stage.engine.orders == []  # nothing was changed, nothing is started anew
    await press(stage, "e", "end", *" .", "enter")
    ((name, spec),) = stage.engine.orders
    assert name == "servers.add"
    assert (spec.args, spec.cwd, spec.trusted, spec.origin) == (("files", "a b", "."), "/tmp", True, "typed in")


async def test_a_server_chosen_elsewhere_is_sought_even_before_it_is_listed(stage):
    stage.screen.seek_server(facts.EVERYTHING)
    await press(stage, "r")
    stage.screen.seek_server(ServerName("late"))
    stage.tell(ServerChanged(facts.status(ServerName("late"))))
    await press(stage, "r")
    assert stage.engine.orders == [("servers.reconnect", "everything"), ("servers.reconnect", "late")]


async def test_the_doctor_shows_each_stage_with_the_one_that_failed(stage):
    stages = (
        SimpleNamespace(name="process", outcome="ok", duration_ms=80, detail=clean("started")),
        SimpleNamespace(name="initialize", outcome="failed", duration_ms=5_000, detail=clean("no answer")),
        SimpleNamespace(name="tools", outcome="skipped", duration_ms=None, detail=clean("")),
    )
    hint, tail = clean("Run the command in a shell."), (clean("boom"),)
    stage.engine.report_of_doctor = SimpleNamespace(stages=stages, hint=hint, stderr_tail=tail)
    await press(stage, "c")
    assert stage.engine.orders == [("servers.examine", "filesystem")]
    for words in ("✓ process", "✗ initialize", "5.0 s", "– tools", "Run the command in a shell.", "boom"):
        assert words in stage.text


async def test_a_refused_check_is_reported_and_leaves_no_trace():
    app = Stage(ServersScreen, engine=EngineDouble(refusal=ConnectError("no such host", "Look at the URL.")))
    async with app.run_test(size=(120, 40)) as app.pilot:
        app.tell(*facts.servers())
        await press(app, "c")
        assert [str(error) for error in app.engine.reported] == ["no such host"]
        assert "Checking" not in app.text


async def test_l_shows_all_a_server_said_and_again_what_is_known_of_it(stage):
    await press(stage, "j", "j", "j", "l")
    assert "next step" not in stage.text
    assert "is not in this registry" in stage.text
    await press(stage, "l")
    assert "next step" in stage.text


async def test_the_cursor_stays_on_its_server_when_others_go(stage):
    await press(stage, "j", "j", "j")
    stage.tell(ServerRemoved(facts.FILES), ServerRemoved(facts.WEB))
    await stage.pilot.pause()
    await press(stage, "r")
    assert stage.engine.orders == [("servers.reconnect", "jira")]


async def test_a_click_chooses_a_server(stage):
    await stage.pilot.click("RowList", offset=(20, 3))
    await press(stage, "r")
    assert stage.engine.orders == [("servers.reconnect", "everything")]


async def test_an_empty_list_says_what_would_be_here_and_which_key_brings_it():
    app = Stage(ServersScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "No servers yet." in app.text
        assert "n adds one" in app.text


async def test_hostile_texts_are_shown_literally():
    app = Stage(ServersScreen)
    hostile = clean("[@click=app.quit]x[/nope] \x1b[31m[link=http://a]")
    async with app.run_test(size=(120, 40)) as pilot:
        status = facts.status(facts.FILES, error=hostile, hint=hostile, instructions=hostile, issues=(hostile,))
        app.tell(ServerChanged(status), CatalogChanged(Catalog(facts.FILES)))
        await pilot.pause()
        assert app.text.count("[@click=app.quit]x[/nope]") >= 3
        assert "\x1b" not in app.text


async def test_at_80_by_24_the_table_keeps_state_name_and_keys():
    app = Stage(ServersScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        app.tell(*facts.servers())
        await pilot.pause()
        for words in ("● ready", "filesystem", "r reconnect", "l logs"):
            assert words in app.text


async def test_trust_shows_what_changed_since_the_last_yes_and_what_to_weigh(stage):
    review = (("same", clean("runs: npx")), ("gone", clean("argument: good")), ("new", clean("argument: evil")))
    stage.engine.review = LaunchReview(review, known=True, cautions=(clean("evil names no version"),))
    await press(stage, "j", "j", "j", "j", "t")
    for words in ("not what you agreed to before", "- argument: good", "+ argument: evil", "⚠ evil names no version"):
        assert words in stage.text


async def test_definitions_that_wait_are_told_and_asked_for_again(stage):
    stage.tell(ServerChanged(facts.status(facts.FILES, awaiting=2)))
    await press(stage)
    assert "2 definitions that wait for your consent" in stage.text
    await press(stage, "t")
    assert stage.engine.orders == [("servers.trust", "filesystem")]


async def test_a_server_is_switched_off_for_the_model_and_on_again(stage):
    assert "tokens a request" in stage.text
    await press(stage, "o")
    off = tuple(replace(tool, offered=False) for tool in stage.state.catalogs[facts.FILES].tools)
    stage.tell(CatalogChanged(Catalog(facts.FILES, off)))
    await press(stage, "o")
    assert stage.engine.orders == [
        ("servers.switch_tool", "filesystem", "", False),
        ("servers.switch_tool", "filesystem", "", True),
    ]


async def test_a_server_of_another_client_is_taken_over_by_choice_only(stage):
    spec = ServerSpec(ServerName("git"), "stdio", command="uvx", args=("mcp-server-git",))
    stage.engine.found = Found((FoundServer(spec, clean("Cursor")),))
    await press(stage, "i")
    assert "git  uvx mcp-server-git  Cursor" in stage.text
    await press(stage, "escape")
    assert stage.engine.orders == []
    await press(stage, "i", "enter")
    assert stage.engine.orders == [("servers.take_over", "git")]
