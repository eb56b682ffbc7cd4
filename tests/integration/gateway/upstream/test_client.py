"""The client over real sockets: endings, deadlines, cancellation, and what never leaves the machine."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from tests.fakes.gateway_pages import GatewayPages, page
from tests.fakes.llm_endpoint import LlmEndpoint, Reply, fail, models, raw, say
from tests.fakes.llm_replies import chunk, event
from tui.domain.completion import ChatRequest
from tui.domain.errors import CallError, ConnectError
from tui.domain.gateway import ProviderSpec
from tui.domain.ids import ProviderName
from tui.domain.messages import ToolSpec, user_text
from tui.domain.text import CleanText
from tui.gateway.upstream.client import UpstreamClient
from tui.gateway.upstream.events import Done, Opened, Text, Timeouts, UpstreamEvent, Working

KEY = "sk-very-secret-0123456789"
REQUEST = ChatRequest("p/m", (user_text(CleanText("hi")),))
PATIENT = Timeouts()
QUICK = Timeouts(first_token_s=0.4, idle_s=0.4, total_s=5.0)


def client_of(base_url: str, timeouts: Timeouts = PATIENT, key: str | None = KEY, **fields: object) -> UpstreamClient:
    return UpstreamClient(ProviderSpec(ProviderName("p"), base_url, **fields), key, timeouts)  # type: ignore[arg-type]


async def all_events(client: UpstreamClient, request: ChatRequest = REQUEST) -> list[UpstreamEvent]:
    events = [event async for event in client.stream(request, "m")]
    await client.close()
    return events


async def client_left(endpoint: LlmEndpoint) -> None:
    """Returns once the endpoint saw the client's socket close."""
    async with asyncio.timeout(20):
        await endpoint.disconnected.wait()


async def last_word(client: UpstreamClient, request: ChatRequest = REQUEST) -> Done:
    done = (await all_events(client, request))[-1]
    assert isinstance(done, Done)
    return done


async def test_an_answer_opens_streams_and_is_done() -> None:
    async with LlmEndpoint([say(["one ", "two"], headers={"x-ratelimit-remaining-requests": "4"})]) as endpoint:
        opened, *pieces, done = await all_events(client_of(endpoint.base_url))
    assert isinstance(opened, Opened)
    assert (opened.status, opened.rate_limits.remaining_requests) == (200, 4)
    assert "".join(piece.text for piece in pieces if isinstance(piece, Text)) == "one two"
    assert isinstance(done, Done)
    assert (done.outcome, done.text, done.model) == ("complete", "one two", "fake-1")


async def test_a_connection_is_used_again_after_a_whole_answer() -> None:
    async with LlmEndpoint([say("a"), say("b")]) as endpoint:
        client = client_of(endpoint.base_url)
        for _ in range(2):
            async for _event in client.stream(REQUEST, "m"):
                pass
        assert endpoint.connections == 1
        await client.close()


async def test_only_our_own_headers_travel_whatever_the_environment_says(environ: dict[str, str]) -> None:
    environ.update(
        OPENAI_API_KEY="sk-other", OPENAI_ORG_ID="org-1", OPENAI_PROJECT_ID="prj", OPENAI_BASE_URL="http://127.0.0.1:9"
    )
    async with LlmEndpoint([say("a"), say("b")]) as endpoint:
        await last_word(client_of(endpoint.base_url, headers={"X-Team": "t"}))
        await last_word(client_of(endpoint.base_url, key=None))
    with_key, without = (request.headers for request in endpoint.requests)
    assert with_key["authorization"] == f"Bearer {KEY}"
    assert with_key["x-team"] == "t"
    assert "authorization" not in without
    assert not {"openai-organization", "openai-project"} & (with_key.keys() | without.keys())


async def test_a_redirect_is_not_followed_and_the_key_stays() -> None:
    async with LlmEndpoint([say("stolen")]) as other:
        elsewhere = fail(308, "", {"location": f"{other.base_url}/chat/completions"})
        async with LlmEndpoint([elsewhere]) as endpoint:
            done = await last_word(client_of(endpoint.base_url))
    assert (done.outcome, done.failure, done.status) == ("failed", "request", 308)
    assert other.requests == []


@pytest.mark.parametrize("first", [fail(500), Reply(status=0)], ids=["refused", "hung up"])
async def test_nothing_is_tried_twice(first: Reply) -> None:
    async with LlmEndpoint([first, say("a")]) as endpoint:
        done = await last_word(client_of(endpoint.base_url))
    assert (done.failure, len(endpoint.requests)) == ("provider-down", 1)


