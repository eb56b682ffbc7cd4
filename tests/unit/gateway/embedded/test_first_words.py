"""While a chat waits for its first words, its provider is known to be waited for, and not a moment longer."""

from contextlib import aclosing

from tests.unit.gateway.embedded.stage import Stage, fails, says
from tui.domain.completion import AttemptEnded, AttemptStarted, ReplyEnded, TextDelta
from tui.domain.ids import ProviderName

A, B = ProviderName("a"), ProviderName("b")


async def test_a_provider_is_waited_for_until_it_begins() -> None:
    stage = Stage({"a/m": [says("hello")]})
    facts = stage.gateway.stream(stage.request())
    awaited = [(type(fact), stage.gateway.awaits_first_words(A)) async for fact in facts]
    assert awaited == [(AttemptStarted, True), (TextDelta, False), (AttemptEnded, False), (ReplyEnded, False)]


async def test_nobody_is_waited_for_once_the_reader_has_left() -> None:
    stage = Stage({"a/m": [says("hello")]})
    async with aclosing(stage.gateway.stream(stage.request())) as facts:
        assert isinstance(await anext(facts), AttemptStarted)
        assert stage.gateway.awaits_first_words(A)
    assert not stage.gateway.awaits_first_words(A)


async def test_after_a_failure_the_next_provider_is_waited_for() -> None:
    stage = Stage({"a/m": [fails("auth", 401)], "b/m": [says("hello")]})
    started = []
    async for fact in stage.gateway.stream(stage.request()):
        if isinstance(fact, AttemptStarted):
            started.append((stage.gateway.awaits_first_words(A), stage.gateway.awaits_first_words(B)))
    assert started == [(True, False), (False, True)]
