"""A stdio MCP server in raw JSON lines that makes it hard to settle which era is spoken; its first argument says how.

`late`: refuses `server/discover`, speaks 2025-11-25, and answers the first question a second time, much later, as a
modern server would. `locked`: refuses `server/discover` at first, then refuses `initialize` as only a server of
2026-07-28 does (-32022). Each greeting is noted in the file named by the second argument. Standard library only.
"""

import json
import sys
from typing import Any

MODE, NOTES = sys.argv[1:]
OLD, NEW = "2025-11-25", "2026-07-28"
TOOL = {"name": "echo", "inputSchema": {"type": "object"}}
MODERN = {
    "resultType": "complete",
    "supportedVersions": [NEW],
    "capabilities": {"tools": {}},
    "ttlMs": 0,
    "cacheScope": "private",
}
LEGACY = {"protocolVersion": OLD, "capabilities": {"tools": {}}, "serverInfo": {"name": "eras", "version": "1"}}
asked: list[Any] = []


def say(request_id: Any, **outcome: Any) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": request_id, **outcome}) + "\n")
    sys.stdout.flush()


def greet(request_id: Any, method: str) -> None:
    with open(NOTES, "a", encoding="utf-8") as file:
        file.write(method + "\n")
    if method == "server/discover":
        asked.append(request_id)
        if MODE == "locked" and len(asked) > 1:
            say(request_id, result=MODERN)
        else:
            say(request_id, error={"code": -32601, "message": "no such method"})
    elif MODE == "locked":
        say(request_id, error={"code": -32022, "message": "too old", "data": {"supported": [NEW], "requested": OLD}})
    else:
        say(request_id, result=LEGACY)


for line in sys.stdin:
    message = json.loads(line)
    number, method = message.get("id"), message.get("method", "")
    rest = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"} if MODE == "locked" else {}
    if method in ("server/discover", "initialize"):
        greet(number, method)
    elif method == "tools/list":
        if MODE == "late":
            say(asked[0], result=MODERN)
        say(number, result={"tools": [TOOL], **rest})
    elif method == "tools/call":
        say(number, result={"content": [{"type": "text", "text": "done"}], **rest})
    elif number is not None:
        say(number, error={"code": -32601, "message": "no such method"})
