"""What a chat reaches beyond itself, in memory: a model that follows a script, tools, a person, a ledger."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.clock import FakeClock
from tui.chat.room import Room
from tui.config.schema import ChatSettings, PolicySettings, ToolRule
from tui.domain.completion import (
    AttemptEnded,
    AttemptStarted,
    ChatRequest,
    FailureKind,
    FinishReason,
    Outcome,
    ReplyEnded,
    ReplyEvent,
    RouteTaken,
    TextDelta,
    ToolCallReady,
    Usage,
)
from tui.domain.errors import StorageError
from tui.domain.events import Event
from tui.domain.gateway import ModelSpec
from tui.domain.ids import AttemptId, CallId, ChatId, MessageId, ProviderName, RequestId, ServerName, TurnId, new_id
from tui.domain.messages import Json, Message, TextPart, ToolCall
from tui.domain.money import Cost, MicroUsd, OverBudget
from tui.domain.questions import Answer, ApprovalQuestion, LimitQuestion, Question, YesNoAnswer, refusal
from tui.domain.servers import TextBlock, ToolInfo, ToolResult
from tui.domain.text import CleanText

Step = ReplyEvent | asyncio.Event
Script = Sequence[Step]
"""Facts of one reply; at an `asyncio.Event` the model waits until it is set."""
ToolBody = Callable[[dict[str, Json]], Awaitable[ToolResult]]

ATTEMPT = AttemptId("attempt_1")
USAGE = Usage(10, 5)
COST = Cost(MicroUsd(100), "computed")


def call(name: str, arguments_json: str = "{}", call_id: str = "") -> ToolCall:
    return ToolCall(CallId(call_id or new_id("call")), name, arguments_json)


def began(attempt_id: AttemptId = ATTEMPT, number: int = 1) -> AttemptStarted:
    return AttemptStarted(RequestId("request_1"), attempt_id, ProviderName("groq"), "llama", None, number)


def ready(tool_call: ToolCall, position: int = 0, attempt_id: AttemptId = ATTEMPT) -> ToolCallReady:
    return ToolCallReady(attempt_id, tool_call, position)


def said(text: str, attempt_id: AttemptId = ATTEMPT) -> TextDelta:
    return TextDelta(attempt_id, CleanText(text))


def attempt_over(*, will_retry: bool = False, outcome: Outcome = "complete") -> AttemptEnded:
    return AttemptEnded(ATTEMPT, outcome, None, CleanText(""), 200, USAGE, COST, 50, 10, will_retry)


def ended(
    text: str = "",
    calls: Iterable[ToolCall] = (),
    *,
    outcome: Outcome = "complete",
    failure: FailureKind | None = None,
    finish: FinishReason | None = None,
    reason: str = "",
    cost: Cost = COST,
    over_budget: OverBudget | None = None,
) -> ReplyEnded:
    calls = tuple(calls)
    return ReplyEnded(
        RequestId("request_1"),
        outcome,
        failure,
        CleanText(reason),
        CleanText("Try again." if reason else ""),
        CleanText(text),
        calls,
        finish or ("tool_calls" if calls else "stop"),
        USAGE,
        cost,
        RouteTaken(RequestId("request_1"), ProviderName("groq"), "llama"),
        over_budget=over_budget,
    )


def reply(text: str = "", *calls: ToolCall, finish: FinishReason | None = None, cost: Cost = COST) -> Script:
    """A whole reply as a well-behaved gateway tells it."""
    steps: list[Step] = [began(), *([said(text)] if text else [])]
    steps += [ready(tool_call, position) for position, tool_call in enumerate(calls)]
    return [*steps, attempt_over(), ended(text, calls, finish=finish, cost=cost)]


@dataclass
class ScriptedModel:
    """Answers each request with the next script; keeps the requests."""

    scripts: list[Script]
    spec: ModelSpec | None = None
    requests: list[ChatRequest] = field(default_factory=list)
    closed: int = 0
    raised: list[tuple[str, int]] = field(default_factory=list)
    """Budgets that were raised, with the new limits."""
    left: dict[AttemptId, AttemptEnded] = field(default_factory=dict)
    """How attempts are settled whose stream is left."""

    async def stream(self, request: ChatRequest) -> AsyncIterator[ReplyEvent]:
        self.requests.append(request)
        try:
            for step in self.scripts.pop(0):
                if isinstance(step, asyncio.Event):
                    await step.wait()
                else:
                    yield step
        finally:
            self.closed += 1

    def model(self, target: str) -> ModelSpec | None:
        return self.spec

    def raise_limit(self, beyond: OverBudget, limit: MicroUsd) -> None:
        self.raised.append((beyond.scope, limit))

    def settled(self, attempt_id: AttemptId) -> AttemptEnded | None:
        return self.left.pop(attempt_id, None)


def tool(name: str, server: str = "files", *, read_only: bool = False, open_world: bool = True) -> ToolInfo:
    return ToolInfo(
        ServerName(server),
        name,
        f"{server}_{name}",
        CleanText(name),
        CleanText(f"does {name}"),
        {"type": "object", "properties": {}},
        read_only=read_only,
        open_world=open_world,
        destructive=not read_only,
    )


def ok(text: str) -> ToolResult:
    return ToolResult("ok", (TextBlock(CleanText(text)),), size=len(text))


def error_result_for(text: str) -> ToolResult:
    return ToolResult("error", (TextBlock(CleanText(text)),), size=len(text))


class Tools:
    """A toolbox whose tools are Python functions; a tool without a body answers with its name."""

    def __init__(self, *infos: ToolInfo, believed: Iterable[str] = ("files", "web", "notes")) -> None:
        self.infos = list(infos)
        self.bodies: dict[str, ToolBody] = {}
        self.sent: list[tuple[str, dict[str, Json]]] = []
        self.complaint: CleanText | None = None
        self.journal: list[object] = []
        self._believed = set(believed)

    def tools(self) -> Sequence[ToolInfo]:
        return self.infos

    def find(self, model_name: str) -> ToolInfo | None:
        return next((info for info in self.infos if info.model_name == model_name), None)

    async def wait_settled(self, timeout_s: float) -> None:
        """Its tools are always there."""

    def believed(self, server: ServerName) -> bool:
        return server in self._believed

    async def check_arguments(self, tool: ToolInfo, arguments: dict[str, Json]) -> CleanText | None:
        return self.complaint

    async def call(self, tool: ToolInfo, arguments: dict[str, Json], call_id: CallId) -> ToolResult:
        self.sent.append((tool.name, arguments))
        self.journal.append(("sent", tool.name))
        body = self.bodies.get(tool.name)
        return await body(arguments) if body else ok(tool.name)


class Person:
    """Answers questions from a list of rules; without one for a question nobody is there."""

    def __init__(self, *answers: Answer, limits: Iterable[bool] = ()) -> None:
        self.questions: list[Question] = []
        self.answers = list(answers)
        self.limits = list(limits)
        self.waiting: dict[CallId, asyncio.Future[Answer]] | None = None
        """Set to a dict to answer approvals by hand."""
        self.asked_s = 0.0
        self.thinks_s = 0.0
        """How long each answer takes on `clock`."""
        self.clock: FakeClock | None = None

    async def ask(self, question: Question) -> Answer:
        self.questions.append(question)
        if self.clock is not None:
            self.clock.advance(self.thinks_s)
            self.asked_s += self.thinks_s
        if isinstance(question, LimitQuestion):
            return YesNoAnswer(self.limits.pop(0) if self.limits else False)
        if self.waiting is not None and isinstance(question, ApprovalQuestion):
            future = self.waiting[question.call_id] = asyncio.get_running_loop().create_future()
            return await future
        return self.answers.pop(0) if self.answers else refusal(question)


class MemoryLedger:
    """Keeps what was stored, in order; `journal` also tells when."""

    def __init__(self) -> None:
        self.chats: dict[ChatId, list[Message]] = {}
        self.outcomes: list[str] = []
        self.turns: list[tuple[str, str]] = []
        self.intended: list[ToolCall] = []
        self.finished: dict[CallId, ToolResult] = {}
        self.journal: list[object] = []
        self.broken = False

    async def add_message(
        self,
        chat_id: ChatId,
        turn_id: TurnId,
        message: Message,
        *,
        outcome: str = "complete",
        usage: Usage | None = None,
        cost: Cost | None = None,
        model: str = "",
    ) -> MessageId:
        await asyncio.shield(asyncio.ensure_future(self._commit(chat_id, message, outcome)))
        return MessageId(new_id("message"))

    async def _commit(self, chat_id: ChatId, message: Message, outcome: str) -> None:
        """Like a database's thread, goes on when nobody waits any more."""
        await asyncio.sleep(0)
        self._fail_when_broken()
        self.chats.setdefault(chat_id, []).append(message)
        self.outcomes.append(outcome)
        self.journal.append(("stored", message.role))

    async def intend_call(
        self, chat_id: ChatId, turn_id: TurnId, call: ToolCall, server: ServerName, tool: str
    ) -> None:
        await asyncio.sleep(0)
        self._fail_when_broken()
        self.intended.append(call)
        self.journal.append(("intended", tool))

    async def finish_call(self, call_id: CallId, result: ToolResult) -> None:
        await asyncio.sleep(0)
        self.finished[call_id] = result

    async def finish_turn(self, chat_id: ChatId, turn_id: TurnId, outcome: str, reason: CleanText) -> None:
        self.turns.append((outcome, reason))

    async def messages(self, chat_id: ChatId) -> list[Message]:
        return list(self.chats.get(chat_id, []))

    def _fail_when_broken(self) -> None:
        if self.broken:
            raise StorageError("The disk is full.", "Free some space.")


