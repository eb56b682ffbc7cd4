"""The tools screen through its keys."""

import asyncio
from dataclasses import replace

import pytest

from tests.ui.screens import facts
from tests.ui.screens.engine_double import EngineDouble
from tests.ui.screens.stage import Stage, press, settle
from tui.domain.errors import CallError
from tui.domain.events import CatalogChanged, ResourceChanged, ResourceWatched
from tui.domain.messages import Message, TextPart
from tui.domain.servers import (
    AudioBlock,
    Catalog,
    ImageBlock,
    ResourceBlock,
    ResourceLinkBlock,
    TextBlock,
    ToolResult,
)
from tui.domain.text import clean
from tui.ui.screens.tools import ToolsScreen


@pytest.fixture
async def stage(in_tmp_path):
    app = Stage(ToolsScreen)
    async with app.run_test(size=(120, 60)) as pilot:
        app.pilot = pilot
        app.tell(*facts.servers())
        await settle(app)
        yield app


async def find(stage: Stage, word: str) -> None:
    """Chooses the first entry that holds `word`."""
    await press(stage, "slash", *word, "enter")


async def finished(stage: Stage) -> None:
    await stage.workers.wait_for_complete([one for one in stage.workers if one.group == "call"] or None)
    await settle(stage)


async def test_everything_on_offer_is_listed_under_its_server(stage):
    lines = [line.strip() for line in stage.text.splitlines()]
    order = [words for words in ("filesystem", "ƒ read_text_file", "everything", "ƒ echo", "» args-prompt", "≡ one.md")]
    places = [next(number for number, line in enumerate(lines) if words in line) for words in order]
    assert places == sorted(places)
    assert "{ dynamic" in stage.text


async def test_the_filter_counts_what_is_left_and_escape_brings_all_back(stage):
    await press(stage, "slash", *"file search")
    assert "1/9 things" in stage.text
    assert "get-sum" not in stage.text
    await press(stage, "escape")
    assert "9 things" in stage.text
    assert "get-sum" in stage.text


async def test_what_is_typed_chooses_the_first_that_fits_wherever_the_cursor_was(stage):
    await press(stage, "end", "slash", "a", "enter")
    lines = stage.text.splitlines()
    assert next(line for line in lines if "▌ " in line).split()[2] == "read_text_file"


async def test_ten_thousand_tools_are_filtered_and_only_what_is_in_view_is_drawn(stage):
    tools = tuple(facts.tool(facts.FILES, f"tool_{number:05}") for number in range(10_000))
    stage.tell(CatalogChanged(Catalog(facts.FILES, tools)))
    await press(stage, "slash", *"09999")
    assert "1/10 006 things" in stage.text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2009", " ")
    assert "tool_09999" in stage.text


async def test_the_schema_is_readable_beside_its_form(stage):
    await find(stage, "search_files")
    for words in (
        "pattern *",
        "Find files whose name",
        "limit  integer  default 50  1 to 500",
        'one of "file", "directory"',
    ):
        assert words in stage.text


async def test_a_tool_is_called_with_what_was_filled_in_and_the_defaults(stage):
    await find(stage, "search_files")
    await press(stage, "enter", *"timeout", "ctrl+r")
    await finished(stage)
    values = {"pattern": "timeout", "path": ".", "limit": 50}
    assert stage.engine.orders == [("servers.call_tool", "filesystem", "search_files", values)]
    assert "✓ ok" in stage.text
    assert "12 ms · 4 B · 1 block" in stage.text


async def test_enter_in_a_field_goes_on_and_calls_nothing(stage):
    await find(stage, "search_files")
    await press(stage, "enter", *"timeout", "enter", *"x")
    assert stage.engine.orders == []
    await press(stage, "ctrl+r")
    await finished(stage)
    assert stage.engine.orders[0][3]["path"] == ".x"


async def test_a_missing_argument_is_named_and_nothing_is_called(stage):
    await find(stage, "search_files")
    await press(stage, "ctrl+r")
    assert stage.text.count("is required") == 1
    assert stage.engine.orders == []
    await press(stage, *"x", "ctrl+e", *"{", "ctrl+r")
    assert stage.text.count("is not JSON") == 1
    assert stage.engine.orders == []


async def test_raw_json_is_called_as_written(stage):
    await find(stage, "echo")
    await press(stage, "ctrl+e")
    stage.screen.query_one(".raw").text = '{"deep": {"list": [1, null]}}'
    await press(stage, "ctrl+r")
    await finished(stage)
    assert stage.engine.orders[0][3] == {"deep": {"list": [1, None]}}


