"""The catalogue of endpoint faults: each row is held by cases on the wire or by named tests, none may go missing."""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.faults.llm_answer_cases import ANSWERS
from tests.faults.llm_call_cases import CALLS
from tests.faults.llm_wire_cases import STREAMS

ROOT = Path(__file__).parents[2]
WIRE = "wire"
"""Cases of `test_llm_wire`: over the parser alone, over any cutting of the bytes, and over real sockets."""
LOOP = "tests/unit/chat/test_loop.py::"
TURNS = "tests/integration/chat/test_turns_over_sockets.py::"
HISTORY = "tests/unit/chat/test_history.py::"
ARGUMENTS = "tests/unit/chat/test_arguments.py::"
SPECS = "tests/unit/chat/test_tool_specs.py::"
CLIENT = "tests/integration/gateway/upstream/test_client.py::"
BODY = "tests/unit/gateway/upstream/test_request_body.py::"
CHUNKS = "tests/unit/gateway/upstream/test_rechunking.py::"
FALLBACK = "tests/unit/gateway/embedded/test_fallback.py::"
HEALTH = "tests/unit/gateway/embedded/test_health.py::"
MONEY = "tests/unit/gateway/embedded/test_money.py::"
SOCKETS = "tests/integration/gateway/embedded/test_over_sockets.py::"
BROKEN = "tests/faults/test_mutated_streams.py::"

