"""No page of another shape is taken for an empty one, no part of one breaks the rest, and nothing hostile comes out."""

from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from typing import Any

import pytest

from tests.integration.gateway.remote.omniroute.recorded import RECORDED
from tui.domain.facts import members
from tui.gateway.remote.omniroute import account_pages, pages, routing_pages
from tui.gateway.remote.omniroute.health_page import health
from tui.gateway.remote.shapes import ShapeError

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
def test_a_page_with_any_part_of_another_shape_is_read_or_refused(path: str) -> None:
    document = RECORDED["fresh"][path]
    for junk in JUNK:
        for other in mutated(document, junk):
            for text in read(path, other):
                assert "\x1b" not in text
                assert "\u202e" not in text


def read(path: str, document: object) -> Iterator[str]:
    try:
        yield from texts(READERS[path](document))
    except ShapeError as error:
        yield error.message


WRONG: tuple[Any, ...] = (
    None,
    3,
    "<html>",
    {},
    ["combos"],
    {"message": "no"},
    {"error": {"message": "database is locked"}},
)
WELL_EMPTY: dict[str, Any] = {"/api/pricing": {}}


@pytest.mark.parametrize("path", READERS)
def test_a_page_of_another_shape_is_an_error_that_names_it(path: str) -> None:
    for document in WRONG:
        if document == WELL_EMPTY.get(path, ...):
            continue
        with pytest.raises(ShapeError, match=f"GET {path} answered with") as raised:
            READERS[path](document)
        assert ("database is locked" in raised.value.message) is ("locked" in str(document))


LISTS = ("combos", "metrics", "nodes", "connections", "providers", "keys")


@pytest.mark.parametrize("path", READERS)
def test_a_list_in_place_of_an_object_and_the_other_way_round_is_an_error(path: str) -> None:
    recorded = RECORDED["fresh"][path]
    held = [name for name in LISTS if isinstance(recorded, dict) and name in recorded]
    for name in held[:1]:
        other: object = {} if isinstance(recorded[name], list) else []
        with pytest.raises(ShapeError, match=name):
            READERS[path]({**recorded, name: other})


@pytest.mark.parametrize("name", ["dailyTrend", "byProvider", "byModel"])
def test_analytics_with_a_part_of_another_shape_do_not_tell_of_a_free_day(name: str) -> None:
    read, recorded = READERS["/api/usage/analytics"], RECORDED["fresh"]["/api/usage/analytics"]
    with pytest.raises(ShapeError, match=name):
        read({**recorded, name: {"error": "timeout"}})


def test_lockouts_that_are_not_told_are_not_none() -> None:
    assert health({"providerBreakers": []}).lockouts is None
    assert health({"providerBreakers": [], "lockouts": {}}).lockouts is None
    assert health({"providerBreakers": [], "lockouts": []}).lockouts == ()


def test_no_chains_are_an_answer() -> None:
    assert READERS["/api/combos"]({"combos": []}) == READERS["/api/combos"]([]) == ()


@pytest.mark.parametrize("path", sorted(READERS.keys() - {"/api/usage/budget"}))
def test_the_recorded_page_holds_facts(path: str) -> None:
    assert any(texts(READERS[path](RECORDED["fresh"][path])))
