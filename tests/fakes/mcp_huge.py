"""An MCP server (2025-11-25) whose one tool answers with far too much; over stdio, or over HTTP on a port it prints.

`python tests/fakes/mcp_huge.py stdio|body|event`: pipes, one JSON body, or one event of a stream. The tool `give` takes
`megabytes` and `kind`: a `text`, a `structure` of small values, or one of small `rows`. Standard library only.
"""

import json
import socketserver
import sys
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler
from typing import Any

MILLION = 1_000_000
TOOL = {"name": "give", "description": "Gives much.", "inputSchema": {"type": "object"}}
INFO = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": "huge", "version": "1"}}


def answer(message: dict[str, Any]) -> Iterable[bytes] | None:
    """Yields the bytes of the answer; None for what needs no answer."""
    if message.get("id") is None or "method" not in message:
        return None
    head = b'{"jsonrpc":"2.0","id":%d,' % message["id"]
    match message["method"]:
        case "initialize":
            return [head, b'"result":', json.dumps(INFO).encode(), b"}"]
        case "tools/list":
            return [head, b'"result":', json.dumps({"tools": [TOOL]}).encode(), b"}"]
        case "tools/call":
            return [head, b'"result":{"content":[', *given(**message["params"]["arguments"]), b"}}"]
    return [head, b'"error":{"code":-32601,"message":"no such method"}}']


def given(megabytes: int, kind: str) -> Iterable[bytes]:
    """Yields the rest of a result."""
    if kind == "rows":
        return [b'],"structuredContent":{"n":[', *[b'{"a":"bb","c":[1]},' * (MILLION // 19)] * megabytes, b"0]}"]
    if kind == "structure":
        return [b'],"structuredContent":{"n":[', *[b"1234567," * (MILLION // 8)] * megabytes, b"0]}"]
    return [b'{"type":"text","text":"', *[b"a line of words\\n" * (MILLION // 17)] * megabytes, b'"}]']


def over_pipes() -> None:
    for line in sys.stdin:
        for piece in answer(json.loads(line)) or ():
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()


class Post(BaseHTTPRequestHandler):
    """Answers POST; there is nothing else."""

    protocol_version = "HTTP/1.1"
    as_event = False

    def do_POST(self) -> None:
        pieces = answer(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        if pieces is None:
            self.send_response(202)
            self.send_header("content-length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream" if self.as_event else "application/json")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        for piece in (b"data: ", *pieces, b"\n\n") if self.as_event else pieces:
            self.wfile.write(piece)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class Server(socketserver.ThreadingTCPServer):
    """A port of this machine."""

    allow_reuse_address = daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Who hung up has had enough."""


def main() -> None:
    if sys.argv[1] == "stdio":
        over_pipes()
        return
    Post.as_event = sys.argv[1] == "event"
    with Server(("127.0.0.1", 0), Post) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
