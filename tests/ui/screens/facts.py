"""Events that make a state worth looking at."""

from tui.domain import events as e
from tui.domain.completion import AttemptEnded, AttemptStarted, RouteTaken, Usage
from tui.domain.gateway import (
    BreakerView,
    ComboSpec,
    GatewaySnapshot,
    LatencyView,
    ProviderHealth,
    SpendView,
)
from tui.domain.ids import AttemptId, CallId, ChatId, ComboName, MessageId, ProviderName, RequestId, ServerName, TurnId
from tui.domain.messages import TextPart
from tui.domain.money import Cost, MicroUsd
from tui.domain.servers import (
    Catalog,
    PromptArgument,
    PromptInfo,
    ResourceInfo,
    ServerStatus,
    TextBlock,
    ToolInfo,
    ToolResult,
)
from tui.domain.text import CleanText, clean

NOW = 1_795_000_000.0
FILES, EVERYTHING, JIRA, WEB = (ServerName(name) for name in ("filesystem", "everything", "jira", "web"))
TURN = TurnId("turn_1")

SEARCH_SCHEMA = {
    "type": "object",
    "required": ["pattern"],
    "properties": {
        "pattern": {"type": "string", "description": "What to look for", "minLength": 1},
        "path": {"type": "string", "description": "Where to begin", "default": "."},
        "limit": {"type": "integer", "minimum": 1, "maximum": 500, "default": 50},
        "kind": {"type": "string", "enum": ["file", "directory"]},
        "exclude": {"type": "array", "items": {"type": "string"}, "description": "Patterns to leave out"},
    },
}


def status(name: ServerName, state: str = "ready", **more: object) -> ServerStatus:
    facts = {"transport": "stdio", "target": clean(f"npx -y server-{name} ."), "trusted": True, "since": NOW - 90}
    return ServerStatus(name=name, state=state, **{**facts, **more})


def tool(server: ServerName, name: str, schema: object = None, description: str = "", **more: object) -> ToolInfo:
    facts = {"schema_tokens": 120, "read_only": True}
    return ToolInfo(
        server,
        name,
        f"{server}__{name}",
        clean(""),
        clean(description),
        schema or {"type": "object", "properties": {}},
        **{**facts, **more},
    )


def servers() -> list[e.Event]:
    tools = (
        tool(FILES, "read_text_file", description="Read a file as text", schema_tokens=1_210),
        tool(
            FILES,
            "search_files",
            SEARCH_SCHEMA,
            "Find files whose name or content matches a pattern.",
            schema_tokens=310,
        ),
        tool(FILES, "write_file", description="Write a file", read_only=False, schema_tokens=280),
    )
    everything = (tool(EVERYTHING, "echo"), tool(EVERYTHING, "get-tiny-image"), tool(EVERYTHING, "get-sum"))
    resources = (
        ResourceInfo(EVERYTHING, "demo://resource/static/one.md", clean("one.md"), mime_type=clean("text/markdown")),
        ResourceInfo(
            EVERYTHING, "demo://resource/dynamic/{kind}/{id}", clean("dynamic"), clean("Made on demand"), template=True
        ),
    )
    prompts = (
        PromptInfo(
            EVERYTHING,
            "args-prompt",
            clean("Weather"),
            clean("Asks about the weather somewhere"),
            (PromptArgument("city", clean("Which city"), True), PromptArgument("state")),
        ),
    )
    return [
        e.ServerChanged(
            status(
                FILES,
                era=clean("2025-11-25"),
                tool_count=3,
                calls=41,
                call_errors=2,
                p50_ms=12,
                pid=4711,
                title=clean("secure-filesystem-server 0.2.0"),
                origin=clean("~/.config/mcp-tui/config.toml"),
                instructions=clean("Paths are relative to the allowed directories."),
                issues=(clean("tool move_file: input schema was no object, made one"),),
            )
        ),
        e.ServerChanged(
            status(
                EVERYTHING,
                transport="http",
                era=clean("2026-07-28"),
                tool_count=3,
                target=clean("http://127.0.0.1:3001/mcp"),
            )
        ),
        e.ServerChanged(status(WEB, "connecting", transport="http", target=clean("https://web.example/mcp"))),
        e.ServerChanged(
            status(
                JIRA,
                "failed",
                error=clean("The process exited with 1 before it answered."),
                hint=clean("npm knows no package jira-mcp: correct the name in ~/.claude.json."),
                origin=clean("~/.claude.json"),
                retry_at=NOW + 8,
            )
        ),
        e.ServerChanged(status(ServerName("github"), "untrusted", trusted=False, origin=clean(".mcp.json"))),
        e.ServerChanged(status(ServerName("old"), "disabled")),
        e.CatalogChanged(Catalog(FILES, tools)),
        e.CatalogChanged(Catalog(EVERYTHING, everything, resources, prompts)),
        e.ServerLogged(
            JIRA,
            "stderr",
            clean(""),
            clean("npm ERR! 404 Not Found - jira-mcp"),
            NOW - 3,
        ),
        e.ServerLogged(
            JIRA, "stderr", clean(""), clean("npm ERR! 404  'jira-mcp@*' is not in this registry."), NOW - 3
        ),
    ]


