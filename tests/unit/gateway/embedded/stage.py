"""A gateway on a stage: providers that answer by script, a ledger and a store in memory, a clock moved by sleeping."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.fakes.clock import FakeClock
from tui.domain.completion import AttemptEnded, AttemptStarted, ChatRequest, ReplyEnded, ReplyEvent, Usage
from tui.domain.errors import CallError, StorageError
from tui.domain.events import BreakerChanged, Event, FallbackHappened, NoticePosted
from tui.domain.gateway import BudgetSpec, ComboSpec, ModelSpec, ProfileName, ProviderSpec
from tui.domain.ids import AttemptId, CallId, ComboName, ProviderName, RequestId
from tui.domain.messages import ToolCall, user_text
from tui.domain.money import MicroUsd, Price
from tui.domain.spend import Charge, Exceeded, Hold, Limits, Totals
from tui.domain.text import CleanText
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.gateway.upstream.events import CallReady, Done, Opened, RateLimits, Text, UpstreamEvent

Script = Sequence["UpstreamEvent | asyncio.Event | float"]
"""Events in order; an asyncio.Event is waited for, a number moves the clock by so many seconds."""

OPENED = Opened(200, RateLimits())
USAGE = Usage(input_tokens=1_000, output_tokens=100)
PRICE = Price(Decimal(2), Decimal(10))
"""A call with USAGE costs 3,000 micro-dollars."""


def says(text: str = "hello", usage: Usage = USAGE, **more: Any) -> Script:
    """An answer of one piece."""
    done = Done("complete", text=CleanText(text), finish_reason="stop", usage=usage, status=200, **more)
    return [OPENED, Text(CleanText(text)), done]


def fails(failure: Any = "provider-down", status: int | None = 503, reason: str = "it is down", **more: Any) -> Script:
    """A refusal before any byte of an answer."""
    opened = [Opened(status, RateLimits())] if status else []
    return [*opened, Done("failed", failure, CleanText(reason), CleanText("a hint"), status=status, **more)]


def cut(text: str = "half an ans", failure: Any = "cut") -> Script:
    """An answer that breaks off."""
    text = CleanText(text)
    return [OPENED, Text(text), Done("partial", failure, CleanText("the connection was lost"), status=200, text=text)]


def calls(name: str = "tool", then: Sequence[UpstreamEvent] | None = None) -> Script:
    """An answer that asks for a tool."""
    call = ToolCall(CallId("call_1"), name, "{}")
    done = Done("complete", tool_calls=(call,), finish_reason="tool_calls", usage=USAGE, status=200)
    return [OPENED, CallReady(call, 0), *([done] if then is None else then)]


@dataclass
class FakeUpstream:
    """Plays scripts in order, the last one again and again; notes what it was asked."""

    stage: "Stage"
    name: str
    requests: list[ChatRequest] = field(default_factory=list)
    closed_streams: int = 0
    closed: bool = False
    listed: tuple[ModelSpec, ...] | Exception = ()

    async def stream(self, request: ChatRequest, model: str) -> AsyncIterator[UpstreamEvent]:
        scripts = self.stage.scripts[f"{self.name}/{model}"]
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        self.requests.append(request)
        self.stage.sent.append(f"{self.name}/{model}")
        self.stage.breakers_when_sent.append(self.stage.gateway._parts.health.view(ProviderName(self.name)).state)
        try:
            for event in script:
                if isinstance(event, asyncio.Event):
                    await event.wait()
                elif isinstance(event, float):
                    self.stage.clock.advance(event)
                else:
                    self.stage.bill(event)
                    yield event
        finally:
            self.closed_streams += 1

    async def models(self) -> tuple[ModelSpec, ...]:
        if isinstance(self.listed, Exception):
            raise self.listed
        return self.listed

    async def account(self) -> None:
        return None

    async def close(self) -> None:
        self.closed = True


@dataclass
class MemoryLedger:
    """The ledger's rules without a disk."""

    holds: dict[AttemptId, Hold] = field(default_factory=dict)
    charges: dict[AttemptId, Charge] = field(default_factory=dict)
    settled: list[AttemptId] = field(default_factory=list)
    gate: asyncio.Event | None = None
    """When set, reserving waits for it, as for a slow disk."""
    reserving: asyncio.Event = field(default_factory=asyncio.Event)
    settle_gate: asyncio.Event | None = None
    settling: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False

    async def reserve(self, hold: Hold, limits: Limits) -> Exceeded | None:
        if self.broken:
            raise StorageError("the disk is full", "Free some space.")
        if self.gate:
            self.reserving.set()
            await self.gate.wait()
        await asyncio.sleep(0)
        spent = self.spent
        held = sum(one.amount for one in self.holds.values())
        for scope in ("turn", "session", "day", "month"):
            limit = getattr(limits, scope)
            if limit is not None and spent + held + hold.amount > limit:
                return Exceeded(scope, limit, MicroUsd(spent), MicroUsd(held))
        self.holds[hold.attempt_id] = hold
        return None

    async def settle(self, charge: Charge) -> None:
        if self.settle_gate:
            self.settling.set()
            await self.settle_gate.wait()
        await asyncio.sleep(0)
        self.settled.append(charge.attempt_id)
        self.holds.pop(charge.attempt_id, None)
        self.charges.setdefault(charge.attempt_id, charge)

    async def totals(self, session_id: str, now: float) -> Totals:
        return Totals(session=self.spent, day=self.spent, month=self.spent)

    @property
    def spent(self) -> int:
        return sum(charge.cost.microusd or 0 for charge in self.charges.values())


