"""JSON of another shape than the documented is an error, never an empty answer; parts of it may be unknown."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tui.gateway.remote.litellm.checks import checks_from, readiness_from
from tui.gateway.remote.litellm.management import deployments_told
from tui.gateway.remote.litellm.router_settings import resilience_of, router_settings_from
from tui.gateway.remote.litellm.spend import (
    activity_from,
    key_account_from,
    logged_requests_from,
    provider_budgets_from,
    use_of,
)
from tui.gateway.remote.openrouter.account import account_from, key_from
from tui.gateway.remote.openrouter.endpoints import endpoints_from
from tui.gateway.remote.openrouter.generation import generation_from
from tui.gateway.remote.shapes import ShapeError, named_of, rows_of

READERS: tuple[Callable[[object], Any], ...] = (
    readiness_from,
    checks_from,
    router_settings_from,
    key_account_from,
    provider_budgets_from,
    lambda document: activity_from([document]),
    logged_requests_from,
    deployments_told,
    key_from,
    account_from,
    endpoints_from,
    generation_from,
)
WRONG: tuple[Any, ...] = (
    None,
    {},
    "page",
    3,
    {"data": None, "info": 3, "providers": [], "results": {}, "current_values": "x", "latest_health_checks": []},
    {"data": [None], "info": [], "providers": {"a": None}, "results": [None], "current_values": [1]},
    {"error": {"message": "database is locked"}},
    {"error": "database is locked", "data": {}, "info": {}, "providers": {}, "results": [], "current_values": {}},
)
STRAY: tuple[Any, ...] = (
    {"data": [{}, {"model_name": {}}], "providers": {"a": {"spend": []}}, "results": [None, {"metrics": 3}]},
    {"data": {"id": 3, "limit": "much", "endpoints": [{"provider_name": 3}], "provider_responses": ["x"]}},
    [{"spend": "x", "metadata": "text", "startTime": "never"}],
    {"current_values": {"fallbacks": [{"a": None}, "b", {"c": [3]}], "cooldown_time": float("nan")}},
    {"latest_health_checks": {"a": {"status": []}}, "info": {"spend": "x"}, "status": 3},
)


@pytest.mark.parametrize("document", WRONG)
@pytest.mark.parametrize("read", READERS)
def test_a_document_of_another_shape_is_an_error(read: Callable[[object], Any], document: object) -> None:
    with pytest.raises(ShapeError, match="answered with") as raised:
        read(document)
    assert ("database is locked" in raised.value.message) is ("locked" in str(document))


@pytest.mark.parametrize("document", STRAY)
@pytest.mark.parametrize("read", READERS)
def test_stray_parts_break_nothing(read: Callable[[object], Any], document: object) -> None:
    with suppress(ShapeError):
        assert read(document) == read(document)


def test_figures_of_stray_parts_are_unknown() -> None:
    assert key_account_from(STRAY[4]).spent is None
    assert key_from(STRAY[1]).limit is None
    assert account_from(STRAY[1]).remaining is None
    assert readiness_from(STRAY[4]).status == ""
    assert activity_from([STRAY[0]]).total.microusd is None


def test_an_empty_list_is_an_answer() -> None:
    assert rows_of("GET /x", {"rows": []}, "rows") == rows_of("GET /x", [], "rows", bare=True) == ()
    assert named_of("GET /x", {"rows": {}}, "rows") == {}


def test_what_came_in_place_of_an_answer_is_told_cleaned_and_without_keys() -> None:
    said = {"error": {"message": "no sk-abcdefghijklmnop\x1b[2J" + "x" * 5_000}}
    with pytest.raises(ShapeError) as raised:
        rows_of("GET /x", said, "rows")
    assert "[key]␛[2J" in raised.value.message
    assert len(raised.value.message) < 400


def test_an_amount_below_nothing_is_kept() -> None:
    assert account_from({"data": {"total_credits": 1, "total_usage": 1.5}}).remaining == -500_000


def test_a_day_without_figures_leaves_the_sum_unknown() -> None:
    days = [{"metrics": {"spend": 1.0, "api_requests": 2}}, {"metrics": {"spend": None, "api_requests": 3}}]
    total = activity_from([{"results": days}]).total
    assert (total.microusd, total.requests) == (None, 5)
    assert activity_from([{"results": []}]).total.microusd == 0


def test_parts_that_a_version_does_not_tell_are_unknown_and_not_unused() -> None:
    told = activity_from([{"results": [{"metrics": {}, "breakdown": {"providers": {}}}]}])
    assert use_of(told.providers, "openai").requests == 0
    assert use_of(told.groups, "gpt").requests is None
    assert use_of(activity_from([{"results": []}]).groups, "gpt").requests == 0


def test_the_general_fallbacks_hold_for_groups_without_their_own() -> None:
    settings = router_settings_from({"current_values": {"fallbacks": [{"a": ["b"]}, {"*": ["c", "a"]}]}})
    assert (settings.after("a"), settings.after("b"), settings.after("c")) == (("b",), ("c", "a"), ("a",))


def test_what_litellm_has_no_word_for_is_unknown() -> None:
    told = resilience_of(router_settings_from({"current_values": {"num_retries": 2, "allowed_fails": 3}}))
    assert (told.retries, told.breaker_threshold, told.cooldown_s, told.others) == (2, None, None, {"allowed_fails": 3})
