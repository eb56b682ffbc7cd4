"""What a gateway in front of a model says of an answer in the answer's headers: its id, its price, who gave it. Pure.

Sources: docs.litellm.ai/docs/proxy/response_headers, looked at with LiteLLM 1.106; openrouter.ai/docs (generations).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.money import MicroUsd
from tui.domain.text import CleanText, clean_line
from tui.gateway.upstream.usage import reported_cost

_IDS = ("x-litellm-call-id", "x-generation-id")
_COSTS = ("x-litellm-response-cost", "x-omniroute-response-cost")
_SERVERS = ("x-litellm-model-name", "x-omniroute-provider")


@dataclass(frozen=True, slots=True)
class AnswerHeaders:
    """Empty and None where the headers are silent, as those of a plain endpoint are."""

    answer_id: CleanText = CleanText("")
    """What the gateway's own log knows the answer by."""
    cost: MicroUsd | None = None
    served_by: CleanText = CleanText("")
    """The model or provider behind the gateway."""


SILENT = AnswerHeaders()


def answer_headers(headers: Mapping[str, str]) -> AnswerHeaders:
    """Returns what the headers (names in lower case) of a successful answer say.

    Those of a stream are written before anybody knows its price: LiteLLM then leaves the price out, and what stands
    there as `…-response-cost-original` is a 0 that means nothing.
    """
    return AnswerHeaders(
        answer_id=clean_line(_first(headers, _IDS), 200),
        cost=reported_cost(_first(headers, _COSTS)),
        served_by=clean_line(_first(headers, _SERVERS), 200),
    )


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((headers[name] for name in names if headers.get(name)), "")
