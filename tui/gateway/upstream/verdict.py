"""The last word on an answer: complete only with proof of an end, else partial or failed, with the cause. Pure."""

import re

from tui.domain.completion import Outcome
from tui.domain.text import CleanText
from tui.gateway.upstream.answer_headers import SILENT, AnswerHeaders, answer_headers
from tui.gateway.upstream.calls import FinishedCalls
from tui.gateway.upstream.events import Done
from tui.gateway.upstream.failures import Failure, failure
from tui.gateway.upstream.reading import BodyReader
from tui.gateway.upstream.reply import Reply
from tui.gateway.upstream.usage import later_usage

_CALL_AS_TEXT = re.compile(r"<tool_call>|<function=|<\|tool_calls?(_begin|_section_begin)?\|>|\[TOOL_CALLS\]")
_ID_CARRIES_STATE = "__thought__"
"""Some translators hide Gemini's thought signature in the call's id and want that id back."""


def done_without_answer(trouble: Failure) -> Done:
    """Returns the last word on a request that was refused or never arrived."""
    return Done(
        "failed",
        trouble.kind,
        trouble.reason,
        trouble.hint,
        trouble.status,
        trouble.retry_after_s,
        trouble.affordable_tokens,
    )


def done_after(reader: BodyReader, provider: str, status: int, told: AnswerHeaders = SILENT) -> Done:
    """Returns the last word on an answer that was read as far as it went; the body goes before its headers."""
    reply, told = reader.reply, answer_headers(reader.trailer).before(told)
    proven = reader.end_is_proven
    calls = reply.calls.finish(cut=not proven, last_is_suspect=reply.finish_reason == "length")
    trouble = _trouble(reader, calls)
    _add_notes(reply, calls, proven)
    return Done(
        outcome=_outcome(reply, trouble),
        failure=trouble.kind if trouble else None,
        reason=trouble.reason if trouble else CleanText(""),
        hint=trouble.hint if trouble else CleanText(""),
        status=(trouble.status if trouble else None) or status,
        retry_after_s=trouble.retry_after_s if trouble else None,
        affordable_tokens=trouble.affordable_tokens if trouble else None,
        text=reply.text,
        tool_calls=calls.whole,
        truncated_calls=calls.truncated,
        finish_reason=reply.finish_reason,
        usage=later_usage(reply.usage, told.usage),
        reported_cost=told.cost if reply.cost is None else reply.cost,
        served_by=reply.served_by or told.served_by,
        answer_id=told.answer_id or reply.id,
        model=reply.model,
        extras=_extras(provider, reply, calls),
        notes=tuple(reply.notes),
    )


def _trouble(reader: BodyReader, calls: FinishedCalls) -> Failure | None:
    reply = reader.reply
    if reply.failure:
        return reply.failure
    if reply.finish_reason == "error":
        return failure("provider-down", "The provider ended the answer with an error")
    if not reader.end_is_proven:
        if reader.nothing_came and reader.interrupted is None:
            return failure("empty", "The provider sent an empty answer")
        return reader.interrupted or failure("cut", "The connection ended before the answer did")
    if reply.text or calls.whole or calls.truncated:
        return None
    if reply.finish_reason == "content_filter":
        return failure("empty", "The provider's filter withheld the answer")
    if reply.reasoning:
        return failure("empty", "The model reasoned but gave no answer")
    return failure("empty", "The provider sent an empty answer")


def _outcome(reply: Reply, trouble: Failure | None) -> Outcome:
    if trouble is None:
        return "complete"
    something_came = bool(reply.text or reply.reasoning or len(reply.calls))
    return "partial" if something_came and trouble.kind != "empty" else "failed"


def _add_notes(reply: Reply, calls: FinishedCalls, proven: bool) -> None:
    if proven and reply.finish_reason is None:
        reply.note("the provider gave no finish reason")
    if calls.nameless:
        reply.note("fragments of a tool call belonged to no call and were left out")
    if not calls.whole and not calls.truncated and _CALL_AS_TEXT.search(reply.text):
        reply.note("the model wrote a tool call as text; it was not run")


def _extras(provider: str, reply: Reply, calls: FinishedCalls) -> dict[str, object]:
    fields = reply.details.extras()
    if calls.extra_content:
        fields["call_extra_content"] = dict(calls.extra_content)
    if stateful := {ours: theirs for ours, theirs in calls.provider_ids if _ID_CARRIES_STATE in theirs}:
        fields["call_ids"] = stateful
    return {provider: fields} if fields else {}