def gateway() -> e.Event:
    def provider(name: str, state: str, **more: object) -> ProviderHealth:
        breaker = {"failures": 0, "calls": 20, "threshold": 6, **more.pop("breaker", {})}
        orders = ("trip", "probe", "reset", "hold", "release")
        return ProviderHealth(ProviderName(name), BreakerView(state, **breaker), breaker_orders=orders, **more)

    providers = (
        provider(
            "groq",
            "CLOSED",
            requests=31,
            errors=0,
            p50_ms=400,
            p95_ms=810,
            p99_ms=1_210,
            credential="ok",
            quota=clean("12 400 tok/min"),
        ),
        provider("ollama", "CLOSED", requests=0),
        provider(
            "openai",
            "HALF_OPEN",
            requests=4,
            errors=2,
            p50_ms=900,
            p95_ms=2_100,
            p99_ms=2_900,
            credential="ok",
            breaker={"failures": 2, "probes_in_flight": 1},
        ),
        provider(
            "openrouter",
            "OPEN",
            requests=6,
            errors=5,
            credential="ok",
            last_error=clean("503 upstream overloaded"),
            breaker={
                "failures": 5,
                "calls": 6,
                "seconds_to_probe": 41.0,
                "opened_because": clean("5 of 6 calls failed (503)"),
            },
        ),
        provider("mistral", "CLOSED", credential="missing"),
    )
    combos = (
        ComboSpec(ComboName("main"), ("groq/llama-3.3-70b", "openai/gpt-5-mini", "openrouter/auto")),
        ComboSpec(ComboName("cheap"), ("ollama/qwen3",), "cost-optimized"),
        ComboSpec(ComboName("off"), ("mistral/large",), enabled=False),
    )
    spend = SpendView(
        23_100,
        410_000,
        1_200,
        5_000_000,
        "block",
        unknown_calls=1,
        estimated_calls=2,
        source="reported",
        per_minute_microusd=(0, 0, 120, 400, 0, 900, 2_200, 300, 0, 0, 1_200, 4_000),
    )
    latency = LatencyView(400, 1_200, 3_000, 41, 7, 3, (300, 420, 380, 900, 1_200, 310, 2_900, 440))
    return e.GatewaySampled(GatewaySnapshot(clean("embedded"), NOW - 2, "degraded", providers, combos, spend, latency))


