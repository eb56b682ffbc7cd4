"""Tool calls put together from fragments, whatever a provider does to indexes, ids and arguments."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tui.domain.ids import CallId, new_id
from tui.domain.messages import ToolCall
from tui.gateway.upstream.clean_pieces import with_whole_pairs

MAX_CALLS = 256

_MARKS = re.compile(r'\\.|\\$|["{}\[\]]', re.DOTALL)


class JsonExtent:
    """Watches a JSON text grow and knows when its outermost object or array is closed."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False
        self._escape_waits = False
        self.closed = False

    @property
    def open(self) -> bool:
        """Whether a bracket or a string waits for its end."""
        return self._depth > 0 or self._in_string

    def feed(self, fragment: str) -> None:
        """Takes the next part of the text."""
        start = int(self._escape_waits and bool(fragment))
        if start:
            self._escape_waits = False
        for match in _MARKS.finditer(fragment, start):
            self._take_mark(match.group())

    def _take_mark(self, mark: str) -> None:
        if mark == '"':
            self._in_string = not self._in_string
        elif mark[0] == "\\":
            self._escape_waits = self._in_string and len(mark) == 1
        elif not self._in_string:
            self._depth += 1 if mark in "{[" else -1
            self.closed = self._depth == 0


@dataclass(slots=True)
class _Slot:
    """One call being written."""

    call_id: CallId
    provider_id: str = ""
    name: str = ""
    fragments: list[str] = field(default_factory=list)
    extent: JsonExtent = field(default_factory=JsonExtent)
    reported: bool = False
    extra_content: Any = None

    @property
    def arguments(self) -> str:
        if len(self.fragments) > 1:
            self.fragments[:] = ["".join(self.fragments)]
        return self.fragments[0] if self.fragments else ""

    @property
    def is_placeholder(self) -> bool:
        """Whether the arguments are an empty object, which the real ones may still replace."""
        return self.extent.closed and self.arguments.strip() == "{}"

    def add(self, arguments: str) -> None:
        if self.is_placeholder and arguments.lstrip()[:1] == "{":
            # A placeholder some translators send before the real arguments.
            self.fragments, self.extent = [], JsonExtent()
        if arguments:
            self.fragments.append(arguments)
            self.extent.feed(arguments)

    def call(self) -> ToolCall:
        return ToolCall(self.call_id, self.name, normal_arguments(with_whole_pairs(self.arguments)))


@dataclass(frozen=True, slots=True)
class FinishedCalls:
    """All calls of a reply, in order."""

    whole: tuple[ToolCall, ...] = ()
    truncated: tuple[ToolCall, ...] = ()
    extra_content: tuple[tuple[CallId, Any], ...] = ()
    provider_ids: tuple[tuple[CallId, str], ...] = ()
    nameless: int = 0
    """Fragments that belonged to no call."""


class CallCollector:
    """Attributes fragments to calls: by index, then id, then name, then by which call is still open."""

    def __init__(self) -> None:
        self._slots: list[_Slot] = []
        self._by_index: dict[int, _Slot] = {}
        self._last: _Slot | None = None

    def __len__(self) -> int:
        return len(self._slots)

    def feed(self, item: dict[str, Any]) -> list[tuple[ToolCall, int]]:
        """Takes one entry of `tool_calls`; returns the calls that are now known to be complete, with positions."""
        function = item.get("function")
        function = function if isinstance(function, dict) else item
        name, provider_id = _text(function.get("name")), _text(item.get("id"))
        arguments = _arguments_text(function.get("arguments"))
        index = item.get("index")
        index = index if isinstance(index, int) and not isinstance(index, bool) else None
        slot = self._slot_for(index, provider_id, name, arguments)
        if slot is None:
            return []
        slot.name = slot.name or name
        slot.provider_id = slot.provider_id or provider_id
        slot.extra_content = item.get("extra_content") or slot.extra_content
        slot.add(arguments)
        ready = [] if slot.is_placeholder else self._newly_ready(slot)
        if slot is not self._last and self._last is not None:
            ready = self._newly_ready(self._last) + ready
        self._last = slot
        return ready

    def _slot_for(self, index: int | None, provider_id: str, name: str, arguments: str) -> _Slot | None:
        known = self._by_index.get(index) if index is not None else self._by_id(provider_id)
        if known is not None and not _begins_another(known, provider_id, name, arguments):
            return known
        if known is None and not name and not provider_id:
            unfinished = [slot for slot in self._slots if slot.name and not slot.extent.closed]
            if len(unfinished) == 1:
                return unfinished[0]
        if len(self._slots) >= MAX_CALLS:
            return None
        slot = _Slot(CallId(new_id("call")))
        self._slots.append(slot)
        if index is not None:
            self._by_index[index] = slot
        return slot

    def _by_id(self, provider_id: str) -> _Slot | None:
        matching = [slot for slot in self._slots if provider_id and slot.provider_id == provider_id]
        return matching[-1] if matching else None

    def _newly_ready(self, slot: _Slot) -> list[tuple[ToolCall, int]]:
        if slot.reported or not slot.name or not slot.extent.closed:
            return []
        call = slot.call()
        if parsed_object(call.arguments_json) is None:
            return []
        slot.reported = True
        return [(call, self._slots.index(slot))]

    def ready_at_end(self) -> list[tuple[ToolCall, int]]:
        """Returns complete calls that were not reported yet."""
        return [ready for slot in self._slots for ready in self._newly_ready(slot)]

    def finish(self, *, cut: bool, last_is_suspect: bool) -> FinishedCalls:
        """Returns all calls. `cut`: the end is missing; `last_is_suspect`: the reply ran out of tokens."""
        named = [slot for slot in self._slots if slot.name]
        whole: list[ToolCall] = []
        truncated: list[ToolCall] = []
        for slot in named:
            suspect = last_is_suspect and slot is named[-1]
            unfinished = slot.extent.open or (cut and not slot.extent.closed)
            (truncated if suspect or unfinished else whole).append(slot.call())
        return FinishedCalls(
            tuple(whole),
            tuple(truncated),
            tuple((slot.call_id, slot.extra_content) for slot in named if slot.extra_content),
            tuple((slot.call_id, slot.provider_id) for slot in named if slot.provider_id),
            len(self._slots) - len(named),
        )


def _begins_another(known: _Slot, provider_id: str, name: str, arguments: str) -> bool:
    """Whether a fragment for a known place is really the start of another call (all indexes 0, no ids)."""
    if not name or not known.name:
        return False
    same_id = bool(provider_id) and provider_id == known.provider_id
    if name != known.name or (provider_id and known.provider_id and not same_id):
        return True
    return known.extent.closed and bool(arguments.strip()) and not (same_id and known.is_placeholder)


def normal_arguments(text: str) -> str:
    """Returns arguments with the two known quirks undone: nothing at all, and an object encoded twice."""
    stripped = text.strip()
    if stripped in ("", "null"):
        return "{}"
    if stripped.startswith('"'):
        try:
            inner = json.loads(stripped)
        except ValueError:
            return text
        if isinstance(inner, str) and parsed_object(inner) is not None:
            return with_whole_pairs(inner)
    return text


def parsed_object(text: str) -> dict[str, Any] | None:
    """Returns `text` as a JSON object, None when it is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _arguments_text(value: object) -> str:
    """Arguments as text; some providers send the object itself."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)