class MemoryRules:
    """Rules in a dict."""

    def __init__(self) -> None:
        self.rules: dict[tuple[str, str], ToolRule] = {}

    def tool_rule(self, tool: ToolInfo) -> ToolRule | None:
        return self.rules.get((tool.server, tool.name))

    async def set_tool_rule(self, tool: ToolInfo, rule: ToolRule) -> None:
        self.rules[tool.server, tool.name] = rule


@dataclass
class ChatRig:
    """A room with everything around it."""

    model: ScriptedModel
    tools: Tools = field(default_factory=Tools)
    person: Person = field(default_factory=Person)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    rules: MemoryRules = field(default_factory=MemoryRules)
    clock: FakeClock = field(default_factory=FakeClock)
    settings: ChatSettings = field(default_factory=lambda: ChatSettings(target="groq/llama"))
    policy: PolicySettings = field(default_factory=PolicySettings)
    spill: Path = Path("/nonexistent")
    max_turn_cost: MicroUsd | None = None
    events: list[Event] = field(default_factory=list)
    chat_id: ChatId = ChatId("chat_1")

    def __post_init__(self) -> None:
        self.tools.journal = self.ledger.journal
        self.room = Room(
            model=self.model,
            toolbox=self.tools,
            gatekeeper=self.person,
            ledger=self.ledger,
            rules=self.rules,
            publish=self.publish,
            clock=self.clock,
            chat=self.settings,
            policy=self.policy,
            spill=self.spill,
            max_turn_cost=self.max_turn_cost,
        )
        self._wakers: list[tuple[type, asyncio.Event]] = []

    def publish(self, event: Event) -> None:
        self.events.append(event)
        self.ledger.journal.append(event)
        for kind, waker in self._wakers:
            if isinstance(event, kind):
                waker.set()

    async def say(self, text: str) -> None:
        """Sends a message and waits until the room is idle."""
        await self.begin(text)
        await self.room.idle()

    async def begin(self, text: str) -> None:
        """Sends a message without waiting for the turn."""
        if self.room.chat_id is None:
            await self.room.open(self.chat_id, CleanText("test"))
        self.room.send((TextPart(CleanText(text)),))

    async def until(self, kind: type) -> None:
        """Waits for the next event of a kind."""
        waker = asyncio.Event()
        self._wakers.append((kind, waker))
        await waker.wait()

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def history(self) -> list[Message]:
        return self.ledger.chats.get(self.chat_id, [])

    @property
    def told(self) -> list[tuple[str, str]]:
        """The stored conversation as (role, text)."""
        return [(message.role, message.text) for message in self.history]


def provider_complaints(messages: Sequence[Message]) -> list[str]:
    """What the strictest provider has against a conversation; empty when it accepts it."""
    complaints: list[str] = []
    pending: list[CallId] = []
    seen: set[CallId] = set()
    for index, message in enumerate(messages):
        if message.role == "tool":
            if not pending or message.tool_call_id != pending.pop(0):
                complaints.append(f"{index}: result {message.tool_call_id} has no call before it, or not in order")
            continue
        if pending:
            complaints.append(f"{index}: calls {pending} have no result")
            pending = []
        if message.role == "assistant" and not message.text.strip() and not message.tool_calls:
            complaints.append(f"{index}: empty reply")
        for tool_call in message.tool_calls:
            if tool_call.id in seen:
                complaints.append(f"{index}: id {tool_call.id} twice")
            seen.add(tool_call.id)
            pending.append(tool_call.id)
    if pending:
        complaints.append(f"end: calls {pending} have no result")
    return complaints
