"""What describes an operation of a gateway, so that commands, forms and the palette can be made from it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tui.domain.messages import Message, TextPart, user_text
from tui.domain.text import clean

ParameterType = Literal["str", "int", "float", "bool", "choice", "messages"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter, as the method of the gateway names it. Amounts are US dollars, token counts tokens."""

    name: str
    type: ParameterType
    help: str
    documented: str
    """What other agents call it."""
    required: bool = False
    default: str | int | float | bool | None = None
    choices: tuple[str, ...] = ()
    label: str = ""
    """What a form calls it, where its name in words would not say enough."""

    @property
    def words(self) -> str:
        """What a form calls it."""
        return self.label or self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `method` takes the parameters by name and returns `result`; it raises McpTuiError."""

    name: str
    method: str
    documented: str
    """The tool's name among other agents."""
    scopes: tuple[str, ...]
    help: str
    result: type[Any]
    parameters: tuple[Parameter, ...] = ()

    @property
    def runs_at_once(self) -> bool:
        """Whether nothing has to be given."""
        return not any(parameter.required for parameter in self.parameters)

    def prepared(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Returns arguments as the method takes them: a text given for messages becomes the conversation it holds."""
        texts = {parameter.name for parameter in self.parameters if parameter.type == "messages"}
        return {
            name: conversation(value) if name in texts and isinstance(value, str) else value
            for name, value in arguments.items()
        }


def conversation(text: str) -> tuple[Message, ...]:
    """Returns the messages of a JSON list of `{"role", "content"}`; any other text is one message of the person's."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if isinstance(read, list) and read and all(map(_is_message, read)):
        return tuple(Message(one["role"], (TextPart(clean(one["content"])),)) for one in read)
    return (user_text(clean(text)),)


def _is_message(one: object) -> bool:
    if not isinstance(one, dict):
        return False
    return one.get("role") in ("system", "user", "assistant") and isinstance(one.get("content"), str)
