"""What servers offer, under names a person and a model can use. Pure."""

import hashlib
import json
import re
from collections.abc import Iterable

from mcp import types as mcp_types

from tui.domain.ids import ServerName
from tui.domain.servers import Catalog, PromptArgument, PromptInfo, ResourceInfo, ToolInfo
from tui.domain.text import clean, clean_line
from tui.servers.transports.repair import DEFINITION_META, OUTPUT_SCHEMA_META, Report
from tui.servers.trust.pins import canonical
from tui.servers.trust.scanner import belies_read_only

MODEL_NAME_CAP = 64
"""What Chat Completions providers accept: `[A-Za-z0-9_-]{1,64}`."""
_ILLEGAL = re.compile(r"[^A-Za-z0-9-]+")
_LEGAL = re.compile(rf"[A-Za-z0-9_-]{{1,{MODEL_NAME_CAP}}}")
_DESCRIPTION_CHARS = 16_000


def model_name(server: ServerName, tool: str) -> str:
    """Returns a provider-legal name that depends on nothing but its two parts and differs for every pair.

    `alias__tool` where that is legal and can be read back; otherwise a shortened form with eight hexadecimal digits
    of a hash. The two forms cannot meet: only the first holds a double underscore.
    """
    readable = f"{server}__{tool}"
    if "__" not in server and not server.endswith("_") and _LEGAL.fullmatch(readable):
        return readable
    digest = hashlib.sha256(json.dumps([server, tool]).encode()).hexdigest()[:8]
    stem = _ILLEGAL.sub("_", f"{server}_{tool}").strip("_") or "tool"
    return f"{stem[: MODEL_NAME_CAP - 9].rstrip('_')}_{digest}"


def build_catalog(
    server: ServerName,
    *,
    tools: Iterable[mcp_types.Tool],
    resources: Iterable[mcp_types.Resource],
    templates: Iterable[mcp_types.ResourceTemplate],
    prompts: Iterable[mcp_types.Prompt],
    report: Report,
    launch: str = "",
) -> Catalog:
    """Returns the catalog in a stable order, sorted by name; of tools with one name the first is kept.

    `launch` is the fingerprint of the server's own definition.
    """
    by_name: dict[str, ToolInfo] = {}
    for tool in tools:
        if tool.name in by_name:
            report(f"tool {tool.name}: listed twice; the first is used")
        else:
            by_name[tool.name] = _tool(server, tool, report, launch)
    listed = [_resource(server, item) for item in resources] + [_template(server, item) for item in templates]
    return Catalog(
        server,
        tuple(by_name[name] for name in sorted(by_name)),
        tuple(sorted(listed, key=lambda item: (item.template, item.uri))),
        tuple(sorted((_prompt(server, item) for item in prompts), key=lambda item: item.name)),
    )


def _tool(server: ServerName, tool: mcp_types.Tool, report: Report, launch: str) -> ToolInfo:
    hints = tool.annotations or mcp_types.ToolAnnotations()
    title = tool.title or hints.title or ""
    definition = [tool.name, tool.description or "", tool.input_schema]
    read_only = hints.read_only_hint is True
    if read_only and belies_read_only(tool.name):
        report(f"tool {tool.name}: says it only reads, but its name says otherwise; it is asked for like any other")
        read_only = False
    return ToolInfo(
        server=server,
        name=tool.name,
        model_name=model_name(server, tool.name),
        title=clean_line(title, 200),
        description=clean(tool.description or "", _DESCRIPTION_CHARS),
        input_schema=tool.input_schema,
        output_schema=(tool.meta or {}).get(OUTPUT_SCHEMA_META),
        read_only=read_only,
        destructive=not read_only and hints.destructive_hint is not False,
        idempotent=hints.idempotent_hint is True,
        open_world=hints.open_world_hint is not False,
        schema_tokens=len(json.dumps(definition, ensure_ascii=False, separators=(",", ":"))) // 4,
        task_required=tool.execution is not None and tool.execution.task_support == "required",
        definition=_definition(tool),
        launch=launch,
    )


def _resource(server: ServerName, resource: mcp_types.Resource) -> ResourceInfo:
    return ResourceInfo(
        server=server,
        uri=resource.uri,
        name=clean_line(resource.title or resource.name, 200),
        description=clean(resource.description or "", _DESCRIPTION_CHARS),
        mime_type=clean_line(resource.mime_type or "", 100),
        size=resource.size,
    )


def _template(server: ServerName, template: mcp_types.ResourceTemplate) -> ResourceInfo:
    return ResourceInfo(
        server=server,
        uri=template.uri_template,
        name=clean_line(template.title or template.name, 200),
        description=clean(template.description or "", _DESCRIPTION_CHARS),
        mime_type=clean_line(template.mime_type or "", 100),
        template=True,
    )


def _prompt(server: ServerName, prompt: mcp_types.Prompt) -> PromptInfo:
    arguments = tuple(
        PromptArgument(argument.name, clean(argument.description or "", 2_000), bool(argument.required))
        for argument in prompt.arguments or ()
    )
    return PromptInfo(
        server=server,
        name=prompt.name,
        title=clean_line(prompt.title or prompt.name, 200),
        description=clean(prompt.description or "", _DESCRIPTION_CHARS),
        arguments=arguments,
        definition=_definition(prompt),
    )


def _definition(item: mcp_types.Tool | mcp_types.Prompt) -> str:
    """The text noted before anything was mended; of an item that came another way, what there is of it."""
    noted = (item.meta or {}).get(DEFINITION_META)
    return (
        noted if isinstance(noted, str) else canonical(item.model_dump(mode="json", by_alias=True, exclude_none=True))
    )
