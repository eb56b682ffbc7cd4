"""Signing in at a remote server, over real sockets: the browser's return, renewal, restarts, and what is refused."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.mcp_http import answering
from tests.fakes.mcp_sign_in import sign_in_server, visit, visit_elsewhere
from tui.config.grants import GrantFile
from tui.config.paths import Paths
from tui.domain.clock import SystemClock
from tui.domain.events import Event, ServerChanged
from tui.domain.grants import Grant, OAuthSpec
from tui.domain.ids import CallId, ServerName
from tui.domain.questions import Answer, ElicitationAnswer, ElicitationQuestion, Question
from tui.domain.servers import ServerSpec, ServerStatus
from tui.servers.oauth.grants import GrantStore, MemoryGrants
from tui.servers.pool import ServerPool

NAME = ServerName("s")
Reply = Callable[[ElicitationQuestion], Awaitable[Answer]]


def spec(url: str, **fields: object) -> ServerSpec:
    plain = ServerSpec(NAME, "http", url=url, trusted=True, start_timeout_s=20, call_timeout_s=10)
    return replace(plain, **fields)  # type: ignore[arg-type]


async def browse(question: ElicitationQuestion) -> Answer:
    """A person with a browser on this machine."""
    if question.url is None:
        await asyncio.Event().wait()
    await asyncio.to_thread(visit, question.url or "")
    return ElicitationAnswer("accept")


async def refuse(_: ElicitationQuestion) -> Answer:
    return ElicitationAnswer("decline")


class Person:
    """Answers, and remembers what was asked and seen."""

    def __init__(self, reply: Reply) -> None:
        self.questions: list[ElicitationQuestion] = []
        self.states: list[str] = []
        self._reply = reply

    async def ask(self, question: Question) -> Answer:
        assert isinstance(question, ElicitationQuestion)
        self.questions.append(question)
        return await self._reply(question)

    def hear(self, event: Event) -> None:
        if isinstance(event, ServerChanged) and event.status.state not in self.states[-1:]:
            self.states.append(event.status.state)


@asynccontextmanager
async def opened(
    definition: ServerSpec, person: Person, grants: GrantStore
) -> AsyncIterator[tuple[ServerPool, ServerStatus]]:
    pool = ServerPool(
        publish=person.hear,
        clock=SystemClock(),
        ask=person.ask,
        client_version="0",
        grants=grants,
        restart_delay_s=0.01,
    )
    await pool.start([definition])
    try:
        await pool.wait_settled(20)
        yield pool, pool.statuses()[0]
    finally:
        await pool.stop()


async def add(pool: ServerPool) -> str:
    tool = pool.find_tool(NAME, "add")
    assert tool is not None
    result = await pool.call(tool, {"a": 1, "b": 2}, CallId("call_1"))
    return result.outcome


def files(tmp_path: Path) -> GrantFile:
    return GrantFile(Paths(tmp_path / "c", tmp_path / "d", tmp_path / "s"))


async def test_the_browser_comes_back_and_the_server_is_ready() -> None:
    async with sign_in_server() as (server, url):
        person = Person(browse)
        async with opened(spec(url), person, MemoryGrants()) as (pool, status):
            assert (status.state, status.error) == ("ready", "")
            assert await add(pool) == "ok"
        assert server.seen.count("authorize") == 1
        assert "signing-in" in person.states
        assert person.questions[0].url is not None


async def test_a_pasted_address_ends_the_sign_in_and_a_wrong_one_is_asked_for_again() -> None:
    pasted: list[str] = ["https://elsewhere.invalid/?code=c0de&state=forged"]

    async def from_afar(question: ElicitationQuestion) -> Answer:
        if question.url is not None:
            pasted.append(await asyncio.to_thread(visit_elsewhere, question.url))
            return ElicitationAnswer("accept")
        return ElicitationAnswer("accept", {"address": pasted.pop(0)})

    async with sign_in_server() as (server, url):
        person = Person(from_afar)
        async with opened(spec(url), person, MemoryGrants()) as (_, status):
            assert status.state == "ready"
        assert len(person.questions) == 3
        assert server.seen.count("code") == 1


async def test_a_refusal_is_asked_once_and_named_with_the_next_step() -> None:
    async with sign_in_server() as (server, url):
        person = Person(refuse)
        async with opened(spec(url), person, MemoryGrants()) as (_, status):
            assert status.state == "failed"
            assert "sign-in failed: nobody signed in" in status.error
            assert "Reconnect" in status.hint
        assert len(person.questions) == 1
        assert "authorize" not in server.seen


@pytest.mark.skipif(os.name != "posix", reason="file modes")
async def test_a_restart_renews_without_a_browser_from_a_private_file(tmp_path: Path) -> None:
    async with sign_in_server() as (server, url):
        server.expires_in = 1
        async with opened(spec(url), Person(browse), files(tmp_path)) as (_, status):
            assert status.state == "ready"
        (kept,) = (tmp_path / "d").iterdir()
        assert kept.stat().st_mode & 0o777 == 0o600
        server.revoke()
        server.expires_in = 3_600
        await until(lambda: json.loads(kept.read_text())[url]["grant"]["expires_at"] < time.time())
        server.seen.clear()
        person = Person(refuse)
        async with opened(spec(url), person, files(tmp_path)) as (pool, _):
            assert await add(pool) == "ok"
        assert server.seen == ["refresh"]
        assert person.questions == []


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


async def test_many_calls_refused_at_once_renew_once() -> None:
    """M46: single flight."""
    async with sign_in_server() as (server, url):
        async with opened(spec(url), Person(browse), MemoryGrants()) as (pool, _):
            server.revoke()
            server.seen.clear()
            assert await asyncio.gather(*(add(pool) for _ in range(8))) == ["ok"] * 8
        assert server.seen.count("refresh") == 1
        assert "authorize" not in server.seen


async def test_what_another_process_renewed_is_taken_over(tmp_path: Path) -> None:
    """M46: the refresh token was rotated by another process."""
    async with sign_in_server() as (server, url):
        store = files(tmp_path)
        async with opened(spec(url), Person(browse), store) as (ours, _):
            other = Person(refuse)
            async with opened(spec(url), other, files(tmp_path)) as (theirs, _):
                server.revoke()
                assert await add(theirs) == "ok"
                server.seen.clear()
                assert await add(ours) == "ok"
        assert "refresh" not in server.seen
        assert "authorize" not in server.seen


async def test_a_refresh_token_that_is_refused_leads_to_one_question_and_no_loop() -> None:
    """M46: one hint, then errors."""
    answers: list[Reply] = [browse, refuse]

    async def once(question: ElicitationQuestion) -> Answer:
        return await (answers.pop(0) if len(answers) > 1 else answers[0])(question)

    async with sign_in_server() as (server, url):
        person = Person(once)
        async with opened(spec(url), person, MemoryGrants()) as (pool, _):
            server.revoke()
            server.refresh_status = 400
            assert [await add(pool) for _ in range(3)] == ["error"] * 3
        assert len([question for question in person.questions if question.url]) == 2
        assert server.seen.count("refresh") == 1


async def test_an_authorization_server_that_is_down_does_not_cost_the_refresh_token() -> None:
    async with sign_in_server() as (server, url):
        person = Person(browse)
        async with opened(spec(url), person, MemoryGrants()) as (pool, _):
            server.revoke()
            server.refresh_status = 503
            assert await add(pool) == "error"
            server.refresh_status = 200
            assert await add(pool) == "ok"
        assert len([question for question in person.questions if question.url]) == 1


async def test_a_client_registered_beforehand_signs_in_with_its_secret_and_scopes() -> None:
    oauth = OAuthSpec(client_id="mine", client_secret="s3cret", scopes=("files:read",))
    async with sign_in_server() as (server, url):
        server.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        person = Person(browse)
        async with opened(spec(url, oauth=oauth), person, MemoryGrants()) as (_, status):
            assert status.state == "ready"
        assert "register" not in server.seen
        assert "client_id=mine" in (person.questions[0].url or "")
        assert "scope=files%3Aread" in (person.questions[0].url or "")
        assert server.forms[0]["client_secret"] == "s3cret"


async def test_a_taken_callback_port_is_named() -> None:
    """M47."""
    async with sign_in_server() as (_, url), answering(lambda _: asyncio.sleep(0)) as taken:
        person = Person(browse)
        oauth = OAuthSpec(client_id="mine", callback_port=taken)
        async with opened(spec(url, oauth=oauth), person, MemoryGrants()) as (_, status):
            assert f"port {taken}" in status.error
        assert person.questions == []


@pytest.mark.parametrize(
    "page",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://$(calc)/",
        "http://a:&calc@127.0.0.1/",
        "-http://127.0.0.1/",
        "http://127.0.0.1/\r\nX: y",
        "http://127.0.0.1/" + "a" * 9_000,
        "http://93.184.216.34/authorize",
    ],
    ids=["file", "javascript", "substitution", "user-info", "dash", "line-break", "9-kB", "not-encrypted"],
)
async def test_a_sign_in_page_that_must_not_be_opened_is_never_shown(page: str) -> None:
    """C01: nothing is asked, so nothing is opened."""

    async def never(question: ElicitationQuestion) -> Answer:
        assert question.url is not None
        assert question.url.startswith("http://127.0.0.1:")
        return ElicitationAnswer("decline")

    async with sign_in_server() as (server, url):
        server.metadata = {"authorization_endpoint": page}
        async with opened(spec(url), Person(never), MemoryGrants()) as (_, status):
            assert status.state == "failed"
        assert "authorize" not in server.seen


async def test_without_pkce_nobody_signs_in() -> None:
    async with sign_in_server() as (server, url):
        server.metadata = {"code_challenge_methods_supported": ["plain"]}
        person = Person(browse)
        async with opened(spec(url), person, MemoryGrants()) as (_, status):
            assert "PKCE" in status.error
        assert person.questions == []


async def test_a_token_in_the_headers_is_used_instead_of_a_sign_in() -> None:
    async with sign_in_server() as (server, url):
        person = Person(browse)
        headers = {"Authorization": "Bearer wrong"}
        async with opened(spec(url, headers=headers), person, MemoryGrants()) as (_, status):
            assert status.state == "failed"
            assert "headers" in status.hint
        assert person.questions == []
        assert set(server.seen) == {"401"}


async def test_a_file_others_may_read_is_not_used(tmp_path: Path) -> None:
    store = files(tmp_path)
    await store.save(Grant("https://a.invalid/mcp", "https://as.invalid", {"access_token": "t"}))
    assert await store.load("https://a.invalid/mcp") is not None
    (tmp_path / "d" / "sign-ins.json").chmod(0o644)
    assert await store.load("https://a.invalid/mcp") is None


async def test_a_damaged_file_is_no_sign_in(tmp_path: Path) -> None:
    store = files(tmp_path)
    await store.save(Grant("r", "i", {"access_token": "t"}))
    (tmp_path / "d" / "sign-ins.json").write_text('{"r": {"issuer": "i", "grant": {"tokens": [1]}}}')
    assert await store.load("r") is None


def test_a_grant_shows_no_secret() -> None:
    grant = Grant("r", "i", {"access_token": "sekret"}, client={"client_secret": "sekret"})
    assert "sekret" not in repr(grant)
    assert "sekret" not in repr(OAuthSpec(client_secret="sekret"))
