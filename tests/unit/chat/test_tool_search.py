"""Too many tools for a window are found by words instead of being told of all at once."""

from dataclasses import replace

import pytest

from tests.fakes.chat_ports import ChatRig, Person, ScriptedModel, Tools, call, ended, ready, reply, tool
from tui.chat.offers import too_much
from tui.chat.searchable import SearchableToolbox
from tui.chat.tool_search import ranked, search_result
from tui.config.schema import ChatSettings, PolicySettings
from tui.config.servers import as_name
from tui.domain.events import NoticePosted, ToolCallFinished
from tui.domain.gateway import ModelSpec
from tui.domain.ids import ServerName
from tui.domain.text import CleanText

KNOWN = [
    replace(tool(name, server), description=CleanText(description))
    for server, name, description in (
        ("github", "create_issue", "Opens a new issue in a repository."),
        ("github", "list_pull_requests", "Lists pull requests."),
        ("files", "read_text_file", "Reads a text file."),
        ("files", "searchFiles", "Finds files whose name holds a pattern."),
        ("mail", "send", "Sends an e-mail to somebody."),
        ("weather", "forecast", "Tells tomorrow's weather."),
    )
]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("open an issue", "create_issue"),
        ("pull request", "list_pull_requests"),
        ("search files by name", "searchFiles"),
        ("send emails", "send"),
        ("mail", "send"),
        ("files.read_text_file", "read_text_file"),
        ("WEATHER tomorrow?", "forecast"),
    ],
)
def test_the_best_fit_comes_first(query, first):
    assert ranked(query, KNOWN)[0].name == first


@pytest.mark.parametrize("query", ["", "quantum entanglement", "the of to", "\x00", "файл"])
def test_what_shares_no_word_finds_nothing_and_is_told_so(query):
    assert ranked(query, KNOWN) == []
    assert "No tool fits" in search_result(query, []).text


@pytest.mark.parametrize(
    ("tools", "limit", "window", "expected"),
    [(3, 2, None, True), (2, 2, None, False), (2, 9, 1_000, True), (2, 9, 2_000, False), (0, 9, 10, False)],
)
def test_a_search_takes_over_above_the_count_or_a_quarter_of_the_window(tools, limit, window, expected):
    costly = [replace(tool(f"t{n}"), schema_tokens=200) for n in range(tools)]
    assert too_much(costly, limit, window) is expected


def rig(*scripts, window=1_000):
    spec = ModelSpec("llama", context_tokens=window)
    costly = [replace(each, schema_tokens=100) for each in KNOWN]
    settings = ChatSettings(target="groq/llama", max_tools=20)
    return ChatRig(ScriptedModel(list(scripts), spec), Tools(*costly), Person(), settings=settings)


def search_for(query):
    wanted = call("search_tools", f'{{"query": "{query}"}}')
    return [*ready_of(wanted), ended("", [wanted])]


def ready_of(wanted):
    return [ready(wanted)]


async def test_the_model_is_told_of_a_search_and_then_of_what_it_found():
    chat = rig(search_for("open an issue"), reply("Done."))
    await chat.say("hi")
    first, second = (request.tools for request in chat.model.requests)
    assert [spec.name for spec in first] == ["search_tools"]
    assert {spec.name for spec in second} >= {"search_tools", "github_create_issue"}
    assert "weather_forecast" not in {spec.name for spec in second}
    [finished] = chat.of(ToolCallFinished)
    assert "github_create_issue: Opens a new issue" in finished.result.text
    assert chat.person.questions == []
    assert any("searches for the ones it needs" in notice.text for notice in chat.of(NoticePosted))


async def test_with_room_for_all_nothing_is_searched():
    chat = rig(reply("Done."), window=100_000)
    await chat.say("hi")
    assert len(chat.model.requests[0].tools) == len(KNOWN)
    assert chat.of(NoticePosted) == []


async def test_a_search_without_words_is_refused_and_taints_nothing():
    wanted = call("search_tools", '{"query": 7}')
    chat = rig([ready(wanted), ended("", [wanted])], reply("Done."))
    await chat.say("hi")
    [finished] = chat.of(ToolCallFinished)
    assert finished.result.outcome == "invalid"


def test_a_server_that_takes_the_programs_name_is_believed_no_more_than_others():
    toolbox = SearchableToolbox(Tools(tool("peek", "mcp-tui", read_only=True)), PolicySettings())
    assert toolbox.believed(toolbox.search.server)
    assert not toolbox.believed(ServerName("mcp-tui"))
    assert as_name(toolbox.search.server) != toolbox.search.server
