"""What calls took, measured on this side of the wire: latency percentiles and counts over the last five minutes."""

import math
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui.domain.clock import Clock
from tui.domain.gateway import LatencyView
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText

WINDOW_S = 300.0
_REMEMBERED_CALLS = 4_000
_REMEMBERED_CALLS_OF_A_MODEL = 200
"""Each request weighs the models it may go to: their figures must be cheap to take."""
_RECENT_CALLS = 60


@dataclass(frozen=True, slots=True)
class _Sample:
    at: float
    provider: ProviderName
    latency_ms: int
    ok: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts and latency of some calls; percentiles in milliseconds, None when no call succeeded."""

    requests: int = 0
    errors: int = 0
    p50_ms: int | None = None
    p95_ms: int | None = None
    p99_ms: int | None = None
    recent_ms: tuple[int, ...] = ()


class Meter:
    """Counts attempts. Latencies are those of successful calls: a fast refusal is no fast answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._samples: deque[_Sample] = deque(maxlen=_REMEMBERED_CALLS)
        self._fallbacks: deque[float] = deque(maxlen=_REMEMBERED_CALLS)
        self._last_error: dict[ProviderName, CleanText] = {}
        self._in_flight: Counter[tuple[ProviderName, str]] = Counter()
        self._by_model: dict[tuple[ProviderName, str], deque[_Sample]] = {}
        self._earlier: dict[tuple[ProviderName, str], Figures] = {}

    def begin(self, provider: ProviderName, model: str) -> None:
        """Counts one attempt that is on its way."""
        self._in_flight[provider, model] += 1

    def end(self, provider: ProviderName, model: str) -> None:
        """Takes one attempt off the way, however it ended."""
        self._in_flight[provider, model] -= 1

    def in_flight(self, provider: ProviderName, model: str) -> int:
        """Returns how many attempts are on their way to a model."""
        return self._in_flight[provider, model]

    def record(self, provider: ProviderName, model: str, latency_ms: int, error: CleanText | None = None) -> None:
        """Counts one finished attempt; `error` says in a sentence why it failed, None when it did not."""
        sample = _Sample(self._clock.monotonic(), provider, latency_ms, error is None)
        self._samples.append(sample)
        self._by_model.setdefault((provider, model), deque(maxlen=_REMEMBERED_CALLS_OF_A_MODEL)).append(sample)
        if error is not None:
            self._last_error[provider] = error

    def fell_back(self) -> None:
        """Counts one request that went on to another route."""
        self._fallbacks.append(self._clock.monotonic())

    def last_error(self, provider: ProviderName) -> CleanText:
        """Returns the latest failure of this run in words; empty when there was none."""
        return self._last_error.get(provider, CleanText(""))

    def of(self, provider: ProviderName) -> Figures:
        """Returns one provider's figures."""
        return _figures(sample for sample in self._current() if sample.provider == provider)

    def remember(self, provider: ProviderName, model: str, figures: Figures) -> None:
        """Takes over what earlier calls to a model came to, for as long as no newer ones are measured."""
        self._earlier[provider, model] = figures

    def earlier(self, provider: ProviderName, model: str) -> Figures:
        """Returns what was remembered of a model."""
        return self._earlier.get((provider, model), Figures())

    def of_model(self, provider: ProviderName, model: str) -> Figures:
        """Returns the figures of one model of a provider."""
        return _figures(self._without_old(self._by_model.get((provider, model), deque())))

    def overall(self) -> LatencyView:
        """Returns the figures of all providers together."""
        figures = _figures(self._current())
        oldest = self._clock.monotonic() - WINDOW_S
        return LatencyView(
            p50_ms=figures.p50_ms,
            p95_ms=figures.p95_ms,
            p99_ms=figures.p99_ms,
            requests=figures.requests,
            errors=figures.errors,
            fallbacks=sum(at >= oldest for at in self._fallbacks),
            recent_ms=figures.recent_ms,
        )

    def _current(self) -> Sequence[_Sample]:
        return self._without_old(self._samples)

    def _without_old(self, samples: deque[_Sample]) -> Sequence[_Sample]:
        oldest = self._clock.monotonic() - WINDOW_S
        while samples and samples[0].at < oldest:
            samples.popleft()
        return samples


def percentile(ordered: Sequence[int], percent: float) -> int | None:
    """Returns the nearest-rank percentile of ascending values, None when there are none."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def _figures(samples: Iterable[_Sample]) -> Figures:
    counted = list(samples)
    latencies = [sample.latency_ms for sample in counted if sample.ok]
    ordered = sorted(latencies)
    return Figures(
        requests=len(counted),
        errors=len(counted) - len(latencies),
        p50_ms=percentile(ordered, 50),
        p95_ms=percentile(ordered, 95),
        p99_ms=percentile(ordered, 99),
        recent_ms=tuple(latencies[-_RECENT_CALLS:]),
    )