async def test_every_kind_of_block_is_shown(stage):
    blocks = (
        TextBlock(clean("[b]plain[/b]")),
        ImageBlock(clean("image/png"), "aGVsbG8=", 5),
        AudioBlock(clean("audio/wav"), "aGVsbG8=", 5),
        ResourceLinkBlock(clean("demo://one"), clean("one"), clean("the first")),
        ResourceBlock(clean("demo://two.md"), clean("text/markdown"), clean("# Two"), None, 5),
        ResourceBlock(clean("demo://three.bin"), clean("application/octet-stream"), None, "aGVsbG8=", 5),
    )
    stage.engine.result = ToolResult("ok", blocks, {"answer": 42}, 7, 99, "/tmp/all.txt")
    await find(stage, "echo")
    await press(stage, "ctrl+r")
    await finished(stage)
    for words in (
        "[b]plain[/b]",
        "image  image/png  5 B   w writes it",
        "audio  audio/wav  5 B",
        "link  one",
        "demo://two.md",
        "# Two",
        "demo://three.bin",
        '"answer": 42',
        "all of it: /tmp/all.txt",
    ):
        assert words in stage.text


async def test_w_writes_a_block_to_a_new_private_file(stage, tmp_path):
    stage.engine.result = ToolResult("ok", (ImageBlock(clean("image/png"), "aGVsbG8=", 5),))
    (tmp_path / "image.png").write_text("mine")
    await find(stage, "echo")
    await press(stage, "ctrl+r")
    await finished(stage)
    stage.screen.query_one("BlockView").focus()
    await press(stage, "w")
    assert (tmp_path / "image.png").read_text() == "mine"
    written = tmp_path / "image-2.png"
    assert written.read_bytes() == b"hello"
    assert written.stat().st_mode & 0o777 == 0o600


async def test_enter_on_a_link_reads_the_resource_of_the_same_server(stage):
    stage.engine.result = ToolResult("ok", (ResourceLinkBlock(clean("demo://one"), clean("one")),))
    stage.engine.blocks = (ResourceBlock(clean("demo://one"), clean("text/plain"), clean("its contents"), None, 12),)
    await find(stage, "echo")
    await press(stage, "ctrl+r")
    await finished(stage)
    stage.screen.query_one("BlockView").focus()
    await press(stage, "enter")
    await finished(stage)
    assert stage.engine.orders[-1] == ("servers.read_resource", "everything", "demo://one")
    assert "its contents" in stage.text


async def test_an_error_result_is_marked_and_kept(stage):
    stage.engine.result = ToolResult("error", (TextBlock(clean("no such file")),), duration_ms=3)
    await find(stage, "echo")
    await press(stage, "ctrl+r")
    await finished(stage)
    assert "✗ error" in stage.text
    assert "no such file" in stage.text
    assert "✗ everything.echo" in stage.text


async def test_a_refused_call_shows_the_cause_and_the_next_step(stage):
    stage.engine.refusal = CallError("The server is not ready.", "Press r on the servers screen.")
    await find(stage, "echo")
    await press(stage, "ctrl+r")
    await finished(stage)
    assert "The server is not ready." in stage.text
    assert "Press r on the servers screen." in stage.text


async def test_escape_stops_a_running_call_and_the_next_one_works(stage):
    stage.engine.held = asyncio.Event()
    await find(stage, "echo")
    await press(stage, "ctrl+r")
    assert "echo runs" in stage.text
    await press(stage, "escape")
    await settle(stage)
    assert "– cancelled" in stage.text
    stage.engine.held = None
    await press(stage, "ctrl+r")
    await finished(stage)
    assert "✓ ok" in stage.text


async def test_a_call_that_ends_while_another_thing_is_looked_at_is_told_by_the_recent_calls(stage):
    stage.engine.held = asyncio.Event()
    await find(stage, "echo")
    await press(stage, "ctrl+r", "slash", "escape")
    await find(stage, "get-sum")
    stage.engine.held.set()
    await finished(stage)
    assert "✓ everything.echo" in stage.text
    assert "✓ ok" not in stage.text


async def test_a_second_call_waits_for_the_first(stage):
    stage.engine.held = asyncio.Event()
    await find(stage, "echo")
    await press(stage, "ctrl+r", "ctrl+r")
    assert len(stage.engine.orders) == 1
    stage.engine.held.set()
    await finished(stage)


async def test_a_template_is_expanded_from_its_form(stage):
    await find(stage, "dynamic")
    await press(stage, "enter", *"text", "tab", *"a b", "ctrl+r")
    await finished(stage)
    assert stage.engine.orders == [("servers.read_resource", "everything", "demo://resource/dynamic/text/a%20b")]


