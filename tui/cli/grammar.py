"""The command line's parser, which says what a mistyped verb or option may have meant, and no page of usage."""

import argparse
import difflib
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

_CHOICE = re.compile(r"invalid choice: '(?P<typed>.*)' \(choose from (?P<choices>.*)\)", re.DOTALL)
_UNKNOWN = "unrecognized arguments: "


class Grammar(argparse.ArgumentParser):
    """Grammars of verbs made from this one are of this kind, too."""

    def error(self, message: str) -> NoReturn:
        """Ends the program with 2, after a line on what is wrong and one with the next step."""
        nearest = _nearest(message, self)
        hint = f"Did you mean {nearest}? " if nearest else ""
        self.exit(2, f"mcp-tui: {message}\n  {hint}`{self.prog} --help` lists what there is.\n")


def _nearest(message: str, grammar: argparse.ArgumentParser) -> str:
    """Returns the word that what was typed comes closest to; empty when none is close."""
    if refused := _CHOICE.search(message):
        return _closest(refused["typed"], re.findall(r"'([^']*)'", refused["choices"]))
    if message.startswith(_UNKNOWN):
        typed = next((word for word in message.removeprefix(_UNKNOWN).split() if word.startswith("--")), "")
        return _closest(typed.partition("=")[0], _options(grammar))
    return ""


def _closest(typed: str, words: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(typed, sorted(set(words)), 1)), "")


def _options(grammar: argparse.ArgumentParser) -> Iterator[str]:
    """Yields the options of a grammar and of the verbs below it."""
    for action in grammar._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _options(below)