@dataclass
class MemoryStore:
    """Documents in memory."""

    documents: dict[str, Any] = field(default_factory=dict)
    decisions: dict[RequestId, Mapping[str, Any]] = field(default_factory=dict)

    async def load(self, key: str) -> Any:
        return self.documents.get(key)

    async def load_all(self, keys: Collection[str]) -> Mapping[str, Any]:
        return {key: self.documents[key] for key in keys if key in self.documents}

    async def save(self, key: str, document: Any) -> None:
        self.documents[key] = document

    async def add_decision(self, request_id: RequestId, document: Mapping[str, Any], at: float) -> None:
        self.decisions[request_id] = document

    async def decision(self, request_id: RequestId) -> Mapping[str, Any] | None:
        return self.decisions.get(request_id)

    async def recent_decisions(self, limit: int) -> tuple[RequestId, ...]:
        return tuple(reversed(self.decisions))[:limit]


@dataclass
class Keys:
    """Keys by provider; counts lookups."""

    known: dict[str, str] = field(default_factory=dict)
    lookups: int = 0

    def key_for(self, provider: ProviderSpec) -> str | None:
        self.lookups += 1
        return self.known.get(provider.name)


@dataclass
class Stage:
    """Providers `a`, `b`, … with one model `m` each, and a combo `main` over them in order."""

    scripts: dict[str, list[Script]]
    budget: BudgetSpec = BudgetSpec()
    profile: ProfileName = "balanced"
    strategy: Any = "priority"
    models: dict[str, ModelSpec] = field(default_factory=dict)
    """By step; without an entry a model costs PRICE."""
    combos: tuple[ComboSpec, ...] = ()
    """Beside `main`."""
    key_env: bool = False
    clock: FakeClock = field(default_factory=FakeClock)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    store: MemoryStore = field(default_factory=MemoryStore)
    keys: Keys = field(default_factory=Keys)
    chance: float = 0.5

    def __post_init__(self) -> None:
        self.sent: list[str] = []
        self.breakers_when_sent: list[str] = []
        self.published: list[Event] = []
        self.naps: list[float] = []
        self.billed = 0
        self.upstreams: dict[str, FakeUpstream] = {}
        self.gateway = self.another_run()

    def another_run(self) -> EmbeddedGateway:
        providers: dict[str, list[ModelSpec]] = {}
        for step in self.scripts:
            provider, _, model = step.partition("/")
            spec = self.models.get(step, ModelSpec(model, price=PRICE))
            providers.setdefault(provider, []).append(spec)
        return EmbeddedGateway(
            providers=[
                ProviderSpec(
                    ProviderName(name),
                    f"http://{name}.test/v1",
                    models=tuple(models),
                    api_key_env=f"{name.upper()}_KEY" if self.key_env else None,
                )
                for name, models in providers.items()
            ],
            combos=[ComboSpec(ComboName("main"), tuple(self.scripts), self.strategy), *self.combos],
            budget=self.budget,
            profile=self.profile,
            session_id="session",
            clock=self.clock,
            publish=self.published.append,
            ledger=self.ledger,
            store=self.store,
            keys=self.keys,
            upstreams=self._upstream,
            sleep=self._sleep,
            chance=lambda: self.chance,
        )

    def _upstream(self, provider: ProviderSpec, key: str | None) -> FakeUpstream:
        return self.upstreams.setdefault(provider.name, FakeUpstream(self, provider.name))

    async def _sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.clock.advance(seconds)
        await asyncio.sleep(0)

    def bill(self, event: UpstreamEvent) -> None:
        """What the provider itself charges: whole answers, by their usage."""
        if isinstance(event, Done) and event.usage.input_tokens is not None:
            self.billed += PRICE.of(event.usage.input_tokens, event.usage.output_tokens or 0)

    def request(self, target: str = "main", text: str = "hi", **more: Any) -> ChatRequest:
        return ChatRequest(target, (user_text(CleanText(text)),), **more)

    async def ask(self, target: str = "main", **more: Any) -> "Told":
        """Runs one request to its end."""
        told = Told([fact async for fact in self.gateway.stream(self.request(target, **more))])
        await self.gateway._parts.chores.close()
        return told

    def heard(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.published if isinstance(event, kind)]

    @property
    def fallbacks(self) -> list[FallbackHappened]:
        return self.heard(FallbackHappened)

    @property
    def moves(self) -> list[tuple[str, str]]:
        return [(event.provider, event.new) for event in self.heard(BreakerChanged)]

    @property
    def notices(self) -> list[NoticePosted]:
        return self.heard(NoticePosted)


@dataclass
class Told:
    """What one request told."""

    facts: list[ReplyEvent]

    @property
    def end(self) -> ReplyEnded:
        ends = [fact for fact in self.facts if isinstance(fact, ReplyEnded)]
        assert ends == self.facts[-1:], "exactly one end, and it is last"
        return ends[0]

    @property
    def attempts(self) -> list[AttemptEnded]:
        started = [fact.attempt_id for fact in self.facts if isinstance(fact, AttemptStarted)]
        ended = [fact for fact in self.facts if isinstance(fact, AttemptEnded)]
        assert [one.attempt_id for one in ended] == started, "every attempt starts and ends once"
        return ended


def no_list() -> Exception:
    return CallError("the endpoint has no list of models", "Check base_url.")


def steps(*names: str, script: Iterable[Script] = ()) -> dict[str, list[Script]]:
    """The same script for several steps."""
    return {name: list(script) for name in names}
