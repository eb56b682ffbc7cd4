"""A scene for screens: servers in every state, a turn with tool calls, a gateway with an open breaker."""

from collections.abc import Sequence

from tui.domain.completion import AttemptEnded, AttemptStarted, Usage
from tui.domain.events import (
    AttemptBegan,
    AttemptFinished,
    BreakerChanged,
    CatalogChanged,
    ChatOpened,
    ContextFitted,
    EngineReady,
    Event,
    GatewaySampled,
    ServerChanged,
    TextArrived,
    ToolCallFinished,
    ToolCallRequested,
    ToolCallStarted,
    UserSpoke,
)
from tui.domain.gateway import BreakerView, GatewaySnapshot, LatencyView, ProviderHealth, SpendView
from tui.domain.ids import AttemptId, CallId, ChatId, ComboName, MessageId, ProviderName, RequestId, ServerName, TurnId
from tui.domain.messages import TextPart
from tui.domain.money import Cost, MicroUsd
from tui.domain.servers import (
    Catalog,
    PromptArgument,
    PromptInfo,
    ResourceInfo,
    ServerState,
    ServerStatus,
    TextBlock,
    ToolInfo,
    ToolResult,
    TransportKind,
)
from tui.domain.text import CleanText, clean

NOW = 1_795_000_000.0
TURN = TurnId("turn_1")


def server(
    name: str, state: ServerState = "ready", transport: TransportKind = "stdio", error: str = "", hint: str = ""
) -> ServerChanged:
    count = len(TOOLS.get(name, ())) if state == "ready" else 0
    return ServerChanged(
        ServerStatus(
            ServerName(name), transport, state, clean(f"{name}-mcp"), clean(error), clean(hint), tool_count=count
        )
    )


def tool(server_name: str, name: str, schema_tokens: int = 120) -> ToolInfo:
    text = clean(f"The tool {name}")
    return ToolInfo(ServerName(server_name), name, f"{server_name}-{name}", text, text, {}, schema_tokens=schema_tokens)


TOOLS = {
    "filesystem": (
        tool("filesystem", "read_text_file", 1_200),
        tool("filesystem", "search_files", 310),
        tool("filesystem", "write_file", 280),
    ),
    "everything": (tool("everything", "echo", 90), tool("everything", "add", 110)),
    "git": (tool("git", "log", 240),),
}


def catalog(name: str) -> CatalogChanged:
    resource = ResourceInfo(ServerName(name), f"file:///{name}/notes.md", clean("notes"))
    prompt = PromptInfo(
        ServerName(name), "review", clean("Review"), clean("Reviews a file"), (PromptArgument("path", required=True),)
    )
    return CatalogChanged(Catalog(ServerName(name), TOOLS[name], (resource,), (prompt,)))


SERVERS: Sequence[Event] = (
    server("filesystem"),
    server("everything", transport="http"),
    server("git"),
    server("github", "signing-in", "http"),
    server("jira", "failed", error="exited with 1: npm ERR! 404 jira-mcp", hint="r reconnects, ⏎ says more"),
    catalog("filesystem"),
    catalog("everything"),
    catalog("git"),
)


def provider(name: str, breaker: BreakerView, **figures: object) -> ProviderHealth:
    return ProviderHealth(ProviderName(name), breaker, **figures)  # type: ignore[arg-type]


SNAPSHOT = GatewaySnapshot(
    CleanText("embedded"),
    NOW - 2,
    "degraded",
    (
        provider("groq", BreakerView("CLOSED", 0, 22, 5), requests=22, p95_ms=800, quota=clean("12 400 tok/min")),
        provider("openai", BreakerView("HALF_OPEN", 3, 5, 5, probes_in_flight=1), requests=5),
        provider(
            "openrouter",
            BreakerView("OPEN", 5, 6, 5, seconds_to_probe=43.0),
            requests=6,
            errors=5,
            last_error=clean("503 upstream unavailable"),
            quota=clean("$3.18 left"),
        ),
        provider("ollama", BreakerView("CLOSED", 0, 8, 5), requests=8, p95_ms=2_100),
    ),
    spend=SpendView(
        23_100,
        410_000,
        limit_microusd=5_000_000,
        per_minute_microusd=(1, 1, 2, 1, 5, 2, 1, 1, 3, 8, 2, 1, 2, 4, 1, 1, 2, 3, 5, 3, 1, 2),
    ),
    latency=LatencyView(400, 1_200, 3_000, 41, 6, 2, (300, 420, 380, 900, 410, 3_000, 400, 420, 350, 1_200, 390)),
)


def attempt(key: str, number: int = 1) -> AttemptBegan:
    started = AttemptStarted(
        RequestId("req_1"),
        AttemptId(key),
        ProviderName("groq"),
        "llama-3.3-70b",
        ComboName("main"),
        number,
    )
    return AttemptBegan(TURN, 1, started, NOW)


def call(key: str, server_name: str, name: str, arguments: str) -> list[Event]:
    return [
        ToolCallRequested(TURN, CallId(key), ServerName(server_name), clean(name), arguments, NOW),
        ToolCallStarted(TURN, CallId(key), NOW),
    ]


def finished(key: str, text: str, duration_ms: int) -> ToolCallFinished:
    result = ToolResult("ok", (TextBlock(clean(text)),), duration_ms=duration_ms, size=len(text))
    return ToolCallFinished(TURN, CallId(key), result, 512, NOW)


CHAT: Sequence[Event] = (
    ChatOpened(ChatId("chat_1"), CleanText("Timeouts")),
    UserSpoke(
        ChatId("chat_1"),
        TURN,
        MessageId("msg_1"),
        (TextPart(clean("Which of these logs mention a timeout, and how long was it?")),),
        NOW - 60,
    ),
    ContextFitted(TURN, 40_600, 131_072, 0, 6, "abc"),
    attempt("att_1"),
    AttemptFinished(
        TURN,
        AttemptEnded(
            AttemptId("att_1"),
            "complete",
            None,
            CleanText(""),
            200,
            Usage(912, 81),
            Cost(MicroUsd(600), "reported"),
            1_400,
            310,
        ),
        NOW,
    ),
    *call("call_1", "filesystem", "search_files", '{"pattern":"timeout","path":"logs"}'),
    finished("call_1", "logs/a.log\nlogs/worker.log", 132),
    *call("call_2", "filesystem", "read_text_file", '{"path":"logs/a.log"}'),
    finished("call_2", "09:12:01 WARN upstream timeout after 30 s (attempt 1)\n" * 40, 12),
    *call("call_3", "git", "log", '{"path":"."}'),
    BreakerChanged(ProviderName("openrouter"), "CLOSED", "OPEN", clean("5 of 6 calls failed (503)"), 43.0, NOW),
    attempt("att_2", 2),
    TextArrived(
        TURN,
        AttemptId("att_2"),
        clean(
            "Two files mention a timeout:\n\n- **a.log** — two upstream timeouts, **30 s** each\n"
            "- **worker.log** — one database timeout, **5 s**\n\n"
            "The 30 s ones come from the gateway's default, set in `gateway.toml`"
        ),
    ),
)

READY = EngineReady(CleanText("embedded"), "main")
ALL: Sequence[Event] = (READY, *SERVERS, *CHAT, GatewaySampled(SNAPSHOT))
