"""Names and identifiers, one type each, so that one is never passed for another."""

import os
from typing import NewType

ServerName = NewType("ServerName", str)
"""The alias a person gave an MCP server; never what the server calls itself."""
ProviderName = NewType("ProviderName", str)
ComboName = NewType("ComboName", str)
ChatId = NewType("ChatId", str)
MessageId = NewType("MessageId", str)
TurnId = NewType("TurnId", str)
AttemptId = NewType("AttemptId", str)
"""One request sent to one provider; a turn has one or more for every round."""
CallId = NewType("CallId", str)
"""One tool call; minted by us, never the id a model invented."""
QuestionId = NewType("QuestionId", str)
RequestId = NewType("RequestId", str)
"""One request to the gateway, whatever the number of attempts; `explain` takes it."""


def new_id(prefix: str) -> str:
    """Returns a fresh identifier such as `turn_9f2c1a7be0d34c11`."""
    return f"{prefix}_{os.urandom(8).hex()}"
