"""Every page is read whatever stands in it: no shape ends a poll, and nothing hostile comes out of one."""

from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from typing import Any

import pytest

from tests.integration.gateway.remote.omniroute.recorded import RECORDED
from tui.domain.facts import members
from tui.gateway.remote.omniroute import account_pages, pages, routing_pages

READERS: dict[str, Callable[[object], object]] = {
    **{f"/{'/'.join(page.path)}": page.facts for page in pages.POLLED},
    "/api/keys": account_pages.keys,
    "/api/usage/budget": account_pages.budget,
    "/api/pricing": routing_pages.prices,
}
JUNK = (None, True, -1, 1e308, 10**400, "", "x\x1b[31m\u202e", "NaN", [], [None, 1, "a"], {}, {"": {"": []}})


def mutated(document: Any, junk: Any) -> Iterator[Any]:
    """Yields the document with one of its parts replaced, each in turn; of long lists the first two entries."""
    yield junk
    if isinstance(document, dict):
        for key, value in document.items():
            for other in mutated(value, junk):
                yield {**document, key: other}
    elif isinstance(document, list):
        for place, value in enumerate(document[:2]):
            for other in mutated(value, junk):
                yield [*document[:place], other, *document[place + 1 :]]


def texts(facts: object) -> Iterator[str]:
    if isinstance(facts, str):
        yield facts
    elif is_dataclass(facts):
        for _, value in members(facts):
            yield from texts(value)
    elif isinstance(facts, dict):
        for key, value in facts.items():
            yield from texts(key)
            yield from texts(value)
    elif isinstance(facts, list | tuple):
        for value in facts:
            yield from texts(value)


@pytest.mark.parametrize("path", READERS)
def test_a_page_with_any_part_of_another_shape_is_still_read(path: str) -> None:
    document = RECORDED["fresh"][path]
    for junk in JUNK:
        for other in mutated(document, junk):
            for text in texts(READERS[path](other)):
                assert "\x1b" not in text
                assert "\u202e" not in text


@pytest.mark.parametrize("path", sorted(READERS.keys() - {"/api/usage/budget"}))
def test_the_recorded_page_holds_facts(path: str) -> None:
    assert any(texts(READERS[path](RECORDED["fresh"][path])))