HELD_BY: Mapping[str, tuple[str, ...]] = {
    "L01 connection cut mid-stream": (WIRE, SOCKETS + "test_a_cut_stream_with_nobody_else_keeps_its_text"),
    "L02 clean end without proof": (WIRE, BROKEN + "test_a_stream_cut_at_any_byte_is_complete_only_with_its_proof"),
    "L03 end mark without a reason": (WIRE,),
    "L05 error chunk in band": (WIRE,),
    "L06 error in an odd place": (WIRE,),
    "L07 finish reason error": (WIRE,),
    "L09 comments while working": (WIRE, CLIENT + "test_keep_alives_do_not_hide_a_stall"),
    "L10 keep-alive as data": (WIRE,),
    "L11 comment behind an id": (WIRE,),
    "L13 one chunk is no JSON": (WIRE, BROKEN + "test_a_broken_stream_ends_in_one_honest_way"),
    "L14 split at every byte": (
        CHUNKS + "test_events_do_not_depend_on_how_bytes_were_cut",
        CHUNKS + "test_a_reply_does_not_depend_on_how_its_bytes_were_cut",
        BROKEN + "test_a_broken_stream_ends_in_one_honest_way",
    ),
    "L15 odd but legal event streams": (WIRE,),
    "L17 stalled stream": (CLIENT + "test_a_stalled_stream_is_partial_and_keeps_its_text",),
    "L18 stall behind keep-alives": (CLIENT + "test_keep_alives_do_not_hide_a_stall",),
    "L19 headers, then nothing": (CLIENT + "test_headers_without_a_body_end_at_the_first_token_limit",),
    "L21 usage without choices": (WIRE,),
    "L22 no usage at all": (
        WIRE,
        MONEY + "test_without_reported_tokens_the_cost_is_an_estimate_and_says_so",
        MONEY + "test_an_unknown_price_stays_unknown",
    ),
    "L23 usage twice": (WIRE, MONEY + "test_the_ledger_sums_to_what_the_providers_billed"),
    "L25 nulls and parts": (WIRE, CHUNKS + "test_no_json_whatever_raises"),
    "L26 empty answer": (WIRE, FALLBACK + "test_an_empty_answer_is_asked_for_once_more"),
    "L27 a whole body though a stream was asked for": (WIRE,),
    "L29 a page with status 200": (WIRE,),
    "L30 a page with an error status": (WIRE,),
    "L31 an error body with status 200": (WIRE,),
    "L32 Retry-After in every form": (
        WIRE,
        HEALTH + "test_retry_after_is_never_undercut",
        "tests/unit/gateway/embedded/test_routing_properties.py::test_no_request_leaves_before_retry_after",
        SOCKETS + "test_a_429_rests_the_credential_until_retry_after",
    ),
    "L33 rate limit without a time, many callers": (
        WIRE,
        FALLBACK + "test_a_retry_waits_with_full_jitter",
        FALLBACK + "test_many_callers_do_not_come_back_together",
    ),
    "L34 credit used up": (
        WIRE,
        FALLBACK + "test_credit_for_a_shorter_answer_is_used_once",
        FALLBACK + "test_a_clamped_try_that_fails_too_does_not_loop",
        SOCKETS + "test_a_402_is_answered_with_a_shorter_request_once",
    ),
    "L35 key revoked": (
        WIRE,
        HEALTH + "test_a_revoked_key_takes_out_the_credential_until_another_key_is_there",
        HEALTH + "test_an_end_for_good_is_never_overwritten_by_a_rest",
    ),
    "L37 context overflow": (
        WIRE,
        LOOP + "test_an_overflow_is_sent_once_more_with_less_and_then_given_up",
        FALLBACK + "test_a_context_overflow_goes_only_to_a_larger_window",
    ),
    "L38 overflow again after trimming": (LOOP + "test_an_overflow_is_sent_once_more_with_less_and_then_given_up",),
    "L39 two calls share one index": (WIRE,),
    "L41 fragments interleave": (
        WIRE,
        LOOP + "test_a_call_whose_arguments_went_on_after_their_end_is_not_sent",
    ),
    "L42 index drifts": (WIRE,),
    "L43 ids missing or used twice": (
        WIRE,
        LOOP + "test_ids_a_model_uses_twice_become_unique",
        HISTORY + "test_ids_used_twice_are_paired_by_position_and_made_unique",
    ),
    "L45 truncated arguments, lying reason": (
        WIRE,
        TURNS + "test_arguments_that_a_provider_truncated_are_never_sent_to_a_tool",
        BROKEN + "test_no_tool_is_run_with_arguments_that_are_no_object",
    ),
    "L46 out of tokens, arguments valid": (WIRE, LOOP + "test_a_call_at_the_cut_of_a_reply_is_not_sent"),
    "L47 arguments are no JSON": (
        WIRE,
        LOOP + "test_arguments_that_are_no_json_are_stored_as_an_empty_object_with_the_reason",
    ),
    "L49 arguments as object or encoded twice": (WIRE, ARGUMENTS + "test_one_object_has_one_spelling"),
    "L50 arguments no reader agrees on": (
        WIRE,
        ARGUMENTS + "test_what_two_readers_could_read_differently_is_refused_with_a_reason",
    ),
    "L51 unknown tool": (LOOP + "test_an_unknown_tool_is_answered_with_the_nearest_names_and_nothing_runs",),
    "L53 unknown finish reasons": (WIRE,),
    "L54 a call written as text": (WIRE, "tests/unit/chat/test_policy.py::test_a_call_spelled_as_text_is_recognised"),
    "L55 call without a result": (
        HISTORY + "test_a_call_without_result_is_answered_as_interrupted_right_behind_it",
        TURNS + "test_a_chat_taken_up_again_holds_what_a_cancelled_call_left",
    ),
    "L57 history ends with the assistant": (HISTORY + "test_the_model_never_has_the_last_word_of_a_request",),
    "L58 reasoning to echo": (WIRE, BODY + "test_extras_go_back_only_to_the_provider_that_sent_them"),
    "L59 ids a provider insists on": (
        BODY + "test_a_call_and_its_result_share_an_id_every_provider_accepts",
        BODY + "test_an_id_that_carries_a_thought_signature_goes_back_unchanged",
    ),
    "L60 a schema refused": (
        WIRE,
        SPECS + "test_a_schema_gets_what_providers_miss",
        SPECS + "test_alternatives_at_the_root_become_properties_and_words",
        FALLBACK + "test_a_tool_the_provider_refuses_is_left_out_once_and_said",
    ),
    "L61 tool names": ("tests/unit/servers/test_catalog.py::test_two_tools_never_share_a_legal_name",),
    "L62 too many tools": (
        SPECS + "test_too_many_tools_leave_each_server_its_first_ones_and_keep_the_used",
        SPECS + "test_left_out_tools_are_told_once",
    ),
    "L63 the same call for ever": (
        LOOP + "test_the_same_call_for_the_fourth_time_asks_whatever_the_order_of_its_arguments",
        LOOP + "test_the_same_words_over_and_over_ask",
    ),
    "L65 compressed bomb": (WIRE,),
    "L66 redirect to another host": (WIRE, CLIENT + "test_a_redirect_is_not_followed_and_the_key_stays"),
    "L67 TLS trouble": (CLIENT + "test_tls_is_never_downgraded",),
    "L68 one call fails, one hangs": (LOOP + "test_one_fails_one_hangs_one_is_denied_and_each_has_its_place",),
    "L69 fallback after the first token": (
        FALLBACK + "test_after_text_the_next_provider_starts_clean",
        SOCKETS + "test_a_cut_stream_starts_clean_at_the_next_provider",
        LOOP + "test_a_later_attempt_starts_clean_and_the_calls_of_the_first_are_left_behind",
    ),
    "L70 retries below ours": (CLIENT + "test_nothing_is_tried_twice",),
    "L71 cancelled mid-stream": (
        CLIENT + "test_cancelling_closes_the_socket",
        SOCKETS + "test_leaving_mid_stream_closes_the_socket_and_settles",
        LOOP + "test_a_cancelled_stream_keeps_its_text_and_closes_the_request",
    ),
}
"""By row: the tests that fail when its rule is broken."""


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions)


WIRE_IDS = {case.id for case in (*STREAMS, *CALLS, *ANSWERS)}
NAMED = [(row, test) for row, tests in HELD_BY.items() for test in tests if test != WIRE]


@pytest.mark.parametrize(("row", "test"), NAMED, ids=[f"{row[:3]}-{test.rpartition('::')[2]}" for row, test in NAMED])
def test_a_claimed_test_is_there(row: str, test: str) -> None:
    path, _, name = test.partition("::")
    assert name in functions_of(path)


def test_rows_claimed_for_the_wire_have_cases_and_every_case_is_claimed() -> None:
    assert {row[:3] for row, tests in HELD_BY.items() if WIRE in tests} == WIRE_IDS


def test_no_case_stands_twice_under_one_name() -> None:
    names = [str(case) for case in (*STREAMS, *CALLS, *ANSWERS)]
    assert len(set(names)) == len(names)
