"""What a gateway in front of a model says of an answer in the answer's headers: its id, its price, who gave it. Pure.

OmniRoute says the same of a stream in comments at its end, `: x-omniroute-response-cost=0.0001`. Sources:
docs.litellm.ai/docs/proxy/response_headers, looked at with LiteLLM 1.106; openrouter.ai/docs (generations); OmniRoute
3.7.9 as it ran.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.completion import Usage
from tui.domain.money import MicroUsd
from tui.domain.text import CleanText, clean_line
from tui.gateway.upstream.usage import later_usage, reported_cost

_IDS = ("x-litellm-call-id", "x-generation-id")
_COSTS = ("x-litellm-response-cost", "x-omniroute-response-cost")
_NO_PRICE = ("x-omniroute-response-cost",)
"""A 0 there stands for a model without a price as well, so that it says nothing."""
_SERVERS = ("x-litellm-model-name", "x-omniroute-provider")


@dataclass(frozen=True, slots=True)
class AnswerHeaders:
    """Empty and None where the headers are silent, as those of a plain endpoint are."""

    answer_id: CleanText = CleanText("")
    """What the gateway's own log knows the answer by."""
    cost: MicroUsd | None = None
    served_by: CleanText = CleanText("")
    """The model or provider behind the gateway."""
    usage: Usage = Usage()
    """The tokens, where the gateway changes those of the body: OmniRoute 3.7 puts 2,000 on top of the prompt's."""

    def before(self, other: "AnswerHeaders") -> "AnswerHeaders":
        """Returns what these say, and what the others say where these are silent."""
        return AnswerHeaders(
            self.answer_id or other.answer_id,
            other.cost if self.cost is None else self.cost,
            self.served_by or other.served_by,
            later_usage(other.usage, self.usage),
        )


SILENT = AnswerHeaders()


def answer_headers(headers: Mapping[str, str]) -> AnswerHeaders:
    """Returns what the headers (names in lower case) of a successful answer say.

    Those of a stream are written before anybody knows its price: LiteLLM then leaves the price out, and what stands
    there as `…-response-cost-original` is a 0 that means nothing.
    """
    return AnswerHeaders(
        answer_id=clean_line(_first(headers, _IDS), 200),
        cost=_cost(headers),
        served_by=clean_line(_first(headers, _SERVERS), 200),
        usage=Usage(_tokens(headers, "x-omniroute-tokens-in"), _tokens(headers, "x-omniroute-tokens-out")),
    )


def _cost(headers: Mapping[str, str]) -> MicroUsd | None:
    name = next((name for name in _COSTS if headers.get(name)), "")
    cost = reported_cost(headers.get(name))
    return None if cost == 0 and name in _NO_PRICE else cost


def _tokens(headers: Mapping[str, str], name: str) -> int | None:
    """A 0 is what stands there before anybody has counted."""
    digits = headers.get(name, "")
    return int(digits) or None if digits.isascii() and digits.isdecimal() and len(digits) < 12 else None


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((headers[name] for name in names if headers.get(name)), "")
