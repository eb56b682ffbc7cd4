"""A gateway for serving: it knows models, notes requests and answers them all the same."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

from tui.domain.completion import AttemptEnded, ChatRequest, ReplyEnded, ReplyEvent, RouteTaken, Usage
from tui.domain.gateway import ModelSpec
from tui.domain.gateway_answers import ModelsAnswer, ModelView
from tui.domain.ids import AttemptId, ProviderName, RequestId
from tui.domain.money import Cost, MicroUsd
from tui.domain.text import CleanText
from tui.serve.multimodal.ports import ModelGateway

ANSWERED = ReplyEnded(
    RequestId("request_1"),
    "complete",
    None,
    CleanText(""),
    CleanText(""),
    CleanText("An answer."),
    (),
    "stop",
    Usage(50, 10),
    Cost(MicroUsd(200), "computed"),
    RouteTaken(RequestId("request_1"), ProviderName("a"), "m"),
)


def view(place: str, **facts: object) -> ModelView:
    """An open model of which nothing is known but what is given."""
    provider, _, model = place.partition("/")
    plain = ModelView(ProviderName(provider), model, None, None, None, None, None, None, None, None, True)
    return replace(plain, **facts)  # type: ignore[arg-type]


def free(place: str, window: int | None = None, **facts: object) -> ModelView:
    return view(place, context_tokens=window, input_usd_per_million=0.0, output_usd_per_million=0.0, **facts)


@dataclass
class GatewayDouble:
    """`listed` is what providers name once they are asked; `views` what is known before."""

    views: list[ModelView] = field(default_factory=list)
    listed: list[ModelView] = field(default_factory=list)
    chains: tuple[str, ...] = ()
    end: ReplyEnded = ANSWERED
    ceiling: int | None = 1_000
    requests: list[ChatRequest] = field(default_factory=list)
    estimated: list[tuple[ChatRequest, int]] = field(default_factory=list)
    times_listed: int = 0

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ReplyEvent, None]:
        self.requests.append(request)
        yield self.end

    def settled(self, attempt_id: AttemptId) -> AttemptEnded | None:
        return None

    def model(self, target: str) -> ModelSpec | None:
        if target in self.chains:
            return ModelSpec("m")
        provider, _, model = target.partition("/")
        named = [one for one in self.views if (one.provider, one.id) == (provider, model)]
        found = next(iter([*named, *(one for one in self.views if one.id == target)]), None)
        if found is None:
            known = any(one.provider == provider for one in self.views)
            return ModelSpec(model) if known and model else None
        return ModelSpec(found.id, found.context_tokens, vision=found.vision, audio=found.audio)

    async def models(self) -> ModelsAnswer:
        self.times_listed += 1
        self.views, self.listed = [*self.views, *self.listed], []
        return ModelsAnswer(tuple(self.views), ())

    async def known_values(self, parameter: str) -> Sequence[str]:
        return (*self.chains, *(f"{one.provider}/{one.id}" for one in self.views))

    async def price_ceiling(self, request: ChatRequest, more_tokens: int = 0) -> int | None:
        self.estimated.append((request, more_tokens))
        return self.ceiling


def gateway(double: GatewayDouble) -> ModelGateway:
    return double
