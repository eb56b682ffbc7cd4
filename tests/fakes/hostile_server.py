"""A stdio MCP server in raw JSON lines whose every text attacks the person who reads it.

Run as a script: nothing but the standard library, so that it starts in milliseconds.
"""

import json
import sys
from typing import Any

from hostile_text import hostile

LONG_LINE = 100_000
SCHEMA = {
    "type": "object",
    "description": hostile("schema-description"),
    "properties": {
        "choice": {
            "type": "string",
            "title": hostile("enum-title"),
            "description": hostile("enum-description"),
            "enum": [hostile("enum-value"), "plain"],
        },
        "text": {"type": "string", "description": hostile("field-description"), "default": hostile("field-default")},
        hostile("field-name"): {"type": "integer", "description": hostile("odd-field")},
    },
}
TOOLS = [
    {
        "name": "attack",
        "title": hostile("tool-title"),
        "description": hostile("tool-description"),
        "inputSchema": SCHEMA,
    },
    {"name": hostile("tool-name"), "description": hostile("odd-tool"), "inputSchema": {"type": "object"}},
    {"name": "refuse", "description": "Answers with an error.", "inputSchema": {"type": "object"}},
]
RESOURCES = [
    {
        "uri": f"evil://{hostile('resource-uri')}",
        "name": hostile("resource-name"),
        "title": hostile("resource-title"),
        "description": hostile("resource-description"),
        "mimeType": hostile("resource-type"),
    }
]
PROMPTS = [
    {
        "name": "poison",
        "title": hostile("prompt-title"),
        "description": hostile("prompt-description"),
        "arguments": [{"name": hostile("prompt-argument"), "description": hostile("prompt-argument-about")}],
    }
]
ASKED = {
    "type": "object",
    "properties": {
        "answer": {"type": "string", "title": hostile("asked-title"), "description": hostile("asked-description")},
        "which": {"type": "string", "enum": [hostile("asked-enum")], "enumNames": [hostile("asked-enum-name")]},
    },
}


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def log(text: str) -> None:
    params = {"level": "error", "logger": hostile("logger"), "data": text}
    say({"method": "notifications/message", "params": params})


def results() -> list[dict[str, Any]]:
    return [
        {"type": "text", "text": hostile("result-text")},
        {"type": "text", "text": "x" * LONG_LINE + hostile("result-long-line")},
        {"type": "text", "text": f"# {hostile('result-heading')}\n| a |\n|---|\n| {hostile('result-cell')} |\n"},
        {"type": "resource_link", "uri": f"evil://{hostile('link-uri')}", "name": hostile("link-name")},
        {"type": "resource", "resource": {"uri": hostile("embedded-uri"), "text": hostile("embedded-text")}},
    ]


def call(message: dict[str, Any]) -> None:
    if message["params"]["name"] == "refuse":
        say({"id": message["id"], "error": {"code": -32000, "message": hostile("call-error")}})
        return
    sys.stderr.write(hostile("stderr") + "\n" + "y" * LONG_LINE + hostile("stderr-long-line") + "\n")
    sys.stderr.flush()
    log(hostile("log-notification"))
    token = message["params"].get("_meta", {}).get("progressToken")
    if token is not None:
        progress = {"progressToken": token, "progress": 1, "total": 2, "message": hostile("progress")}
        say({"method": "notifications/progress", "params": progress})
    asked = {"mode": "form", "message": hostile("elicitation-message"), "requestedSchema": ASKED}
    say({"id": "ask", "method": "elicitation/create", "params": asked})
    while json.loads(sys.stdin.readline()).get("id") != "ask":
        pass
    structured = {hostile("structured-key"): hostile("structured-value")}
    say({"id": message["id"], "result": {"content": results(), "structuredContent": structured}})


def answer(message: dict[str, Any]) -> None:
    request_id, method = message.get("id"), message.get("method")
    match method:
        case "initialize":
            result: dict[str, Any] = {
                "protocolVersion": message["params"]["protocolVersion"],
                "capabilities": {"tools": {}, "resources": {}, "prompts": {}, "logging": {}},
                "serverInfo": {
                    "name": hostile("server-name"),
                    "title": hostile("server-title"),
                    "version": hostile("v"),
                },
                "instructions": hostile("instructions"),
            }
        case "tools/list":
            result = {"tools": TOOLS}
        case "resources/list":
            result = {"resources": RESOURCES}
        case "resources/templates/list":
            template = {"uriTemplate": "evil://{name}", "name": hostile("template"), "description": hostile("t")}
            result = {"resourceTemplates": [template]}
        case "resources/read":
            result = {"contents": [{"uri": message["params"]["uri"], "text": hostile("resource-content")}]}
        case "prompts/list":
            result = {"prompts": PROMPTS}
        case "prompts/get":
            text = {"type": "text", "text": hostile("prompt-text")}
            result = {"description": hostile("prompt-answer"), "messages": [{"role": "user", "content": text}]}
        case "ping":
            result = {}
        case _:
            if request_id is not None:
                say({"id": request_id, "error": {"code": -32601, "message": hostile("unknown-method")}})
            return
    say({"id": request_id, "result": result})


def main() -> None:
    sys.stdout.write(hostile("junk").replace("\r", "") + "\n")
    for line in iter(sys.stdin.readline, ""):
        message = json.loads(line)
        if message.get("method") == "tools/call":
            call(message)
        elif "method" in message:
            answer(message)


if __name__ == "__main__":
    main()
