"""A stdio MCP server (2025-11-25) in raw JSON lines that breaks in the way its first argument says.

Run as a script: it uses nothing but the standard library, so that it starts in milliseconds.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

MODE = sys.argv[1] if len(sys.argv) > 1 else "good"
TOOL = {"name": "echo", "description": "Says it again.", "inputSchema": {"type": "object"}}
TYPED = {
    "name": "typed",
    "inputSchema": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
    "outputSchema": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
    "annotations": {"readOnlyHint": True},
}

PAGE = {"mode": "url", "message": "Sign here.", "url": "https://pages.invalid/x", "elicitationId": "e1"}
DEADLY = "note://deadly"
CHANGED = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n'


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def raw(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def note(text: str) -> None:
    """Writes a line into the file named by the second argument, where a test can see it."""
    with open(sys.argv[2], "a", encoding="utf-8") as file:
        file.write(text + "\n")


def noted() -> str:
    """Returns what was noted so far."""
    if not os.path.exists(sys.argv[2]):
        return ""
    with open(sys.argv[2], encoding="utf-8") as file:
        return file.read()


def flood_stderr() -> None:
    while True:
        sys.stderr.write("x" * 4_000 + "\n")


def announce_for_a_while() -> None:
    for _ in range(100):
        os.write(1, CHANGED.encode())
        time.sleep(0.005)
    sys.stderr.write("quiet again\n")
    sys.stderr.flush()


def finish_page() -> None:
    """Says that the page is finished once the file named by the second argument is there."""
    while not os.path.exists(sys.argv[2]):
        time.sleep(0.01)
    for finished in ("another", "e1"):
        say({"method": "notifications/elicitation/complete", "params": {"elicitationId": finished}})


def daemonise(command: list[str]) -> int:
    """Starts a program as a daemon: a session of its own, nobody's child, none of our pipes. Returns its pid."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        daemon = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.write(writing, str(daemon.pid).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return int(os.read(reading, 20))


def before_talking() -> None:
    match MODE:
        case "exit-3":
            sys.stderr.write("config missing\nboom \x1b]52;c;aGk=\x07\n")
            sys.exit(3)
        case "exit-on-unknown":
            line = sys.stdin.readline()
            if json.loads(line)["method"] != "initialize":
                sys.exit(1)
            answer(json.loads(line))
        case "hang":
            time.sleep(3_600)
        case "banner":
            raw(b"Server v1 running...\n\x1b[31mhi\x1b[0m\n\n")
        case "bom":
            raw(b"\xef\xbb\xbf")
        case "bad-utf8":
            raw(b"\xff\xfe\xfa junk\n")
        case "stderr-flood":
            threading.Thread(target=flood_stderr, daemon=True).start()
        case "ignore-term":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        case "grandchild":
            child = subprocess.Popen(["sleep", "987"], stdin=subprocess.DEVNULL)
            note(str(child.pid))
        case "daemon" | "daemon-never":
            note(str(daemonise(["sleep", "986"])))
        case "resources" if DEADLY in noted():
            sys.exit(4)
        case "environment":
            note(json.dumps(dict(os.environ)))
        case "session":
            note("a session of its own" if os.getsid(0) == os.getpid() else "somebody else's session")


def tools() -> list[Any]:
    match MODE:
        case "one-bad-tool":
            return [TOOL, {"name": "no-schema"}, {"name": "null-schema", "inputSchema": None}, {"description": "?"}, 7]
        case "twice":
            return [TOOL, {**TOOL, "description": "another"}]
        case "redos-schema":
            properties = {"a": {"type": "string", "pattern": "^(a+)+$"}}
            return [{"name": "echo", "inputSchema": {"type": "object", "properties": properties}}]
        case "remote-ref":
            properties = {"a": {"$ref": "http://127.0.0.1:9/schema.json"}}
            return [{"name": "echo", "inputSchema": {"type": "object", "properties": properties}}]
        case "many":
            return [{**TOOL, "name": f"t{number:05}", "description": "d" * 300} for number in range(10_000)]
        case "growing":
            return [TOOL, {**TOOL, "name": f"fresh-{time.monotonic_ns()}"}]
    return [TOOL, TYPED]


