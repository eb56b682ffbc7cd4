"""How a LiteLLM proxy chooses, tries again and falls back. Pure.

Source: docs.litellm.ai (`GET /router/settings`, for administrators), looked at with LiteLLM 1.106.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.domain.gateway_answers import ResilienceSettings
from tui.domain.text import CleanText
from tui.gateway.fields import Fields
from tui.gateway.remote.shapes import part_of

_OWN_NAMES = ("routing_strategy", "allowed_fails", "max_fallbacks", "retry_after", "timeout", "stream_timeout")


@dataclass(frozen=True, slots=True)
class RouterSettings:
    """The router's settings; None and empty where the proxy does not tell."""

    strategy: CleanText = CleanText("")
    retries: int | None = None
    cooldown_s: float | None = None
    fallbacks: Mapping[str, tuple[CleanText, ...]] = field(default_factory=dict)
    """The groups that take over for a group, in order; those under `*` for every group."""
    budgets_providers: bool = False
    """Whether providers have budgets of their own."""
    others: Mapping[str, str | float] = field(default_factory=dict)

    def after(self, group: str) -> tuple[CleanText, ...]:
        """Returns the groups that take over for `group`."""
        return tuple(each for each in self.fallbacks.get(group) or self.fallbacks.get("*", ()) if each != group)


def router_settings_from(document: object) -> RouterSettings:
    """Returns the settings in a `/router/settings` document; later releases may tell more. Raises ShapeError."""
    values = part_of("GET /router/settings", document, "current_values")
    return RouterSettings(
        strategy=values.text("routing_strategy"),
        retries=values.count("num_retries"),
        cooldown_s=values.number("cooldown_time"),
        fallbacks=_fallbacks(values),
        budgets_providers=bool(values.inner("provider_budget_config")),
        others={name: told for name in _OWN_NAMES if (told := _told(values, name)) is not None},
    )


def resilience_of(settings: RouterSettings) -> ResilienceSettings:
    """Returns the settings in this program's words; what has no counterpart stands under LiteLLM's own name."""
    return ResilienceSettings(
        profile=None,
        breaker_threshold=None,
        breaker_window_s=None,
        breaker_open_s=None,
        retries=settings.retries,
        max_attempts=None,
        cooldown_s=settings.cooldown_s,
        lockout_s=None,
        connect_timeout_s=None,
        first_token_timeout_s=None,
        idle_timeout_s=None,
        others=settings.others,
    )


def _fallbacks(values: Fields) -> dict[str, tuple[CleanText, ...]]:
    found: dict[str, tuple[CleanText, ...]] = {}
    for entry in values.items("fallbacks"):
        for group in entry.names:
            found[group] = entry.texts(group) or ()
    return found


def _told(values: Fields, name: str) -> str | float | None:
    number = values.number(name)
    return number if number is not None else values.text(name) or None
