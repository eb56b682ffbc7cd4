"""Fits a conversation into a model's window: the newest exchanges stay, calls and results are never parted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.domain.messages import AudioPart, FilePart, ImagePart, Message, Part, TextPart
from tui.domain.text import CleanText
from tui.domain.tokens import estimate_audio_tokens, estimate_tokens

PICTURES_FOLLOW = CleanText("The pictures returned by the tools above:")
"""Opens the message that carries tools' pictures; only people's and models' messages may carry pictures."""

_MESSAGE_TOKENS = 4
_ASSUMED_ANSWER_TOKENS = 4_096


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is sent, with the system message first."""

    messages: tuple[Message, ...]
    used_tokens: int
    """Estimate of the messages and the tools, without the answer."""
    left_out: int
    """Messages that were left out, oldest first."""


def answer_reserve(window: int | None, max_output_tokens: int | None) -> int:
    """Returns the tokens to keep free for the answer: what may be written, but at most a third of the window."""
    wanted = max_output_tokens or _ASSUMED_ANSWER_TOKENS
    return wanted if window is None else min(wanted, window // 3)


def fit(
    messages: Sequence[Message], *, system: CleanText, window: int | None, reserve: int, tool_tokens: int
) -> Fitted:
    """Returns as much of a repaired conversation as fits; an unknown `window` fits all.

    The system message, the newest message of the person and the newest results always stay: should they alone be too
    large, the provider has the last word, since the figures are estimates.
    """
    head = (Message("system", (TextPart(system),)),) if system.strip() else ()
    fixed = tool_tokens + sum(map(message_tokens, head))
    exchanges = _exchanges(messages)
    if window is None:
        kept, left_out = list(messages), 0
    else:
        kept = _newest(exchanges, window - reserve - fixed)
        left_out = len(messages) - len(kept)
    return Fitted((*head, *kept), fixed + sum(map(message_tokens, kept)), left_out)


def without_pictures(messages: Sequence[Message]) -> list[Message]:
    """Returns the conversation for a model known not to see: each picture becomes a word about it."""
    return [
        replace(message, parts=tuple(_in_words(part) for part in message.parts))
        if any(isinstance(part, ImagePart) for part in message.parts)
        else message
        for message in messages
    ]


def message_tokens(message: Message) -> int:
    """Returns the estimated tokens of one message."""
    calls = sum(estimate_tokens(call.name) + estimate_tokens(call.arguments_json) for call in message.tool_calls)
    return _MESSAGE_TOKENS + calls + sum(map(_part_tokens, message.parts))


def picture_tokens(size: int) -> int:
    """Returns a flat estimate for a picture of `size` bytes; providers count by tiles we do not decode."""
    if size < 64 * 1024:
        return 400
    return 1_100 if size < 1024 * 1024 else 1_600


def _part_tokens(part: Part) -> int:
    match part:
        case TextPart():
            return estimate_tokens(part.text)
        case FilePart():
            return estimate_tokens(part.name) + estimate_tokens(part.text)
        case ImagePart():
            return picture_tokens(len(part.data_base64) * 3 // 4)
        case AudioPart():
            return estimate_audio_tokens(len(part.data_base64) * 3 // 4)


def _in_words(part: Part) -> Part:
    if isinstance(part, ImagePart):
        return TextPart(CleanText(f"[a picture ({part.mime_type}) that this model cannot see]"))
    return part


Group = list[Message]
"""Messages that stay together: a person's message, or a reply with its results and their pictures."""


def _exchanges(messages: Sequence[Message]) -> list[list[Group]]:
    """Cuts a conversation before every message of the person."""
    exchanges: list[list[Group]] = []
    for message in messages:
        follows = message.role == "tool" or _carries_pictures(message)
        if follows and exchanges:
            exchanges[-1][-1].append(message)
        elif message.role == "user" or not exchanges:
            exchanges.append([[message]])
        else:
            exchanges[-1].append([message])
    return exchanges


def _carries_pictures(message: Message) -> bool:
    return message.role == "user" and message.parts[:1] == (TextPart(PICTURES_FOLLOW),)


def _newest(exchanges: list[list[Group]], room: int) -> list[Message]:
    if not exchanges:
        return []
    *older, newest = exchanges
    kept = _newest_groups(newest, room)
    if len(kept) < len(newest):
        return [message for group in kept for message in group]
    room -= _tokens(kept)
    for exchange in reversed(older):
        room -= _tokens(exchange)
        if room < 0:
            break
        kept = exchange + kept
    return [message for group in kept for message in group]


def _newest_groups(exchange: list[Group], room: int) -> list[Group]:
    """Returns the person's message and the newest replies of a long turn."""
    if len(exchange) == 1:
        return exchange
    first, *middle, last = exchange
    room -= _tokens([first, last])
    kept = [last]
    for group in reversed(middle):
        room -= _tokens([group])
        if room < 0:
            break
        kept.insert(0, group)
    return [first, *kept]


def _tokens(groups: list[Group]) -> int:
    return sum(message_tokens(message) for group in groups for message in group)
