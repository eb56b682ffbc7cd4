"""Whatever JSON a gateway's page holds, reading it breaks nothing and invents nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from tui.gateway.remote.litellm.checks import checks_from, readiness_from
from tui.gateway.remote.litellm.router_settings import resilience_of, router_settings_from
from tui.gateway.remote.litellm.spend import (
    activity_from,
    key_account_from,
    logged_requests_from,
    provider_budgets_from,
)
from tui.gateway.remote.openrouter.account import account_from, key_from
from tui.gateway.remote.openrouter.endpoints import endpoints_from
from tui.gateway.remote.openrouter.generation import generation_from
from tui.gateway.upstream.litellm import deployments_from

READERS: tuple[Callable[[object], Any], ...] = (
    readiness_from,
    checks_from,
    router_settings_from,
    key_account_from,
    provider_budgets_from,
    lambda document: activity_from([document]),
    logged_requests_from,
    deployments_from,
    key_from,
    account_from,
    endpoints_from,
    generation_from,
)
STRAY: tuple[Any, ...] = (
    None,
    [],
    "page",
    3,
    {"data": None, "info": 3, "providers": [], "results": {}, "current_values": "x", "latest_health_checks": []},
    {"data": [None, {}, {"model_name": {}}], "providers": {"a": None}, "results": [None, {"metrics": 3}]},
    {"data": {"id": 3, "limit": "much", "endpoints": [{"provider_name": 3}], "provider_responses": ["x"]}},
    [{"spend": "x", "metadata": "text", "startTime": "never"}],
    {"current_values": {"fallbacks": [{"a": None}, "b", {"c": [3]}], "cooldown_time": float("nan")}},
)


@pytest.mark.parametrize("document", STRAY)
@pytest.mark.parametrize("read", READERS)
def test_a_stray_document_is_read_as_nothing(read: Callable[[object], Any], document: object) -> None:
    assert read(document) == read(document)


def test_figures_of_stray_documents_are_unknown() -> None:
    for document in STRAY:
        assert (key_account_from(document).spent, key_from(document).limit) == (None, None)
        assert account_from(document).remaining is None
        assert readiness_from(document).status == ""


def test_an_amount_below_nothing_is_kept() -> None:
    assert account_from({"data": {"total_credits": 1, "total_usage": 1.5}}).remaining == -500_000


def test_a_day_without_figures_leaves_the_sum_unknown() -> None:
    days = [{"metrics": {"spend": 1.0, "api_requests": 2}}, {"metrics": {"spend": None, "api_requests": 3}}]
    total = activity_from([{"results": days}]).total
    assert (total.microusd, total.requests) == (None, 5)
    assert activity_from([{"results": []}]).total.microusd == 0


def test_the_general_fallbacks_hold_for_groups_without_their_own() -> None:
    settings = router_settings_from({"current_values": {"fallbacks": [{"a": ["b"]}, {"*": ["c", "a"]}]}})
    assert (settings.after("a"), settings.after("b"), settings.after("c")) == (("b",), ("c", "a"), ("a",))


def test_what_litellm_has_no_word_for_is_unknown() -> None:
    told = resilience_of(router_settings_from({"current_values": {"num_retries": 2, "allowed_fails": 3}}))
    assert (told.retries, told.breaker_threshold, told.cooldown_s, told.others) == (2, None, None, {"allowed_fails": 3})
