"""A stdio MCP server (2025-11-25) that rages without end once it was greeted, in the way its first argument says.

Run as a script: nothing but the standard library, so that it starts in milliseconds.
"""

import json
import os
import sys
import threading
from typing import Any

MODE = sys.argv[1]
TOOL = {"name": "echo", "inputSchema": {"type": "object"}}
INFO = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {"listChanged": True}, "logging": {}}}
PROGRESS = b'{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%s,"progress":1}}\n'
LINES = {
    "changes": b'{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n' * 100,
    "log": b'{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":"no!"}}\n' * 100,
    "answers": b'{"jsonrpc":"2.0","id":77,"result":{"content":[]}}\n' * 100,
    "requests": b'{"jsonrpc":"2.0","id":"r","method":"sampling/createMessage","params":{"messages":[]}}\n' * 100,
    "garbage": b"DEBUG \xff\xfe {not json} \x1b[2J\n" * 100,
    "long-lines": b'{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"%s"}}\n'
    % (b"x" * 8_300_000),
    "too-long-lines": b"y" * 9_000_000 + b"\n",
}


def write(data: bytes, to: int = 1) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(to, view) :]


def say(message: dict[str, Any]) -> None:
    write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")


def rage() -> None:
    if MODE == "hang":
        threading.Event().wait()
    if MODE == "crash":
        os._exit(3)
    while True:
        write(LINES.get(MODE, b"x" * 4_000 + b"\n"), 2 if MODE == "stderr" else 1)


def main() -> None:
    for line in sys.stdin:
        message = json.loads(line)
        match message.get("method"):
            case "initialize":
                say({"id": message["id"], "result": {**INFO, "serverInfo": {"name": "raging", "version": "1"}}})
            case "tools/list":
                say({"id": message["id"], "result": {"tools": [TOOL]}})
                if MODE != "progress":
                    rage()
            case "tools/call":
                token = message["params"]["_meta"]["progressToken"]
                LINES["progress"] = PROGRESS % json.dumps(token).encode() * 100
                rage()
            case "server/discover":
                say({"id": message["id"], "error": {"code": -32601, "message": "no such method"}})


if __name__ == "__main__":
    main()
