"""Content and reasoning out of the several shapes providers give them."""

from typing import Any

_JOINED = ("text", "summary", "signature", "data")


def content_of(delta: dict[str, Any]) -> tuple[str, str]:
    """Returns text and thinking of `content`: a string, or a list of parts (Mistral); a refusal counts as text."""
    content = delta.get("content")
    if isinstance(content, str):
        text, thinking = content, ""
    else:
        text, thinking = _parts_text(content)
    refusal = delta.get("refusal")
    return (text or refusal if isinstance(refusal, str) else text), thinking


def reasoning_of(delta: dict[str, Any]) -> str:
    """Returns visible reasoning; the same words often come under two names, so the first one counts."""
    for name in ("reasoning_content", "reasoning"):
        if isinstance(value := delta.get(name), str) and value:
            return value
    details = delta.get("reasoning_details")
    if not isinstance(details, list):
        return ""
    texts = (detail.get("text") or detail.get("summary") for detail in details if isinstance(detail, dict))
    return "".join(text for text in texts if isinstance(text, str))


class ReasoningDetails:
    """Keeps reasoning verbatim for the provider that wants it back with the next request."""

    def __init__(self) -> None:
        self._details: list[dict[str, Any]] = []
        self._content: list[str] = []

    def feed(self, delta: dict[str, Any]) -> None:
        """Takes one delta; pieces of one detail (same index and type) are joined."""
        if isinstance(content := delta.get("reasoning_content"), str):
            self._content.append(content)
        details = delta.get("reasoning_details")
        for detail in details if isinstance(details, list) else ():
            if isinstance(detail, dict):
                self._add(detail)

    def _add(self, detail: dict[str, Any]) -> None:
        last = self._details[-1] if self._details else {}
        same = detail.get("index") is not None and all(detail.get(k) == last.get(k) for k in ("index", "type"))
        if not same:
            self._details.append(dict(detail))
            return
        for name, value in detail.items():
            if name in _JOINED and isinstance(value, str) and isinstance(last.get(name), str):
                last[name] += value
            elif value is not None:
                last[name] = value

    def extras(self) -> dict[str, object]:
        """Returns the fields to echo; empty when there are none."""
        fields: dict[str, object] = {}
        if self._details:
            fields["reasoning_details"] = self._details
        if content := "".join(self._content):
            fields["reasoning_content"] = content
        return fields


def _parts_text(parts: object) -> tuple[str, str]:
    text, thinking = "", ""
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, str):
            text += part
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            text += part["text"]
        elif isinstance(part, dict) and "thinking" in part:
            inner = part["thinking"]
            thinking += inner if isinstance(inner, str) else _parts_text(inner)[0]
    return text, thinking
