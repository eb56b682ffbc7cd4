"""A caller's messages fitted into a model's window: what is left out is the oldest, and never half of a tool call."""

from collections.abc import Sequence

from tui.chat.context import Fitted, answer_reserve, fit
from tui.chat.history import repaired
from tui.domain.messages import Message, TextPart
from tui.domain.text import CleanText


def fitted(messages: Sequence[Message], window: int | None, max_output_tokens: int | None = None) -> Fitted:
    """Returns the messages that fit: the leading system message, then the newest; calls stay with their results.

    An unknown `window` (tokens) fits all. Results without a call are left out, calls without a result are answered as
    interrupted: providers refuse both.
    """
    lead, rest = (messages[:1], messages[1:]) if messages and messages[0].role == "system" else ((), messages)
    system = "\n\n".join(part.text for message in lead for part in message.parts if isinstance(part, TextPart))
    return fit(
        repaired(rest),
        system=CleanText(system),
        window=window,
        reserve=answer_reserve(window, max_output_tokens),
        tool_tokens=0,
    )