async def test_a_prompt_is_filled_and_its_messages_are_shown(stage):
    stage.engine.messages = (Message("user", (TextPart(clean("How warm is Oslo?")),)),)
    await find(stage, "args-prompt")
    await press(stage, "enter", *"Oslo", "ctrl+r")
    await finished(stage)
    assert stage.engine.orders == [("servers.get_prompt", "everything", "args-prompt", {"city": "Oslo"})]
    assert "user: How warm is Oslo?" in stage.text


async def test_a_prompts_argument_is_completed_by_its_server(stage):
    stage.engine.suggested = ("Osaka", "Oslo", "\x1b[31mOs")
    await find(stage, "args-prompt")
    await press(stage, "enter", *"Osl")
    await stage.pilot.pause()
    await press(stage, "right", "ctrl+r")
    await finished(stage)
    assert stage.engine.orders == [("servers.get_prompt", "everything", "args-prompt", {"city": "Oslo"})]


async def test_a_server_that_completes_nothing_leaves_what_was_typed(stage):
    await find(stage, "args-prompt")
    stage.engine.refusal = CallError("It cannot complete.", "")
    await press(stage, "enter", *"Osl", "right")
    stage.engine.refusal = None
    await press(stage, "ctrl+r")
    await finished(stage)
    assert stage.engine.orders == [("servers.get_prompt", "everything", "args-prompt", {"city": "Osl"})]


async def test_a_recent_call_refills_the_form_and_shows_its_result(stage):
    await find(stage, "search_files")
    await press(stage, "enter", *"first", "ctrl+r")
    await finished(stage)
    await press(stage, "escape", "enter", *"more", "ctrl+r")
    await finished(stage)
    stage.screen.query_one("#recent").focus()
    await press(stage, "G", "enter")
    await press(stage, "ctrl+r")
    await finished(stage)
    assert [order[3]["pattern"] for order in stage.engine.orders] == ["first", "firstmore", "first"]


async def test_what_was_typed_stays_while_another_tool_is_looked_at(stage):
    await find(stage, "search_files")
    await press(stage, "enter", *"kept", "escape", "j", "k")
    assert "kept" in stage.text


async def test_the_call_is_copied_as_a_quoted_command(stage):
    await find(stage, "search_files")
    await press(stage, "enter", *"a b", "escape", "Y")
    assert stage.clipboard == "mcp-tui tools call filesystem.search_files 'pattern=a b' path=. limit=50"


async def test_a_tool_chosen_elsewhere_is_sought_even_behind_a_filter_or_before_its_server_is_ready(stage):
    await find(stage, "search_files")
    stage.screen.seek_tool(facts.EVERYTHING, "get-sum")
    await settle(stage)
    assert "get-sum   tool of everything" in stage.text
    stage.screen.seek_tool(facts.EVERYTHING, "late")
    stage.tell(CatalogChanged(Catalog(facts.EVERYTHING, (facts.tool(facts.EVERYTHING, "late"),))))
    await settle(stage)
    assert "late   tool of everything" in stage.text


async def test_servers_keep_their_order_when_one_announces_its_catalog_anew(stage):
    before = stage.text.index(" filesystem "), stage.text.index(" everything ")
    old = stage.state.catalogs.pop(facts.FILES)
    stage.tell(CatalogChanged(old))
    await settle(stage)
    assert (stage.text.index(" filesystem "), stage.text.index(" everything ")) == before


async def test_a_refusal_is_said_on_the_screen_where_it_happened(stage):
    stage.engine.result = ToolResult("ok", (ImageBlock(clean("image/png"), "a", 5),))
    await find(stage, "echo")
    await press(stage, "ctrl+r")
    await finished(stage)
    stage.screen.query_one("BlockView").focus()
    await press(stage, "w")
    assert [toast.message for toast in stage._notifications] == [
        "The server's data is not base64.\nNothing was written."
    ]


