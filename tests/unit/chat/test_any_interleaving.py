"""Whatever a gateway tells, tools do and a person stops: the stored history is one every provider accepts."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.chat_ports import (
    ChatRig,
    Person,
    ScriptedModel,
    Step,
    Tools,
    attempt_over,
    began,
    call,
    ended,
    error_result_for,
    ok,
    provider_complaints,
    ready,
    said,
    tool,
)
from tui.chat.history import repaired, sendable
from tui.config.schema import ChatSettings, PolicySettings
from tui.domain.events import ToolCallFinished, ToolCallRequested, TurnFinished
from tui.domain.ids import AttemptId
from tui.domain.questions import ApprovalAnswer

names = st.sampled_from(["files_read", "files_write", "files_hang", "files_fail", "no such tool"])
arguments = st.sampled_from(["{}", '{"a": 1}', "", "[]", '{"a"', '{"a": NaN}'])
calls = st.builds(call, names, arguments, st.sampled_from(["", "x", "y"]))
texts = st.sampled_from(["", " ", "Some words."])
endings = st.sampled_from(
    [
        ("complete", None, None),
        ("complete", None, "length"),
        ("complete", None, "unknown"),
        ("partial", "cut", None),
        ("failed", "provider-down", None),
        ("failed", "context-overflow", None),
    ]
)
PAUSE = "pause"


@st.composite
def replies(draw) -> list[Step | str]:
    steps: list[Step | str] = []
    attempts = draw(st.integers(1, 2))
    text, made = "", []
    for number in range(1, attempts + 1):
        attempt_id = AttemptId(f"attempt_{number}")
        text, made = draw(texts), draw(st.lists(calls, max_size=3))
        steps.append(began(attempt_id, number))
        if text:
            steps.append(said(text, attempt_id))
        for position, each in enumerate(made):
            if draw(st.booleans()):
                steps.append(ready(each, position, attempt_id))
            if draw(st.booleans()):
                steps.append(PAUSE)
        steps.append(attempt_over(will_retry=number < attempts))
    outcome, failure, finish = draw(endings)
    if draw(st.integers(0, 9)):
        told = made if draw(st.booleans()) else made[:1]
        steps.append(ended(text, told, outcome=outcome, failure=failure, finish=finish, reason="x" if failure else ""))
    return steps


class PausingModel(ScriptedModel):
    """Lets everything else run at a pause."""

    async def stream(self, request):
        self.requests.append(request)
        for step in self.scripts.pop(0) if self.scripts else [began(), ended("The end.")]:
            if step == PAUSE:
                for _ in range(12):
                    await asyncio.sleep(0)
            else:
                yield step


async def hang(arguments):
    await asyncio.Event().wait()
    return ok("never")


async def fail(arguments):
    return error_result_for("boom")


async def explode(arguments):
    raise ZeroDivisionError("oops")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(replies(), min_size=1, max_size=3),
    st.lists(st.integers(0, 60), min_size=1, max_size=4),
    st.booleans(),
    st.sampled_from(["ask", "none", "all"]),
)
async def test_the_stored_history_is_always_acceptable(scripts, cancels, buggy, mode):
    tools = Tools(tool("read", read_only=True), tool("write"), tool("hang", read_only=True), tool("fail"))
    tools.bodies |= {"hang": hang, "fail": explode if buggy else fail}
    chat = ChatRig(
        PausingModel(list(scripts)),
        tools,
        Person(*[ApprovalAnswer("once"), ApprovalAnswer("deny")] * 3),
        settings=ChatSettings(target="groq/llama", max_rounds=4),
        policy=PolicySettings(approve=mode),
    )
    for ticks in cancels:
        await chat.begin("Go")
        for _ in range(ticks):
            await asyncio.sleep(0)
        await chat.room.cancel()
    await chat.room.idle()
    assert provider_complaints(chat.history) == []
    assert repaired(chat.history) == chat.history
    assert all(provider_complaints(request.messages) == [] for request in chat.model.requests)
    assert sendable(chat.history)[-1].role != "assistant"
    assert len(chat.of(TurnFinished)) == len(cancels)
    asked = [event.call_id for event in chat.of(ToolCallRequested)]
    assert sorted(asked) == sorted(event.call_id for event in chat.of(ToolCallFinished))
    assert len(set(asked)) == len(asked)
    assert chat.room.last_turn.reason.startswith("Something went wrong") is False