def turn() -> list[e.Event]:
    """A question, a failed attempt, a fallback, two calls and an answer."""
    first, second, third = (AttemptId(f"attempt_{number}") for number in (1, 2, 3))
    request = RequestId("request_1")
    a_call, b_call = CallId("call_1"), CallId("call_2")
    none = clean("")
    result = ToolResult("ok", (TextBlock(clean("a.log\nworker.log")),), duration_ms=132, size=2_041)
    broken = ToolResult("error", (TextBlock(clean("no such file")),), duration_ms=12, size=12)
    return [
        e.ChatOpened(ChatId("chat_1"), clean("Timeouts")),
        e.UserSpoke(
            ChatId("chat_1"), TURN, MessageId("m1"), (TextPart(clean("Which of these logs mention a timeout?")),), NOW
        ),
        e.AttemptBegan(
            TURN, 1, AttemptStarted(request, first, ProviderName("openrouter"), "auto", ComboName("main"), 1), NOW
        ),
        e.AttemptFinished(
            TURN,
            AttemptEnded(
                first,
                "failed",
                "provider-down",
                clean("503 upstream overloaded"),
                503,
                Usage(),
                Cost.unknown(),
                600,
                None,
                True,
            ),
            NOW + 0.6,
        ),
        e.FallbackHappened(TURN, clean("openrouter"), clean("groq"), clean("503"), 0.8, NOW + 0.6),
        e.AttemptBegan(
            TURN,
            1,
            AttemptStarted(request, second, ProviderName("groq"), "llama-3.3-70b", ComboName("main"), 2),
            NOW + 0.6,
        ),
        e.AttemptFinished(
            TURN,
            AttemptEnded(
                second, "complete", None, none, 200, Usage(912, 81), Cost(MicroUsd(600), "reported"), 1_400, 310
            ),
            NOW + 2,
        ),
        e.ToolCallRequested(
            TURN, a_call, FILES, CleanText("search_files"), '{"pattern":"timeout","path":"logs"}', NOW + 2
        ),
        e.ToolCallRequested(TURN, b_call, FILES, CleanText("read_text_file"), '{"path":"b.log"}', NOW + 2),
        e.ToolCallStarted(TURN, a_call, NOW + 2),
        e.ToolCallFinished(TURN, a_call, result, 512, NOW + 2.132),
        e.ToolCallStarted(TURN, b_call, NOW + 2.132),
        e.ToolCallFinished(TURN, b_call, broken, 4, NOW + 2.144),
        e.AttemptBegan(
            TURN,
            2,
            AttemptStarted(request, third, ProviderName("groq"), "llama-3.3-70b", ComboName("main"), 1),
            NOW + 2.2,
        ),
        e.AttemptFinished(
            TURN,
            AttemptEnded(
                third, "complete", None, none, 200, Usage(1_500, 120), Cost(MicroUsd(900), "reported"), 1_900, 280
            ),
            NOW + 4.1,
        ),
        e.TurnFinished(
            TURN,
            "complete",
            none,
            none,
            clean("Two files."),
            Usage(2_412, 201),
            Cost(MicroUsd(1_500), "reported"),
            RouteTaken(request),
            4_100,
            NOW + 4.1,
        ),
    ]


def frames() -> list[e.Event]:
    return [
        e.FrameSeen(
            FILES,
            "sent",
            clean("tools/call"),
            clean("7"),
            143,
            clean('{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"search_files"}}'),
            NOW + 2,
        ),
        e.FrameSeen(
            FILES,
            "received",
            clean("result of tools/call"),
            clean("7"),
            2_101,
            clean('{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"a.log"}]}}'),
            NOW + 2.13,
        ),
        e.FrameSeen(
            EVERYTHING,
            "received",
            clean("notifications/message"),
            clean(""),
            88,
            clean('{"jsonrpc":"2.0","method":"notifications/message"}'),
            NOW + 3,
        ),
    ]


def logs() -> list[e.Event]:
    return [
        e.Logged(clean("INFO"), clean("gateway"), clean("5 providers, 3 combos"), NOW - 60),
        e.Logged(clean("WARNING"), clean("gateway"), clean("openrouter answered 503"), NOW - 40),
        e.ServerLogged(EVERYTHING, "log", clean("info"), clean("client connected"), NOW - 30),
        e.ServerLogged(JIRA, "stderr", clean(""), clean("npm ERR! 404 jira-mcp"), NOW - 3),
        e.NoticePosted(
            "error", clean("The server jira exited with 1."), clean("Press c on the servers screen."), at=NOW - 2
        ),
    ]
