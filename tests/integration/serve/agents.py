"""MCP clients of the served half, as other programs are."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

from tests.integration.serve.served import Served

Era = Literal["legacy", "2026-07-28"]
ERAS: tuple[Era, ...] = ("legacy", "2026-07-28")


@asynccontextmanager
async def agent(house: Served, key: str = "", era: Era | Literal["auto"] = "auto") -> AsyncIterator[Client]:
    """A client with a key, the one of all scopes unless another is given."""
    headers = {"authorization": f"Bearer {key or house.key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http,
        Client(streamable_http_client(f"{house.url}/mcp", http_client=http), mode=era) as client,
    ):
        yield client


def text_of(result: CallToolResult) -> str:
    """Returns the first block's text."""
    [first, *_] = result.content
    assert isinstance(first, TextContent)
    return first.text


def document(result: CallToolResult) -> dict[str, Any]:
    """Returns what an agent reads from the text."""
    assert not result.is_error, text_of(result)
    read: dict[str, Any] = json.loads(text_of(result))
    return read


async def answer(client: Client, tool: str, arguments: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Calls a tool and returns its structured answer, which the client has checked against the tool's schema."""
    result = await client.call_tool(tool, dict(arguments or {}))
    read = document(result)
    assert result.structured_content == read
    return read
