"""The demo's model picks tools by words, reads what it found, and says what it is."""

from typing import Any

import pytest

from tui.gateway.scripted.model import Answer, answer


def tool(name: str, description: str = "", **properties: Any) -> dict[str, Any]:
    required = [key for key, rule in properties.items() if "default" not in rule]
    schema = {"type": "object", "properties": properties, "required": required}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


TEXT = {"type": "string"}
NUMBER = {"type": "number"}
TOOLS = [
    tool("files_list_files", "Lists all files of the folder with their size in bytes."),
    tool("files_read_file", "Reads one text file of the folder.", path=TEXT),
    tool("files_search_files", "Finds the lines of all files that contain the given text.", pattern=TEXT),
    tool("files_file_info", "Tells a file's size in bytes.", path=TEXT),
    tool("workshop_slow_count", "Counts to the given number.", steps={"type": "integer", "default": 8, "maximum": 60}),
    tool("workshop_flaky_fetch", "Pretends to fetch a page.", url=TEXT),
    tool("workshop_divide", "Divides a by b.", a=NUMBER, b=NUMBER),
    tool("workshop_roll_dice", "Rolls one die.", sides={"type": "integer", "default": 6}),
    tool("workshop_ask_name", "Asks the person in front of the screen for a name and greets them."),
    tool("workshop_write_note", "Keeps a note in memory.", title=TEXT, text=TEXT),
]
FOUND = '{"matches": [{"path": "logs/a.log"}, {"path": "logs/b.log"}, {"path": "notes.md"}]}'


def asked(sentence: str, tools: list[dict[str, Any]] | None = None, **fields: Any) -> Answer:
    offered = TOOLS if tools is None else tools
    return answer({"messages": [{"role": "user", "content": sentence}], "tools": offered, **fields})


def after(sentence: str, name: str, result: str) -> Answer:
    call = {"id": "1", "type": "function", "function": {"name": name, "arguments": "{}"}}
    messages = [
        {"role": "user", "content": sentence},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": result},
    ]
    return answer({"messages": messages, "tools": TOOLS})


@pytest.mark.parametrize(
    ("sentence", "calls"),
    [
        ("list the files", [("files_list_files", {})]),
        ("what files are there?", [("files_list_files", {})]),
        ("read notes.md", [("files_read_file", {"path": "notes.md"})]),
        (
            "show me README.md and gateway.toml",
            [("files_read_file", {"path": "README.md"}), ("files_read_file", {"path": "gateway.toml"})],
        ),
        ("how big is notes.md", [("files_file_info", {"path": "notes.md"})]),
        ("which logs mention a timeout?", [("files_search_files", {"pattern": "timeout"})]),
        ("read all logs", [("files_list_files", {})]),
        ("start a slow job", [("workshop_slow_count", {"steps": 8})]),
        ("start a slow job with 500 steps", [("workshop_slow_count", {"steps": 60})]),
        ("use a tool that fails", [("workshop_flaky_fetch", {"url": "https://example.com/"})]),
        ("ask me something", [("workshop_ask_name", {})]),
        (
            "divide 84 by 2 and roll a die with 20 sides",
            [("workshop_divide", {"a": 84, "b": 2}), ("workshop_roll_dice", {"sides": 20})],
        ),
        ('write a note "Shop": tea and milk', [("workshop_write_note", {"title": "Shop", "text": "tea and milk"})]),
    ],
)
def test_words_choose_tools_and_fill_arguments(sentence: str, calls: list[tuple[str, dict[str, Any]]]) -> None:
    assert [(call.tool, call.arguments) for call in asked(sentence).calls] == calls


def test_tools_of_other_servers_work_by_their_names() -> None:
    tools = [*TOOLS, tool("weather_get_forecast", "Weather for a city", city=TEXT)]
    assert [call.tool for call in asked('what is the weather forecast for "Oslo"?', tools).calls] == [
        "weather_get_forecast"
    ]


def test_what_was_found_is_read_all_at_once() -> None:
    reads = after("which logs mention a timeout?", "files_search_files", FOUND).calls
    assert [call.arguments["path"] for call in reads] == ["logs/a.log", "logs/b.log"]


def test_results_are_quoted_and_shortened() -> None:
    reply = after("read notes.md", "files_read_file", "\n".join(f"line {n}" for n in range(30)))
    assert not reply.calls
    assert reply.text.startswith("`files_read_file`:")
    assert "line 7\n" in reply.text
    assert "22 more lines" in reply.text


def test_it_says_that_it_is_rules() -> None:
    for reply in (asked("hello"), asked("hello", []), after("read notes.md", "files_read_file", "x")):
        assert "rule-based demo model" in reply.text


def test_a_message_may_hold_any_amount_of_white_space() -> None:
    calls = asked("roll a die" + " \n" * 5_000 + "and then ask me my name").calls
    assert [call.tool for call in calls] == ["workshop_roll_dice", "workshop_ask_name"]


def test_without_a_fitting_tool_it_shows_what_to_ask() -> None:
    assert "which logs mention a timeout?" in asked("hello").text


def test_a_forbidden_tool_is_not_called() -> None:
    assert asked("list the files", tool_choice="none").calls == ()


@pytest.mark.parametrize(
    "body", [{}, {"messages": None}, {"messages": [None, {}]}, {"messages": [{"role": "tool"}], "tools": [3]}]
)
def test_odd_requests_are_answered_too(body: dict[str, Any]) -> None:
    assert answer(body).text
