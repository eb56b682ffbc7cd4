"""What the servers offer as one list, and calls as command lines."""

import shlex

import pytest

from tests.ui.screens.facts import EVERYTHING, FILES, servers, tool
from tui.domain.errors import UsageError
from tui.domain.events import CatalogChanged
from tui.domain.servers import Catalog
from tui.ui.widgets.tools.catalog_list import Heading, command_line, entries_of, rows_of, schema_of


def everything():
    return entries_of(event.catalog for event in servers() if isinstance(event, CatalogChanged))


def named(name: str):
    return next(entry for entry in everything() if entry.label == name)


def test_each_server_has_a_heading_with_its_count():
    rows, shown = rows_of(everything(), [])
    assert [(row.server, row.count) for row in rows if isinstance(row, Heading)] == [(FILES, 3), (EVERYTHING, 6)]
    assert shown == 9


def test_a_server_without_a_hit_is_left_out():
    rows, shown = rows_of(everything(), ["weather"])
    assert [row.server for row in rows] == [EVERYTHING, EVERYTHING]
    assert shown == 1


def test_a_prompts_arguments_make_its_form():
    schema = schema_of(named("args-prompt"))
    assert list(schema["properties"]) == ["city", "state"]
    assert schema["required"] == ["city"]


COMMANDS = [
    (
        "search_files",
        {"pattern": "a b'c", "limit": 5},
        ["tools", "call", "filesystem.search_files", "pattern=a b'c", "limit=5"],
    ),
    ("search_files", {"flag": True}, ["tools", "call", "filesystem.search_files", "flag=true"]),
    ("search_files", {"x": [1]}, ["tools", "call", "filesystem.search_files", "--args", '{"x": [1]}']),
    ("search_files", {"a=b": 1}, ["tools", "call", "filesystem.search_files", "--args", '{"a=b": 1}']),
    ("search_files", {"x": None}, ["tools", "call", "filesystem.search_files", "--args", '{"x": null}']),
    ("one.md", {}, ["resources", "read", "everything", "demo://resource/static/one.md"]),
    ("dynamic", {"kind": "a", "id": "1"}, ["resources", "read", "everything", "demo://resource/dynamic/a/1"]),
    ("args-prompt", {"city": "Oslo"}, ["prompts", "get", "everything.args-prompt", "city=Oslo"]),
]


@pytest.mark.parametrize(("name", "values", "words"), COMMANDS)
def test_a_call_becomes_a_command_a_shell_reads_back(name, values, words):
    assert shlex.split(command_line(named(name), values)) == ["mcp-tui", *words]


def test_a_name_with_control_characters_never_reaches_a_shell():
    (entry,) = entries_of([Catalog(FILES, (tool(FILES, "x\x1b[2J"),))])
    with pytest.raises(UsageError, match="control characters"):
        command_line(entry, {})
