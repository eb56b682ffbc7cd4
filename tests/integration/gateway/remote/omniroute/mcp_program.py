"""OmniRoute's MCP server over stdio in raw JSON lines: the recorded answers of a state, with 3.7.9's noise on stdout.

Run as a script with a state (`fresh`, `breaker_open`, `auth_on`); it needs the standard library only.
"""

import json
import sys
from pathlib import Path
from typing import Any

TOOLS: dict[str, Any] = json.loads((Path(__file__).parent / "recorded_3_7_9.json").read_text("utf-8"))["mcp"]
LISTED = [
    {"name": name, "description": "As recorded.", "inputSchema": {"type": "object"}}
    for name in ("omniroute_get_health", "omniroute_get_provider_metrics", "omniroute_switch_combo")
]


def answer(method: str, parameters: dict[str, Any]) -> dict[str, Any]:
    if method == "initialize":
        server = {"name": "omniroute", "version": "1.8.1"}
        return {"protocolVersion": "2025-11-25", "capabilities": {"tools": {"listChanged": True}}, "serverInfo": server}
    if method == "tools/list":
        return {"tools": LISTED}
    if method == "tools/call":
        said = TOOLS[sys.argv[1]][parameters["name"]]
        return {"content": [{"type": "text", "text": said["text"]}], "isError": said["isError"]}
    return {}


print("[DB] Loaded 48 migrations", flush=True)
for line in sys.stdin:
    message = json.loads(line)
    if "id" in message:
        result = answer(message["method"], message.get("params") or {})
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)
