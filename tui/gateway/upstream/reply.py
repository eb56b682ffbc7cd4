"""A reply put together from decoded JSON: streamed chunks or one whole body. Pure; rules by table."""

from collections.abc import Mapping, Sequence
from typing import Any

from tui.domain.completion import FinishReason, Usage
from tui.domain.money import MicroUsd
from tui.domain.text import CleanText, clean_line
from tui.gateway.upstream.calls import CallCollector
from tui.gateway.upstream.clean_pieces import CleanPieces
from tui.gateway.upstream.events import CallReady, Piece, Reasoning, Text
from tui.gateway.upstream.failures import Failure, failure_from_error
from tui.gateway.upstream.reasoning import ReasoningDetails, content_of, reasoning_of
from tui.gateway.upstream.usage import later_usage, reported_cost, usage_from

MAX_TEXT_CHARS = 16 * 1024 * 1024
_PLAIN = frozenset({"role", "content"})
"""Most deltas hold nothing else, and then there is nothing else to look for."""

FINISH_REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "complete": "stop",
    "completed": "stop",
    "tool_calls": "tool_calls",
    "tool_call": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "refusal": "content_filter",
    "recitation": "content_filter",
    "error": "error",
    "network_error": "error",
}


class Reply:
    """Takes JSON documents in order, gives typed pieces back and remembers the facts for the end."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        self._secrets = secrets
        self._text_pieces, self._reasoning_pieces = CleanPieces(), CleanPieces()
        self._fragments: list[CleanText] = []
        self._reasoning: list[CleanText] = []
        self._size = 0
        self.details = ReasoningDetails()
        self.calls = CallCollector()
        self.finish_reason: FinishReason | None = None
        self.usage = Usage()
        self.cost: MicroUsd | None = None
        self.id = self.served_by = self.model = CleanText("")
        self._model = ""
        self.failure: Failure | None = None
        self.notes: list[CleanText] = []
        self.progress = 0
        """Grows whenever the model got on."""

    @property
    def text(self) -> CleanText:
        """The whole text so far."""
        return CleanText("".join(self._fragments))

    @property
    def reasoning(self) -> CleanText:
        """The whole visible reasoning so far."""
        return CleanText("".join(self._reasoning))

    def feed(self, document: object) -> list[Piece]:
        """Takes one chunk (or one whole `chat.completion`)."""
        if not isinstance(document, dict):
            self.note("a chunk was no JSON object and was left out")
            return []
        error = document.get("error") or (document if document.get("object") == "error" else None)
        if error:
            self.failure = failure_from_error(error, secrets=self._secrets)
            return []
        self._take_facts(document)
        choices = document.get("choices")
        choice = _first_choice(choices) if isinstance(choices, list) else None
        return self._take_choice(choice) if choice else []

    def end(self) -> list[Piece]:
        """Returns what was held back until the end."""
        pieces: list[Piece] = []
        if rest := self._reasoning_pieces.end():
            pieces.append(self._keep_reasoning(rest))
        if rest := self._text_pieces.end():
            pieces.append(self._keep_text(rest))
        return pieces

    def calls_ready_at_end(self) -> list[Piece]:
        """Returns calls that only a clean end could show to be complete."""
        return [CallReady(call, position) for call, position in self.calls.ready_at_end()]

    def note(self, text: str) -> None:
        """Remembers something odd, once."""
        line = clean_line(text)
        if line not in self.notes and len(self.notes) < 20:
            self.notes.append(line)

    def _take_facts(self, document: dict[str, Any]) -> None:
        if not self.id and isinstance(answer_id := document.get("id"), str):
            self.id = clean_line(answer_id, 200)
        if (model := document.get("model")) != self._model and isinstance(model, str) and model:
            # Every chunk names it.
            self._model, self.model = model, clean_line(model, 200)
        if isinstance(provider := document.get("provider"), str) and provider:
            self.served_by = clean_line(provider, 200)
        extension = document.get("x_groq")
        usage = document.get("usage") or (extension.get("usage") if isinstance(extension, dict) else None)
        if isinstance(usage, dict):
            self._take_usage(usage)

    def _take_usage(self, usage: dict[str, Any]) -> None:
        self.usage = later_usage(self.usage, usage_from(usage))
        cost = reported_cost(usage.get("cost"))
        self.cost = self.cost if cost is None else cost

    def _take_choice(self, choice: dict[str, Any]) -> list[Piece]:
        if error := choice.get("error"):
            self.failure = failure_from_error(error, secrets=self._secrets)
            return []
        if isinstance(usage := choice.get("usage"), dict):
            self._take_usage(usage)
        delta = choice.get("delta") or choice.get("message")
        pieces = self._take_delta(delta) if isinstance(delta, dict) else []
        self._take_finish(choice.get("finish_reason"))
        return pieces

    def _take_delta(self, delta: dict[str, Any]) -> list[Piece]:
        if delta.keys() <= _PLAIN and isinstance(content := delta.get("content"), str):
            self.progress += bool(content)
            return self._take_text(content)
        pieces: list[Piece] = []
        content, thinking = content_of(delta)
        reasoning = reasoning_of(delta) or thinking
        self.details.feed(delta)
        if reasoning and self._within_bounds(reasoning) and (shown := self._reasoning_pieces.feed(reasoning)):
            pieces.append(self._keep_reasoning(shown))
        pieces += self._take_text(content)
        self.progress += bool(content) + bool(reasoning)
        for item in _call_items(delta):
            self.progress += 1
            if self._within_bounds(str(item)):
                pieces += [CallReady(call, position) for call, position in self.calls.feed(item)]
        return pieces

    def _take_text(self, content: str) -> list[Piece]:
        if content and self._within_bounds(content) and (shown := self._text_pieces.feed(content)):
            return [self._keep_text(shown)]
        return []

    def _take_finish(self, reason: object) -> None:
        if not isinstance(reason, str) or not reason:
            return
        self.progress += 1
        self.finish_reason = FINISH_REASONS.get(reason.lower(), "unknown")
        if self.finish_reason == "unknown":
            self.note(f"the provider gave an unknown finish reason: {reason[:60]}")

    def _within_bounds(self, text: str) -> bool:
        self._size += len(text)
        if self._size > MAX_TEXT_CHARS:
            self.note(f"the answer was cut at {MAX_TEXT_CHARS:,} characters")
            return False
        return True

    def _keep_text(self, text: CleanText) -> Text:
        self._fragments.append(text)
        return Text(text)

    def _keep_reasoning(self, text: CleanText) -> Reasoning:
        self._reasoning.append(text)
        return Reasoning(text)


def _first_choice(choices: list[Any]) -> dict[str, Any] | None:
    """Returns the choice that is ours: the one of index 0, or the only one."""
    found = [choice for choice in choices if isinstance(choice, dict)]
    if len(found) > 1:
        found = [choice for choice in found if not choice.get("index")]
    return found[0] if found else None


def _call_items(delta: dict[str, Any]) -> list[dict[str, Any]]:
    items = delta.get("tool_calls")
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    if isinstance(legacy := delta.get("function_call"), dict):
        found.append({"index": 0, "function": legacy})
    return found
