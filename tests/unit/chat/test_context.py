"""What fits the window: newest first, calls and results together, everything counted."""

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.chat_ports import call, provider_complaints
from tui.chat.context import PICTURES_FOLLOW, answer_reserve, fit, message_tokens, without_pictures
from tui.chat.history import sendable
from tui.domain.messages import ImagePart, Message, TextPart, user_text
from tui.domain.text import CleanText

NOTHING = CleanText("")


def text(role, words):
    return Message(role, (TextPart(CleanText(words)),))


def exchange(number: int, rounds: int = 1, size: int = 40) -> list[Message]:
    messages = [text("user", f"q{number} " + "x" * size)]
    for index in range(rounds):
        used = call("files_read", call_id=f"call_{number}_{index}")
        messages += [
            Message("assistant", (), (used,)),
            Message("tool", (TextPart(CleanText("r" * size)),), tool_call_id=used.id),
        ]
    return [*messages, text("assistant", f"a{number} " + "x" * size)]


def fitted(messages, window, system=NOTHING, tool_tokens=0, reserve=0):
    return fit(messages, system=system, window=window, reserve=reserve, tool_tokens=tool_tokens)


def test_everything_fits_an_unknown_window():
    messages = exchange(1) + exchange(2)
    result = fitted(messages, None, CleanText("Be kind."))
    assert result.messages[0].role == "system"
    assert list(result.messages[1:]) == messages
    assert result.left_out == 0


def test_whole_old_exchanges_go_first_and_are_counted():
    old, new = exchange(1), exchange(2)
    room = sum(map(message_tokens, new))
    result = fitted(old + new, room)
    assert list(result.messages) == new
    assert result.left_out == len(old)
    assert result.used_tokens == room


def test_the_reserve_and_the_tools_take_their_room():
    old, new = exchange(1), exchange(2)
    whole = sum(map(message_tokens, old + new))
    assert fitted(old + new, whole + 30, reserve=10, tool_tokens=20).left_out == 0
    assert fitted(old + new, whole + 29, reserve=10, tool_tokens=20).left_out == len(old)


def test_a_long_turn_keeps_the_question_and_its_newest_results():
    messages = exchange(1, rounds=10)[:-1]
    result = fitted(messages, sum(map(message_tokens, messages)) // 2)
    assert result.messages[0] == messages[0]
    assert result.messages[-1] == messages[-1]
    assert 0 < result.left_out < len(messages)
    assert provider_complaints(result.messages) == []


def test_nothing_older_fills_the_gap_that_a_long_turn_left():
    small, turn = exchange(1, rounds=0, size=0), exchange(2, rounds=3)
    turn[3:3] = exchange(3, rounds=1, size=4_000)[1:3]
    assert fitted(small + turn, 300).messages[0] == turn[0]


def test_the_question_is_sent_even_when_it_alone_is_too_long():
    question = text("user", "x" * 10_000)
    assert fitted([*exchange(1), question], 100).messages == (question,)


def test_pictures_stay_with_the_results_they_follow():
    used = call("files_read")
    group = [
        Message("assistant", (), (used,)),
        Message("tool", (TextPart(CleanText("see below")),), tool_call_id=used.id),
        Message("user", (TextPart(PICTURES_FOLLOW), ImagePart("image/png", "aaaa"))),
    ]
    messages = [text("user", "look"), *group, text("assistant", "A cat.")]
    result = fitted(messages, 30)
    assert result.messages == (messages[0], messages[-1])


def test_a_picture_counts_by_its_size_not_by_its_base64():
    small, large = (Message("user", (ImagePart("image/png", "a" * size),)) for size in (1_000, 4_000_000))
    assert 100 < message_tokens(small) < message_tokens(large) < 5_000


def test_a_model_that_cannot_see_gets_words():
    (message,) = without_pictures([Message("user", (ImagePart("image/png", "aaaa"),))])
    assert "image/png" in message.text
    assert "aaaa" not in message.text


def test_the_answers_reserve_never_eats_the_window():
    assert answer_reserve(3_000, 100_000) == 1_000
    assert answer_reserve(None, None) == 4_096
    assert answer_reserve(200_000, 8_000) == 8_000


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 200)), min_size=1, max_size=6), st.integers(0, 2_000))
def test_pairs_are_never_split_and_the_newest_words_always_stay(shape, window):
    messages = [m for n, (rounds, size) in enumerate(shape) for m in exchange(n, rounds, size)]
    messages.append(user_text(CleanText("and now?")))
    result = fitted(messages, window)
    assert provider_complaints(sendable(result.messages)) == []
    assert result.messages[-1] == messages[-1]
    assert result.left_out == len(messages) - len(result.messages)
    assert result.messages == tuple(messages[result.left_out :])
