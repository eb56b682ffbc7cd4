"""A stdio MCP server in raw JSON lines that says what a JSON file tells it to, and reads that file anew for every list.

Run as a script: nothing but the standard library, so that it starts in milliseconds. The file holds `tools`,
`prompts`, `instructions`, `version`, `pages` (tools a page), `results` (tool → text), `announce` (changes are
announced with each call) and `strict` (a call of a tool that is not listed is refused); the calls it received are
written beside it.
"""

import json
import sys
from pathlib import Path
from typing import Any

SCRIPT = Path(sys.argv[1])
CALLS = SCRIPT.with_suffix(".calls")


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def script() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(SCRIPT.read_text(encoding="utf-8"))
    return value


def initialized(params: dict[str, Any]) -> dict[str, Any]:
    told = script()
    return {
        "protocolVersion": "2025-11-25",
        "capabilities": {"tools": {"listChanged": True}, "prompts": {}},
        "serverInfo": {"name": "telling", "version": told.get("version", "1.0")},
        "instructions": told.get("instructions", ""),
    }


def tools(params: dict[str, Any]) -> dict[str, Any]:
    told = script()
    listed, size = told.get("tools", []), told.get("pages") or 1_000
    start = int(params.get("cursor") or 0)
    page: dict[str, Any] = {"tools": listed[start : start + size]}
    if start + size < len(listed):
        page["nextCursor"] = str(start + size)
    return page


def called(params: dict[str, Any]) -> dict[str, Any]:
    with CALLS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(params) + "\n")
    told = script()
    if told.get("announce"):
        say({"method": "notifications/tools/list_changed"})
    return {"content": [{"type": "text", "text": told.get("results", {}).get(params["name"], "done")}]}


ANSWERS = {
    "initialize": initialized,
    "tools/list": tools,
    "prompts/list": lambda _: {"prompts": script().get("prompts", [])},
    "prompts/get": lambda _: {"messages": [{"role": "user", "content": {"type": "text", "text": "hello"}}]},
    "tools/call": called,
    "ping": lambda _: {},
}


def refused(message: dict[str, Any]) -> bool:
    told = script()
    listed = {tool["name"] for tool in told.get("tools", [])}
    return bool(told.get("strict")) and message["method"] == "tools/call" and message["params"]["name"] not in listed


for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    if refused(message):
        say({"id": message["id"], "error": {"code": -32602, "message": "unknown tool"}})
        continue
    answer = ANSWERS.get(message.get("method"))
    if answer is None:
        say({"id": message["id"], "error": {"code": -32601, "message": "not offered"}})
    else:
        say({"id": message["id"], "result": answer(message.get("params") or {})})
