"""How servers, tools and arguments are named on the command line."""

from typing import Any

import pytest

from tui.cli.addressing import only_server, parse_arguments, split_name
from tui.config.schema import Settings
from tui.domain.errors import UsageError
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec

SPECS = [ServerSpec(ServerName(name), "stdio", command="x") for name in ("files", "files.eu", "git")]

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "count": {"type": "integer"},
        "flag": {"type": "boolean"},
        "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "either": {"type": ["integer", "string"]},
        "list": {"type": "array"},
        "anything": {},
    },
}


@pytest.mark.parametrize(
    ("address", "expected"),
    [("files.read", ("files", "read")), ("files.eu.read", ("files.eu", "read")), ("git.log.all", ("git", "log.all"))],
)
def test_the_longest_server_name_wins(address: str, expected: tuple[str, str]) -> None:
    assert split_name(address, SPECS) == expected


@pytest.mark.parametrize("address", ["nobody.read", "files", "files.", "read"])
def test_an_address_without_a_known_server_names_those_there_are(address: str) -> None:
    with pytest.raises(UsageError) as told:
        split_name(address, SPECS)
    assert "git" in told.value.hint


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ("text=7", {"text": "7"}),
        ("text=a=b", {"text": "a=b"}),
        ("text=", {"text": ""}),
        ("count=7", {"count": 7}),
        ("flag=true", {"flag": True}),
        ("maybe=null", {"maybe": None}),
        ("either=7", {"either": "7"}),
        ('list=["a"]', {"list": ["a"]}),
        ("anything=7", {"anything": "7"}),
        ("unknown=7", {"unknown": "7"}),
    ],
)
def test_values_get_the_type_of_their_schema(pair: str, expected: dict[str, Any]) -> None:
    assert parse_arguments([pair], None, SCHEMA) == expected


@pytest.mark.parametrize("pair", ["text", "=7", "count=seven", "flag=yes", "list=a"])
def test_a_pair_that_does_not_fit_is_a_usage_error(pair: str) -> None:
    with pytest.raises(UsageError) as told:
        parse_arguments([pair], None, SCHEMA)
    assert told.value.exit_code == 2
    assert told.value.hint


def test_pairs_overrule_the_json_object() -> None:
    assert parse_arguments(["count=2"], '{"count": 1, "text": "a"}', SCHEMA) == {"count": 2, "text": "a"}


@pytest.mark.parametrize("text", ["[1]", "{", "7", '"a"'])
def test_arguments_in_json_must_be_an_object(text: str) -> None:
    with pytest.raises(UsageError):
        parse_arguments([], text, SCHEMA)


def test_one_server_is_chosen_and_an_unknown_one_is_told() -> None:
    settings = Settings(servers=tuple(SPECS))
    assert [spec.name for spec in only_server(settings, "git").servers] == ["git"]
    with pytest.raises(UsageError, match="nobody"):
        only_server(settings, "nobody")


@pytest.mark.parametrize("levels", [101, 100_000])
def test_arguments_without_bottom_are_refused(levels: int) -> None:
    nest = "[" * levels + "]" * levels
    for pairs, whole in (((f"list={nest}",), None), ((), f'{{"list": {nest}}}')):
        with pytest.raises(UsageError):
            parse_arguments(pairs, whole, SCHEMA)
