"""Resources, prompts, completions and what else the suite asks for; the program itself serves none of them."""

import json
import re
from typing import Any

import mcp_types as t
from mcp import MCPError
from mcp.server.lowlevel import Server

from tests.integration.serve.everything.asking import elicit
from tests.integration.serve.everything.tools import PNG
from tui.serve.mcp_server import Context

TEMPLATE = re.compile(r"test://template/([^/]+)/data")
_TEXTS = {
    "test://static-text": "This is the content of the static text resource.",
    "test://watched-resource": "Watched resource content",
}
CONTEXT: dict[str, t.InputRequest] = {"user_context": elicit("Which context?", context={"type": "string"})}


async def list_resources(context: Context, params: t.PaginatedRequestParams) -> t.ListResourcesResult:
    resources = [t.Resource(uri=uri, name=uri, mime_type="text/plain") for uri in _TEXTS]
    binary = t.Resource(uri="test://static-binary", name="binary", mime_type="image/png")
    return t.ListResourcesResult(resources=[*resources, binary])


async def list_templates(context: Context, params: t.PaginatedRequestParams) -> t.ListResourceTemplatesResult:
    template = t.ResourceTemplate(uri_template="test://template/{id}/data", name="template", mime_type="text/plain")
    return t.ListResourceTemplatesResult(resource_templates=[template])


async def read_resource(context: Context, params: t.ReadResourceRequestParams) -> t.ReadResourceResult:
    uri = str(params.uri)
    found = TEMPLATE.fullmatch(uri)
    if found:
        words = json.dumps({"id": found[1], "templateTest": True, "data": f"Data for ID: {found[1]}"})
        return _read(t.TextResourceContents(uri=uri, mime_type="application/json", text=words))
    if uri == "test://static-binary":
        return _read(t.BlobResourceContents(uri=uri, mime_type="image/png", blob=PNG))
    if uri in _TEXTS:
        return _read(t.TextResourceContents(uri=uri, mime_type="text/plain", text=_TEXTS[uri]))
    raise MCPError(t.INVALID_PARAMS, f"There is no resource {uri}", {"uri": uri})


def _read(contents: t.TextResourceContents | t.BlobResourceContents) -> t.ReadResourceResult:
    return t.ReadResourceResult(contents=[contents])


# --- prompts

_ARGUMENTS = {
    "test_simple_prompt": (),
    "test_prompt_with_arguments": ("arg1", "arg2"),
    "test_prompt_with_embedded_resource": ("resourceUri",),
    "test_prompt_with_image": (),
    "test_input_required_result_prompt": (),
}


async def list_prompts(context: Context, params: t.PaginatedRequestParams) -> t.ListPromptsResult:
    return t.ListPromptsResult(
        prompts=[
            t.Prompt(
                name=name,
                description=f"Tests {name}",
                arguments=[t.PromptArgument(name=each, description=each, required=True) for each in arguments],
            )
            for name, arguments in _ARGUMENTS.items()
        ]
    )


async def get_prompt(context: Context, params: t.GetPromptRequestParams) -> t.GetPromptResult | t.InputRequiredResult:
    given = params.arguments or {}
    match params.name:
        case "test_simple_prompt":
            return _prompt("This is a simple prompt for testing.")
        case "test_prompt_with_arguments":
            return _prompt(f"Prompt with arguments: arg1='{given['arg1']}', arg2='{given['arg2']}'")
        case "test_prompt_with_embedded_resource":
            contents = t.TextResourceContents(uri=given["resourceUri"], mime_type="text/plain", text="Embedded.")
            return _prompt(t.EmbeddedResource(type="resource", resource=contents), "Please process it.")
        case "test_prompt_with_image":
            return _prompt(t.ImageContent(type="image", data=PNG, mime_type="image/png"), "Please analyze it.")
        case "test_input_required_result_prompt" if not params.input_responses:
            return t.InputRequiredResult(input_requests=CONTEXT)
        case "test_input_required_result_prompt":
            return _prompt("With the context that was given.")
    raise MCPError(t.INVALID_PARAMS, f"There is no prompt {params.name}")


def _prompt(*contents: t.ContentBlock | str) -> t.GetPromptResult:
    blocks = [t.TextContent(type="text", text=each) if isinstance(each, str) else each for each in contents]
    return t.GetPromptResult(messages=[t.PromptMessage(role="user", content=block) for block in blocks])


# --- the rest


async def complete(context: Context, params: t.CompleteRequestParams) -> t.CompleteResult:
    return t.CompleteResult(completion=t.Completion(values=["testing"], total=1, has_more=False))


async def accept(context: Context, params: Any) -> t.EmptyResult:
    return t.EmptyResult()


def add_offers(server: Server[Any]) -> None:
    server.add_request_handler("resources/list", t.PaginatedRequestParams, list_resources)
    server.add_request_handler("resources/templates/list", t.PaginatedRequestParams, list_templates)
    server.add_request_handler("resources/read", t.ReadResourceRequestParams, read_resource)
    server.add_request_handler("resources/subscribe", t.SubscribeRequestParams, accept)
    server.add_request_handler("resources/unsubscribe", t.UnsubscribeRequestParams, accept)
    server.add_request_handler("prompts/list", t.PaginatedRequestParams, list_prompts)
    server.add_request_handler("prompts/get", t.GetPromptRequestParams, get_prompt)
    server.add_request_handler("completion/complete", t.CompleteRequestParams, complete)
    server.add_request_handler("logging/setLevel", t.SetLevelRequestParams, accept)
