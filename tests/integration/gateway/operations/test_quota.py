"""What is left: from headers, from account pages, and unknown where nobody tells."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.llm_endpoint import LlmEndpoint, Reply, Seen, fail, say
from tests.integration.gateway.operations.rig import Rig, endpoint
from tui.domain.errors import UsageError
from tui.domain.gateway_accounts import QuotaView

KEY = {"data": {"limit": 10, "usage": 2.5, "limit_remaining": 7.5}}
CREDITS = {"data": {"total_credits": 5, "total_usage": 4.25}}


class Pages(LlmEndpoint):
    """An endpoint with other pages beside its list of models."""

    pages: dict[str, Reply]

    def _reply_to(self, seen: Seen) -> Reply:
        page = self.pages.get(seen.path.removeprefix("/v1")) if seen.method == "GET" else None
        return page or super()._reply_to(seen)


def paged(**pages: Any) -> Pages:
    made = Pages([])
    made.pages = {f"/{path}": page if isinstance(page, Reply) else fail(200, page) for path, page in pages.items()}
    return made


async def view(path: Path, name: str, server: LlmEndpoint) -> QuotaView:
    async with Rig(path, {name: server}, keys={name: "sk-1"}) as rig:
        (found,) = (await rig.gateway.quota()).credentials
        return found


async def test_where_nobody_tells_it_is_unknown(tmp_path: Path) -> None:
    found = await view(tmp_path, "a", endpoint(say("hi")))
    assert (found.health, found.rate_limit, found.credits, found.remaining) == ("ok", None, None, None)
    assert found.unknown == ("rate_limit", "credits")
    assert found.credential == "$A_KEY"


async def test_headers_tell_what_is_left_of_what_until_they_are_renewed(tmp_path: Path) -> None:
    headers = {"x-ratelimit-limit-tokens": "1000", "x-ratelimit-remaining-tokens": "250"}
    soon = {**headers, "x-ratelimit-reset-tokens": "0s"}
    async with Rig(tmp_path, {"a": endpoint(say("hi", headers=headers), say("hi", headers=soon))}) as rig:
        await rig.ask()
        (found,) = (await rig.gateway.quota()).credentials
        assert found.remaining == 0.25
        await rig.ask()
        (found,) = (await rig.gateway.quota()).credentials
        assert found.rate_limit
        assert (found.rate_limit.remaining_tokens, found.rate_limit.limit_tokens, found.remaining) == (
            None,
            1_000,
            None,
        )


async def test_a_keys_own_limit_is_told_by_its_page(tmp_path: Path) -> None:
    found = await view(tmp_path, "openrouter", paged(key=KEY, credits=fail(403)))
    assert found.credits
    assert (found.credits.remaining_microusd, found.credits.used_microusd) == (7_500_000, 2_500_000)
    assert (found.credits.source, found.remaining, found.unknown) == ("key", 0.75, ("rate_limit",))


async def test_less_credit_than_the_key_may_use_is_what_is_left(tmp_path: Path) -> None:
    found = await view(tmp_path, "openrouter", paged(key=KEY, credits=CREDITS))
    assert found.credits
    assert (found.credits.remaining_microusd, found.credits.source) == (750_000, "credits")


async def test_more_credit_than_the_key_may_use_leaves_the_keys_own_limit(tmp_path: Path) -> None:
    plenty = {"data": {"total_credits": 500, "total_usage": 0}}
    found = await view(tmp_path, "openrouter", paged(key=KEY, credits=plenty))
    assert found.credits
    assert (found.credits.remaining_microusd, found.credits.source) == (7_500_000, "key")


async def test_a_balance_is_told_in_dollars(tmp_path: Path) -> None:
    balances = [{"currency": "CNY", "total_balance": "9"}, {"currency": "USD", "total_balance": "1.10"}]
    found = await view(tmp_path, "deepseek", paged(**{"user/balance": {"balance_infos": balances}}))
    assert found.credits
    assert (found.credits.remaining_microusd, found.credits.total_microusd, found.remaining) == (1_100_000, None, None)


@pytest.mark.parametrize("page", [fail(500), fail(200, "<html>"), fail(200, []), fail(200, {"data": {"limit": "x"}})])
async def test_a_page_that_says_nothing_leaves_it_unknown(tmp_path: Path, page: Reply) -> None:
    found = await view(tmp_path, "openrouter", paged(key=page, credits=page))
    assert found.credits is None
    assert "credits" in found.unknown
    assert bool(found.trouble) == (page.status == 500 or page.chunks == (b"<html>",))


async def test_a_page_is_asked_once_a_minute(tmp_path: Path) -> None:
    server = paged(key=KEY, credits=CREDITS)
    async with Rig(tmp_path, {"openrouter": server}, keys={"openrouter": "sk-1"}) as rig:
        for _ in range(3):
            await rig.gateway.quota()
        assert len(server.model_requests) == 2
        assert {seen.headers["authorization"] for seen in server.model_requests} == {"Bearer sk-1"}


async def test_a_credential_without_a_key_is_missing_and_nobody_is_asked(tmp_path: Path) -> None:
    server = paged(key=KEY)
    async with Rig(tmp_path, {"openrouter": server}, keys={"openrouter": ""}) as rig:
        (found,) = (await rig.gateway.quota()).credentials
        assert (found.health, server.model_requests) == ("missing", [])
        assert "OPENROUTER_KEY" in found.reason


async def test_one_provider_can_be_asked_for(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi")), "b": endpoint(say("hi"))}) as rig:
        for asked in ({"provider": "b"}, {"credential": "b"}, {"provider": "b", "credential": "b"}):
            assert [one.provider for one in (await rig.gateway.quota(**asked)).credentials] == ["b"]
        assert (await rig.gateway.quota("a", "b")).credentials == ()
        with pytest.raises(UsageError) as caught:
            await rig.gateway.quota("z")
        assert "a, b" in caught.value.hint
