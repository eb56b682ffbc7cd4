"""POST /v1/chat/completions: a request of any OpenAI client, sent through the gateway."""

import asyncio
import hashlib
from dataclasses import dataclass, replace

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from tui.domain.clock import Clock
from tui.domain.completion import ChatRequest
from tui.domain.errors import McpTuiError, RefusedError
from tui.serve.admission import Admission, Admitted
from tui.serve.auth import caller_of_request, refusal
from tui.serve.caller import Caller
from tui.serve.multimodal.choosing import ModelChoice, needs_of
from tui.serve.multimodal.messages import ReadPicture, decode_messages
from tui.serve.multimodal.ports import ModelGateway
from tui.serve.openai_api import asked
from tui.serve.openai_api.answers import Way, event
from tui.serve.openai_api.refusals import KeyBudgetError, Refusal, TooLargeError, of_error
from tui.serve.openai_api.relay import LastAct, Relay
from tui.serve.openai_api.wire import CallerLeftError, Wire, read_body, until_gone
from tui.serve.unheard import heard

PATH = "/v1/chat/completions"
SCOPES = ("execute:completions",)
BODY_LIMIT_BYTES = 16 * 1024 * 1024
_LARGE_BODY = 64 * 1024
"""Beyond this, reading JSON on the loop would hold up everybody's streams."""


@dataclass(frozen=True, slots=True)
class ChatCompletions:
    """The endpoint, as an ASGI app; who calls was found out before."""

    gateway: ModelGateway
    admission: Admission
    choice: ModelChoice
    read_picture: ReadPicture
    clock: Clock
    timeout_s: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; leaving cancels it and settles what it cost."""
        wire = Wire(send)
        caller = caller_of_request(HTTPConnection(scope))
        if caller is None:
            await refusal("Nobody is known to call.", "invalid_api_key")(scope, receive, send)
            return
        if scope["method"] != "POST":
            words = "Requests are sent by POST."
            await wire.refuse(Refusal(405, "invalid_request_error", "method_not_allowed", words), {"allow": "POST"})
            return
        try:
            body = await read_body(receive, BODY_LIMIT_BYTES)
        except TooLargeError as error:
            await wire.refuse(of_error(error), {"connection": "close"})
        except CallerLeftError:
            return
        else:
            heard(HTTPConnection(scope))
            await until_gone(self._answer(caller, body, wire), receive)

    async def _answer(self, caller: Caller, body: bytes, wire: Wire) -> None:
        way = Way(int(self.clock.wall()))
        # Equal bodies can be told in the audit, and a large one is not hashed twice.
        arguments = {"body_sha256": hashlib.sha256(body).hexdigest()}
        try:
            async with self.admission.admitted(caller, PATH, SCOPES, arguments) as admitted:
                last_act = await self._carry_out(admitted, body, way, wire)
        except McpTuiError as error:
            refused = of_error(error)
            if wire.begun:
                await wire.close_stream(event(refused.document))
            else:
                await wire.refuse(refused, way.headers)
        else:
            await last_act()

    async def _carry_out(self, admitted: Admitted, body: bytes, way: Way, wire: Wire) -> LastAct:
        wanted = await asyncio.to_thread(asked.read, body) if len(body) > _LARGE_BODY else asked.read(body)
        way.ignored = wanted.ignored
        relay = Relay(self.gateway, await self._request(wanted, admitted), way, wire, self.clock)
        try:
            if wanted.stream:
                return await relay.stream(include_usage=wanted.include_usage)
            return await relay.whole()
        finally:
            admitted.cost, admitted.failed = relay.cost, relay.failed

    async def _request(self, wanted: asked.Asked, admitted: Admitted) -> ChatRequest:
        """Raises McpTuiError for what cannot be sent, KeyBudgetError for what its caller may not spend."""
        messages = await decode_messages(wanted.messages, self.read_picture)
        request = ChatRequest(
            await self.choice.choose(wanted.model, needs_of(messages)),
            messages,
            tools=wanted.tools,
            tool_choice=wanted.tool_choice,
            max_output_tokens=wanted.max_output_tokens,
            temperature=wanted.temperature,
            timeout_s=self.timeout_s,
            options=wanted.options,
        )
        try:
            await admitted.set_aside(await self.gateway.price_ceiling(request) if admitted.budgeted else None)
        except RefusedError as error:
            raise KeyBudgetError(error.message, error.hint) from error
        return replace(request, max_cost_microusd=admitted.allowance)
