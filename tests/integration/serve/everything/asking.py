"""Tools that ask the client something: by a request of their own in the older era, within a result in the newer."""

import json
from collections.abc import Mapping
from typing import Any

import mcp_types as t

from tests.integration.serve.everything.tools import Answer, Special, text
from tui.serve.mcp_server import Context

Params = t.CallToolRequestParams

# --- requests of the server's own


async def _sampling(context: Context, params: Params) -> Answer:
    asked = t.SamplingMessage(role="user", content=t.TextContent(type="text", text=(params.arguments or {})["prompt"]))
    said = await context.session.create_message([asked], max_tokens=100, related_request_id=context.request_id)
    assert isinstance(said.content, t.TextContent)
    return text(f"LLM response: {said.content.text}")


def _elicits(schema: Mapping[str, Any], message: str = "") -> Special:
    async def answer(context: Context, params: Params) -> Answer:
        words = message or (params.arguments or {})["message"]
        said = await context.session.elicit_form(words, dict(schema), context.request_id)
        return text(f"User response: action={said.action}, content={json.dumps(said.content)}")

    return answer


def _form(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": []}


_OPTIONS = ["option1", "option2", "option3"]
_TITLED = [{"const": f"value{number}", "title": f"Choice {number}"} for number in (1, 2, 3)]
_DEFAULTS = _form(
    name={"type": "string", "default": "John Doe"},
    age={"type": "integer", "default": 30},
    score={"type": "number", "default": 95.5},
    status={"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
    verified={"type": "boolean", "default": True},
)
_ENUMS = _form(
    untitledSingle={"type": "string", "enum": _OPTIONS},
    titledSingle={"type": "string", "oneOf": _TITLED},
    legacyEnum={"type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": ["One", "Two", "Three"]},
    untitledMulti={"type": "array", "items": {"type": "string", "enum": _OPTIONS}},
    titledMulti={"type": "array", "items": {"anyOf": _TITLED}},
)

# --- questions within a result


def elicit(message: str, **properties: Any) -> t.ElicitRequest:
    return t.ElicitRequest(params=t.ElicitRequestFormParams(message=message, requested_schema=_form(**properties)))


def _sample(words: str) -> t.CreateMessageRequest:
    asked = t.SamplingMessage(role="user", content=t.TextContent(type="text", text=words))
    return t.CreateMessageRequest(params=t.CreateMessageRequestParams(messages=[asked], max_tokens=100))


NAME = {"user_name": elicit("What is your name?", name={"type": "string"})}
CAPITAL = {"capital_question": _sample("What is the capital of France?")}
ROOTS = {"client_roots": t.ListRootsRequest(params=t.RequestParams())}
CONFIRM = {"confirm": elicit("Please confirm", ok={"type": "boolean"})}


def _asks(requests: Mapping[str, t.InputRequest], state: str | None = None) -> Special:
    """Asks until every question has an answer, and the state comes back as it was given out."""

    async def answer(context: Context, params: Params) -> Answer:
        given = params.input_responses or {}
        if not requests.keys() <= given.keys() or (state is not None and params.request_state != state):
            return t.InputRequiredResult(input_requests=dict(requests), request_state=state)
        return text("state-ok: " + ", ".join(sorted(given)))

    return answer


async def _two_rounds(context: Context, params: Params) -> Answer:
    if params.request_state == "two" and params.input_responses:
        return text("both steps are done")
    if params.request_state == "one" and params.input_responses:
        asked: dict[str, t.InputRequest] = {"step2": elicit("Step 2: which color?", color={"type": "string"})}
        return t.InputRequiredResult(input_requests=asked, request_state="two")
    asked = {"step1": elicit("Step 1: what is your name?", name={"type": "string"})}
    return t.InputRequiredResult(input_requests=asked, request_state="one")


async def _by_capability(context: Context, params: Params) -> Answer:
    """Asks only what the client says it can answer."""
    able = context.session.client_capabilities or t.ClientCapabilities()
    asked: dict[str, t.InputRequest] = {**(CAPITAL if able.sampling else {}), **(NAME if able.elicitation else {})}
    if not asked or params.input_responses:
        return text("nothing more to ask")
    return t.InputRequiredResult(input_requests=asked)


def asking() -> Mapping[str, Special]:
    prefix = "test_input_required_result"
    return {
        "test_sampling": _sampling,
        "test_elicitation": _elicits(_form(username={"type": "string"}, email={"type": "string"})),
        "test_elicitation_sep1034_defaults": _elicits(_DEFAULTS, "Please provide user information"),
        "test_elicitation_sep1330_enums": _elicits(_ENUMS, "Please choose"),
        f"{prefix}_elicitation": _asks(NAME),
        f"{prefix}_sampling": _asks(CAPITAL),
        f"{prefix}_list_roots": _asks(ROOTS),
        f"{prefix}_request_state": _asks(CONFIRM, "state"),
        f"{prefix}_tampered_state": _asks(CONFIRM, "state"),
        f"{prefix}_multiple_inputs": _asks({**NAME, **CAPITAL, **ROOTS}, "state"),
        f"{prefix}_multi_round": _two_rounds,
        f"{prefix}_capabilities": _by_capability,
    }