async def test_silence_before_the_headers_ends_at_the_first_token_limit() -> None:
    server = await asyncio.start_server(lambda _reader, _writer: asyncio.Event().wait(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    done = await last_word(client_of(f"http://127.0.0.1:{port}/v1", QUICK))
    server.close()
    assert (done.outcome, done.failure, done.reason) == ("failed", "timeout", "No answer began within 0.4 s")


@pytest.mark.parametrize("start", [b"", b": working\n\n"])
async def test_headers_without_a_body_end_at_the_first_token_limit(start: bytes) -> None:
    async with LlmEndpoint([raw(start, asyncio.Event())]) as endpoint:
        done = await last_word(client_of(endpoint.base_url, QUICK))
    assert (done.outcome, done.failure) == ("failed", "timeout")


async def test_a_stalled_stream_is_partial_and_keeps_its_text() -> None:
    async with LlmEndpoint([say("half", gate=asyncio.Event())]) as endpoint:
        done = await last_word(client_of(endpoint.base_url, replace(QUICK, first_token_s=5.0)))
        await client_left(endpoint)
    assert (done.outcome, done.failure, done.text) == ("partial", "timeout", "half")
    assert done.reason == "The answer stood still for 0.4 s"


async def test_keep_alives_do_not_hide_a_stall() -> None:
    drip = Reply(
        200, {"content-type": "text/event-stream"}, (chunk({"content": "half"}), *[b": ping\n\n"] * 2_000), rate=200
    )
    async with LlmEndpoint([drip]) as endpoint:
        events = await all_events(client_of(endpoint.base_url, replace(QUICK, first_token_s=5.0)))
        await client_left(endpoint)
    assert any(isinstance(event, Working) for event in events)
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.outcome, done.failure, done.text) == ("partial", "timeout", "half")
    assert done.reason == "The answer stood still for 0.4 s"


async def test_a_request_has_its_own_time_limit() -> None:
    async with LlmEndpoint([say("half", gate=asyncio.Event())]) as endpoint:
        done = await last_word(client_of(endpoint.base_url), replace(REQUEST, timeout_s=0.4))
    assert (done.outcome, done.reason) == ("partial", "The answer was not complete after 0.4 s")


async def test_cancelling_closes_the_socket() -> None:
    async with LlmEndpoint([say("half", gate=asyncio.Event())]) as endpoint:
        client, arrived = client_of(endpoint.base_url), asyncio.Event()

        async def read() -> None:
            async for event in client.stream(REQUEST, "m"):
                if isinstance(event, Text):
                    arrived.set()

        reading = asyncio.create_task(read())
        await arrived.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await client_left(endpoint)
        await client.close()


async def test_closing_the_iterator_closes_the_socket() -> None:
    async with LlmEndpoint([say("half", gate=asyncio.Event())]) as endpoint:
        client = client_of(endpoint.base_url)
        async with contextlib.aclosing(client.stream(REQUEST, "m")) as events:  # type: ignore[type-var]
            async for event in events:
                if isinstance(event, Text):
                    break
        await client_left(endpoint)
        await client.close()


async def test_an_endpoint_that_hangs_up_unasked_is_not_called_absent() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        address = "{}:{}".format(*server.sockets[0].getsockname())
        done = await last_word(client_of(f"http://{address}/v1"))
    assert (done.failure, done.reason) == ("provider-down", f"{address} hung up without an answer")
    assert done.hint


async def test_nobody_there_is_named_with_the_next_step() -> None:
    done = await last_word(client_of("http://127.0.0.1:1/v1"))
    assert (done.failure, done.reason) == ("provider-down", "Nothing listens at 127.0.0.1:1")
    assert done.hint


async def test_tls_is_never_downgraded() -> None:
    async def answer_plainly(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()

    server = await asyncio.start_server(answer_plainly, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    done = await last_word(client_of(f"https://127.0.0.1:{port}/v1"))
    server.close()
    assert done.failure == "provider-down"
    assert done.reason.startswith("TLS: no safe connection")


@pytest.mark.parametrize(
    "base_url", ["", "ftp://x", "http://[::1", "http://", "localhost:1/v1", "http://127.0.0.1:99999/v1"]
)
async def test_a_senseless_address_is_a_failure_not_an_exception(base_url: str) -> None:
    done = await last_word(client_of(base_url))
    assert done.outcome == "failed"
    assert done.hint


@pytest.mark.parametrize("key", ["line\nbreak", "schlüssel", "nul\0"])
async def test_a_key_no_header_may_carry_is_refused_before_anything_is_sent(key: str) -> None:
    async with LlmEndpoint([say("a")]) as endpoint:
        done = await last_word(client_of(endpoint.base_url, key=key))
    assert (done.failure, endpoint.requests) == ("auth", [])
    assert key not in repr(done)


async def test_a_schema_that_cannot_be_written_is_our_own_failure() -> None:
    tool = ToolSpec("x", CleanText(""), {"type": {1, 2}})
    async with LlmEndpoint([say("a")]) as endpoint:
        done = await last_word(client_of(endpoint.base_url), replace(REQUEST, tools=(tool,)))
    assert (done.failure, endpoint.requests) == ("local", [])


async def test_the_key_is_in_no_representation() -> None:
    client = client_of("http://127.0.0.1:1/v1")
    assert KEY not in repr(client) + repr(await all_events(client))


async def test_models_are_listed_with_the_key() -> None:
    async with LlmEndpoint(models_reply=models(["a", {"id": "b", "context_length": 9}])) as endpoint:
        client = client_of(endpoint.base_url)
        listed = await client.models()
        await client.close()
    assert [(model.id, model.context_tokens) for model in listed] == [("a", None), ("b", 9)]
    assert endpoint.model_requests[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("reply", "error"),
    [(fail(401), CallError), (raw(b"<html>", headers={}), CallError), (raw(b"{", end="cut"), ConnectError)],
)
async def test_a_failed_list_of_models_says_what_to_do(reply: Reply, error: type[Exception]) -> None:
    async with LlmEndpoint(models_reply=reply) as endpoint:
        client = client_of(endpoint.base_url)
        with pytest.raises(error) as raised:
            await client.models()
        await client.close()
    assert raised.value.hint  # type: ignore[attr-defined]
    assert KEY not in str(raised.value)


async def test_what_a_gateway_says_in_its_headers_stands_where_the_body_is_silent() -> None:
    told = {"x-litellm-response-cost": "1.8e-05", "x-litellm-call-id": "call-1", "x-litellm-model-name": "openai/m"}
    priced = {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.000_002}
    async with LlmEndpoint([say("a", headers=told), say("b", usage=priced, headers=told)]) as endpoint:
        silent, speaking = [await last_word(client_of(endpoint.base_url)) for _ in range(2)]
    assert (silent.reported_cost, silent.answer_id, silent.served_by) == (18, "call-1", "openai/m")
    assert speaking.reported_cost == 2


async def test_an_answer_is_known_by_the_id_in_its_body_when_no_header_names_one() -> None:
    async with LlmEndpoint([say("a")]) as endpoint:
        assert (await last_word(client_of(endpoint.base_url))).answer_id == "cmpl-1"


async def test_a_litellm_proxy_is_asked_for_windows_and_prices_too() -> None:
    entry = {"model_name": "m", "litellm_params": {"model": "openai/m"}, "model_info": {"max_input_tokens": 32000}}
    pages = {"/v1/models": models(["m"]), "/v1/model/info": page({"data": [entry]})}
    async with GatewayPages(pages=pages) as endpoint:
        (told,) = await client_of(endpoint.base_url, kind="litellm").models()
        (plain,) = await client_of(endpoint.base_url).models()
    assert (told.context_tokens, plain.context_tokens) == (32000, None)


async def test_a_litellm_proxy_that_hides_its_details_still_names_its_models() -> None:
    async with GatewayPages(pages={"/v1/models": models(["m"])}) as endpoint:
        (told,) = await client_of(endpoint.base_url, kind="litellm").models()
    assert told.id == "m"


async def test_what_a_gateway_says_in_comments_at_the_end_of_a_stream_is_heard() -> None:
    comments = b": x-omniroute-provider=alpha\n: x-omniroute-tokens-in=6\n: x-omniroute-response-cost=0.00004200\n"
    usage = event({"choices": [], "usage": {"prompt_tokens": 2006, "completion_tokens": 9}})
    stream = raw(chunk({"content": "hi"}), chunk({}, finish="stop"), usage, comments + b"data: [DONE]\n\n")
    async with LlmEndpoint([stream]) as endpoint:
        done = await last_word(client_of(endpoint.base_url))
    assert (done.outcome, done.text) == ("complete", "hi")
    assert (done.reported_cost, done.served_by) == (42, "alpha")
    assert (done.usage.input_tokens, done.usage.output_tokens) == (6, 9)