def call(message: dict[str, Any]) -> None:  # one branch a fault
    request_id, params = message["id"], message["params"]
    arguments = params.get("arguments") or {}
    text = str(arguments.get("text", "ok"))
    result: dict[str, Any] = {"content": [{"type": "text", "text": text}]}
    reply: dict[str, Any] = {"id": request_id, "result": result}
    match MODE:
        case "die":
            note("called")
            os.kill(os.getpid(), signal.SIGKILL)
        case "never" | "daemon-never":
            note("called")
            print("called", file=sys.stderr, flush=True)
            return
        case "wrong-id":
            reply["id"] = 99_999
        case "string-id":
            reply["id"] = str(request_id)
        case "answer-twice":
            say(reply)
        case "both":
            reply["error"] = {"code": -1, "message": "and yet it failed"}
        case "is-error":
            result["isError"] = True
        case "unknown-block":
            result["content"] = [{"type": "hologram", "data": 1}]
        case "content-text":
            result["content"] = "bare text"
        case "no-content":
            reply["result"] = {}
        case "junk-between":
            raw(b"DEBUG: called\n")
        case "batch":
            raw(b"[" + json.dumps({"jsonrpc": "2.0", **reply}).encode() + b"]\n")
            return
        case "surrogate":
            raw(b'{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"\\ud800!"}]}}\n' % request_id)
            return
        case "deep":
            nested = b'{"a":' * 50_000 + b"1" + b"}" * 50_000
            raw(b'{"jsonrpc":"2.0","id":%d,"result":{"content":[],"structuredContent":%s}}\n' % (request_id, nested))
            return
        case "huge-line":
            raw(b'{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"' % request_id)
            for _ in range(100):
                raw(b"x" * 1_000_000)
            raw(b'"}]}}\n')
            return
        case "seven-megabytes":
            result["content"] = [{"type": "text", "text": "y" * 7_000_000}]
        case "broken-image":
            result["content"] = [{"type": "image", "mimeType": "image/png", "data": "not base64!"}]
        case "wrong-structure":
            result["structuredContent"] = {"n": "seven"}
        case "sampling":
            say({"id": "s1", "method": "sampling/createMessage", "params": {"messages": [], "maxTokens": 1}})
        case "progress":
            token = params["_meta"]["progressToken"]
            for step in (1, 2):
                progress = {"progressToken": token, "progress": step, "total": 2, "message": "step\x1b[2J"}
                say({"method": "notifications/progress", "params": progress})
        case "elicit":
            schema = {"type": "object", "properties": {"name": {"type": "string"}}}
            say(
                {
                    "id": "e1",
                    "method": "elicitation/create",
                    "params": {"mode": "form", "message": "Your name?", "requestedSchema": schema},
                }
            )
            answered = json.loads(sys.stdin.readline())
            result["content"][0]["text"] = json.dumps(answered["result"])
        case "page-first":
            if not os.path.exists(sys.argv[2]):
                threading.Thread(target=finish_page, daemon=True).start()
                error = {"code": -32042, "message": "a page first", "data": {"elicitations": [PAGE]}}
                say({"id": request_id, "error": error})
                return
        case "page":
            threading.Thread(target=finish_page, daemon=True).start()
            say({"id": "e1", "method": "elicitation/create", "params": PAGE})
            result["content"][0]["text"] = json.dumps(json.loads(sys.stdin.readline())["result"])
        case "resources" if "changed" in arguments:
            say({"method": "notifications/resources/updated", "params": {"uri": arguments["changed"]}})
        case "resources":
            note("gone")
            os.kill(os.getpid(), signal.SIGKILL)
        case "storm":
            for _ in range(5_000):
                sys.stdout.write(CHANGED)
        case "growing":
            threading.Thread(target=announce_for_a_while, daemon=True).start()
    if MODE == "typed" or params["name"] == "typed":
        result.setdefault("structuredContent", {"n": arguments.get("n")})
    say(reply)


def resource(message: dict[str, Any]) -> None:
    """Lists one resource, and lets every other one but `note://secret` be watched."""
    request_id, method, uri = message["id"], message["method"], message.get("params", {}).get("uri")
    if method == "resources/list":
        say({"id": request_id, "result": {"resources": [{"uri": "note://a", "name": "a"}]}})
    elif method == "resources/templates/list":
        say({"id": request_id, "result": {"resourceTemplates": []}})
    elif uri == "note://secret":
        say({"id": request_id, "error": {"code": -32002, "message": "not yours"}})
    else:
        note(f"{method.removeprefix('resources/')} {uri}")
        say({"id": request_id, "result": {}})
        if method == "resources/subscribe" and uri == "note://restless":
            say({"method": "notifications/resources/updated", "params": {"uri": uri}})
        if uri == DEADLY:
            sys.exit(4)


def answer(message: dict[str, Any]) -> None:
    request_id, method = message.get("id"), message["method"]
    if method == "initialize":
        capabilities = {"tools": {"listChanged": True}, "logging": {}}
        if MODE == "resources":
            capabilities["resources"] = {"subscribe": True}
        say(
            {
                "id": request_id,
                "result": {
                    "protocolVersion": message["params"]["protocolVersion"],
                    "capabilities": capabilities,
                    "serverInfo": {"name": "fixture", "version": "1"},
                    "instructions": "Be \x1b[31mkind\x1b[0m.",
                },
            }
        )
    elif method == "tools/list":
        if MODE in ("storm", "growing"):
            note("listed")
        result = {"tools": tools()} | ({"nextCursor": "same"} if MODE == "endless-pages" else {})
        say({"id": request_id, "result": result})
    elif method == "tools/call":
        call(message)
    elif MODE == "resources" and method.startswith("resources/"):
        resource(message)
    elif method == "notifications/cancelled" and MODE == "never":
        note("cancelled")
    elif request_id is not None:
        say({"id": request_id, "error": {"code": -32601, "message": "no such method"}})


def main() -> None:
    before_talking()
    for line in iter(sys.stdin.readline, ""):
        message = json.loads(line)
        if "method" in message:
            answer(message)
    while MODE in ("ignore-eof", "ignore-term"):
        time.sleep(1)


if __name__ == "__main__":
    main()
