"""A stored history is repaired until the strictest provider accepts it."""

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.chat_ports import call, provider_complaints
from tui.chat.history import Repair, legal_call, repaired, sendable
from tui.domain.ids import CallId
from tui.domain.messages import INTERRUPTED, Message, TextPart, user_text
from tui.domain.text import CleanText

ASK = user_text(CleanText("go"))


def calling(*ids: str, text: str = "") -> Message:
    parts = (TextPart(CleanText(text)),) if text else ()
    return Message("assistant", parts, tuple(call("files_read", call_id=each) for each in ids))


def result(call_id: str, text: str = "r") -> Message:
    return Message("tool", (TextPart(CleanText(text)),), tool_call_id=CallId(call_id))


def test_a_sound_history_stays_as_it_is():
    sound = [ASK, calling("a", "b"), result("a"), result("b"), ASK]
    assert repaired(sound) == sound


def test_a_call_without_result_is_answered_as_interrupted_right_behind_it():
    assert repaired([ASK, calling("a"), ASK]) == [ASK, calling("a"), result("a", INTERRUPTED), ASK]


def test_a_result_without_call_is_dropped():
    assert repaired([result("x"), ASK, calling("a"), result("a"), result("y")]) == [ASK, calling("a"), result("a")]


def test_results_are_put_in_the_order_of_their_calls_and_next_to_them():
    broken = [calling("a", "b"), result("b"), ASK, result("a")]
    assert repaired(broken) == [calling("a", "b"), result("a"), result("b"), ASK]


def test_ids_used_twice_are_paired_by_position_and_made_unique():
    whole = repaired([calling("a", "a"), result("a", "1"), result("a", "2"), calling("a"), result("a", "3")])
    assert provider_complaints(whole) == []
    assert [message.text for message in whole if message.role == "tool"] == ["1", "2", "3"]


def test_a_reply_with_nothing_in_it_is_left_out():
    assert repaired([ASK, calling(text=" \n")]) == [ASK]


def test_names_and_arguments_no_provider_takes_are_made_legal():
    legal = legal_call(call("evil tool.name!" * 10, '{"a": '))
    assert len(legal.name) == 64
    assert legal.name.startswith("evil_tool_name_")
    assert legal.arguments_json == "{}"
    assert legal_call(call("")).name == "unknown_tool"


def test_messages_of_a_person_in_a_row_are_sent_as_one():
    (one,) = sendable([user_text(CleanText("a")), user_text(CleanText("b"))])
    assert one.text == "a\n\nb"


def test_the_model_never_has_the_last_word_of_a_request():
    assert sendable([ASK, calling(text="Half")])[-1].role == "user"
    assert sendable([ASK, calling("a"), result("a")])[-1].role == "tool"


ids = st.sampled_from(["a", "b", "c", ""])
messages = st.lists(
    st.just(ASK)
    | st.builds(
        lambda each, text: calling(*each, text=text), st.lists(ids, max_size=3), st.sampled_from(["", "t", " "])
    )
    | st.builds(result, ids),
    max_size=10,
)


@given(messages)
def test_any_history_becomes_acceptable_and_a_second_repair_changes_nothing(history):
    whole = repaired(history)
    assert provider_complaints(whole) == []
    assert repaired(whole) == whole
    assert [m for m in whole if m.role == "user"] == [m for m in history if m.role == "user"]


@given(messages, st.lists(st.integers(0, 10)))
def test_a_history_repaired_while_it_grows_is_the_one_repaired_at_once(history, stops):
    repair = Repair()
    for stop in sorted(stops):
        repair.whole(history[:stop])
    assert repair.whole(history) == repaired(history)


def test_what_is_before_the_newest_reply_is_repaired_once():
    repair, history = Repair(), [ASK, calling("a"), result("a"), calling("b"), result("b")]
    first = repair.whole(history)
    again = repair.whole([*history, calling("c")])
    assert [one is other for one, other in zip(first, again, strict=False)] == [True, True, True, False, True]
