"""The grammar of the command line and the table of verbs go together."""

import argparse

import pytest

from tui.cli.arguments import parser
from tui.cli.verbs import VERBS, function_of


def spoken() -> set[tuple[str | None, str | None]]:
    found: set[tuple[str | None, str | None]] = {(None, None)}
    for name, verb in _choices(parser()).items():
        actions = _actions(verb)
        found |= {(name, action) for action in _choices(verb)}
        if actions is None or not actions.required:
            found.add((name, None))
    return found


def _choices(grammar: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    actions = _actions(grammar)
    return dict(actions.choices) if actions else {}


def _actions(grammar: argparse.ArgumentParser) -> "argparse._SubParsersAction[argparse.ArgumentParser] | None":
    return next((each for each in grammar._actions if isinstance(each, argparse._SubParsersAction)), None)


def test_every_verb_that_can_be_typed_is_carried_out_and_the_reverse() -> None:
    assert spoken() == set(VERBS)


@pytest.mark.parametrize("words", [["--model", "x"], ["--help"], ["--he"], ["nonsense"], ["--json", "ask"]])
def test_words_that_may_name_a_verb_or_ask_for_help_bring_the_verbs(words: list[str]) -> None:
    assert _choices(parser(words)).keys() == _choices(parser()).keys()


@pytest.mark.parametrize("words", [[], ["--demo"], ["--gateway=embedded", "--json"]])
def test_the_app_opens_without_the_grammar_of_the_verbs(words: list[str]) -> None:
    assert _choices(parser(words)) == {}
    assert parser(words).parse_args(words).verb is None


@pytest.mark.parametrize(("verb", "action"), VERBS)
def test_every_verb_finds_its_function(verb: str | None, action: str | None) -> None:
    assert callable(function_of(verb, action))


def test_options_may_stand_before_and_behind_the_verb() -> None:
    before = parser().parse_args(["--json", "--server", "a=x", "tools", "list"])
    behind = parser().parse_args(["tools", "list", "--json", "--server", "a=x"])
    assert before.json is behind.json is True
    assert before.typed_servers == behind.typed_servers == ["a=x"]


def test_a_tool_choice_that_is_not_typed_leaves_the_configured_one_in_force() -> None:
    assert parser().parse_args(["ask", "Hi"]).tool_choice is None
    assert parser().parse_args(["ask", "Hi", "--tool-choice", "none"]).tool_choice == "none"


def test_a_command_behind_two_dashes_is_kept_as_it_is() -> None:
    given = parser().parse_args(["servers", "add", "files", "--", "npx", "-y", "some-server", "--root", "."])
    assert given.command == ["npx", "-y", "some-server", "--root", "."]