async def test_hostile_names_and_schemas_are_literal_and_called_as_they_are():
    raw = "evil\x1b]0;x\x07[@click=app.quit]y[/]"
    schema = {"type": "object", "properties": {"[/nope]": {"description": "[link=x]", "type": "string"}}}
    app = Stage(ToolsScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        app.pilot = pilot
        app.tell(CatalogChanged(Catalog(facts.FILES, (facts.tool(facts.FILES, raw, schema),))))
        await settle(app)
        assert "\x1b" not in app.text
        assert "[/nope]" in app.text
        await press(app, "ctrl+r")
        await finished(app)
        assert app.engine.orders == [("servers.call_tool", "filesystem", raw, {})]


async def test_an_empty_list_says_what_brings_entries():
    app = Stage(ToolsScreen, engine=EngineDouble())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Nothing on offer yet." in app.text
        assert "2 leads to the servers." in app.text


async def test_a_tool_is_switched_off_for_the_model_and_marked(stage):
    await find(stage, "get-sum")
    await press(stage, "o")
    assert stage.engine.orders == [("servers.switch_tool", "everything", "get-sum", False)]


async def test_what_is_kept_from_the_model_is_marked_by_sign(stage):
    catalog = stage.state.catalogs[facts.EVERYTHING]
    first, second, *rest = catalog.tools
    tools = (replace(first, withheld=clean("changed")), replace(second, offered=False), *rest)
    stage.tell(CatalogChanged(replace(catalog, tools=tools)))
    await settle(stage)
    assert f"! {first.name}" in stage.text
    assert f"– {second.name}" in stage.text


async def watched(stage: Stage) -> str:
    """Watches the first resource and returns its URI."""
    await find(stage, "one.md")
    await press(stage, "w")
    order, server, uri = stage.engine.orders.pop()
    assert (order, server) == ("servers.watch_resource", facts.EVERYTHING)
    stage.tell(ResourceWatched(server, clean(uri), True))
    await settle(stage)
    return uri


async def test_a_watched_resource_is_marked_and_counts_its_changes(stage):
    uri = await watched(stage)
    assert "◉ one.md" in stage.text
    assert "◉ watched, no change yet" in stage.text
    stage.tell(ResourceChanged(facts.EVERYTHING, clean(uri)))
    stage.tell(ResourceChanged(facts.EVERYTHING, clean(uri)))
    await settle(stage)
    assert "◉ watched, changed 2×" in stage.text
    assert "2× " in next(line for line in stage.text.splitlines() if "◉ one.md" in line)
    assert stage.engine.orders == []
    await press(stage, "w")
    assert stage.engine.orders == [("servers.unwatch_resource", facts.EVERYTHING, uri)]
    stage.tell(ResourceWatched(facts.EVERYTHING, clean(uri), False))
    await settle(stage)
    assert "◉" not in stage.text


async def test_contents_in_view_are_read_again_when_they_change(stage):
    uri = await watched(stage)
    stage.engine.blocks = (TextBlock(clean("first words")),)
    await press(stage, "ctrl+r")
    await finished(stage)
    assert "first words" in stage.text
    stage.engine.blocks = (TextBlock(clean("other words")),)
    stage.engine.orders.clear()
    stage.tell(ResourceChanged(facts.EVERYTHING, clean(uri)))
    await settle(stage)
    assert "other words" in stage.text
    assert stage.engine.orders == [("servers.read_resource", facts.EVERYTHING, uri)]
    assert stage.text.count("✓ everything.one.md") == 1


def offered(stage: Stage) -> str:
    """The line of keys."""
    return next(line for line in stage.text.splitlines() if "ctrl+r call" in line)


@pytest.mark.parametrize(
    ("word", "switched", "watched"),
    [("echo", True, False), ("args-prompt", False, False), ("dynamic", False, False), ("one.md", False, True)],
)
async def test_only_tools_are_switched_and_only_resources_watched_and_nothing_else_is_offered(
    stage, word, switched, watched
):
    await find(stage, word)
    assert ("o for model" in offered(stage), "w watch" in offered(stage)) == (switched, watched)
    await press(stage, "o", "w")
    assert [order[0] for order in stage.engine.orders] == (
        ["servers.switch_tool"] * switched + ["servers.watch_resource"] * watched
    )


async def test_letters_are_not_offered_as_keys_while_a_field_takes_them(stage):
    await find(stage, "echo")
    await press(stage, "slash")
    assert "o for model" not in offered(stage)
    assert "Y copy" not in offered(stage)
    await press(stage, "escape")
    assert "o for model" in offered(stage)


async def test_the_way_out_of_a_field_is_offered_and_leads_to_the_list(stage):
    await find(stage, "search_files")
    assert "esc back" not in offered(stage)
    await press(stage, "enter")
    assert "esc back" in offered(stage)
    await press(stage, "escape")
    assert stage.screen.focused is stage.screen.query_one("#catalog")


async def test_the_keys_of_a_block_are_offered_while_it_is_read(stage):
    link = ResourceLinkBlock(clean("demo://one"), clean("one"))
    stage.engine.result = ToolResult("ok", (TextBlock(clean("text")), link))
    await find(stage, "echo")
    await press(stage, "ctrl+r")
    await finished(stage)
    text, link_view = stage.screen.query("BlockView")
    text.focus()
    await settle(stage)
    assert offered(stage).split("ctrl+r")[0].split() == ["y", "copy", "w", "write"]
    link_view.focus()
    await settle(stage)
    assert offered(stage).split("ctrl+r")[0].split() == ["⏎", "open", "y", "copy", "w", "write"]
    assert "w watch" not in offered(stage)


async def test_where_there_is_nothing_to_call_no_key_calls_it():
    app = Stage(ToolsScreen, engine=EngineDouble())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "ctrl+r call" not in app.text
