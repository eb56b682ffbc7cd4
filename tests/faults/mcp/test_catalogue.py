"""The catalogue of server faults: each row is held by cases or by named tests, none may go missing."""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.faults.mcp.host_cases import CASES

ROOT = Path(__file__).parents[3]
BENCH = "bench"
"""Cases of `test_host`, over real sockets, beside a control where nothing is wrong."""
HOST = "tests/faults/mcp/test_host.py::"
STDIO = "tests/integration/servers/test_stdio_faults.py::"
LIVES = "tests/integration/servers/test_lifetimes.py::"
HTTP = "tests/integration/servers/test_http.py::"
SIGN_IN = "tests/integration/servers/test_sign_in.py::"
ORPHANS = "tests/integration/servers/test_orphans.py::"
FRAMING = "tests/unit/servers/test_framing.py::"
ARGUMENTS = "tests/unit/servers/test_arguments.py::"
OWN = "tests/faults/mcp/test_lives.py::"
PROGRAMS = "tests/faults/mcp/test_programs.py::"
TERMINAL = "tests/faults/mcp/test_terminal.py::"
RAGING = "tests/faults/mcp/test_raging.py::"
CHAT = "tests/faults/trust/test_in_a_chat.py::"
ONE_RESULT = STDIO + "test_a_broken_answer_is_mended_or_is_one_error_result"

HELD_BY: Mapping[str, tuple[str, ...]] = {
    "M01 exits at once": (
        LIVES + "test_a_server_that_exits_at_once_is_tried_four_times_and_then_left_with_its_last_words",
    ),
    "M02 cannot be run": (LIVES + "test_a_command_that_cannot_run_says_why_and_is_not_tried_again",),
    "M03 commands of Windows": (
        PROGRAMS + "test_a_command_gets_the_ending_its_machine_asks_for",
        PROGRAMS + "test_a_batch_file_gets_no_argument_that_its_shell_would_run",
        PROGRAMS + "test_nothing_is_handed_to_a_shell",
    ),
    "M04 downloaded first": (
        OWN + "test_a_server_that_is_being_downloaded_says_so_and_the_others_work_meanwhile",
        OWN + "test_a_start_may_take_far_longer_than_a_call",
    ),
    "M05 never greets": (LIVES + "test_a_server_that_never_greets_fails_without_delaying_the_others",),
    "M06 an era hard to settle": (
        OWN + "test_the_era_is_settled_once",
        LIVES + "test_a_server_that_exits_at_an_unknown_greeting_is_greeted_the_old_way",
    ),
    "M07 banner on stdout": (ONE_RESULT, STDIO + "test_junk_and_stderr_are_shown_as_the_servers_own_words"),
    "M08 odd encodings": (ONE_RESULT,),
    "M10 batches": (ONE_RESULT, FRAMING + "test_a_batch_is_taken_apart"),
    "M11 wrong ids": (ONE_RESULT,),
    "M13 never answers": (STDIO + "test_a_call_nobody_answers_times_out_and_the_server_is_told",),
    "M14 progress without end": (
        OWN + "test_progress_without_end_does_not_lengthen_a_call",
        STDIO + "test_progress_is_shown_clean",
    ),
    "M15 dies in a call": (STDIO + "test_a_server_that_dies_in_a_call_is_opened_again_and_the_call_is_not_repeated",),
    "M16 crashes again and again": (
        OWN + "test_a_server_that_crashes_again_and_again_is_left_alone_until_a_person_reconnects_it",
    ),
    "M17 huge line": (ONE_RESULT, FRAMING + "test_a_line_above_the_cap_is_dropped_and_the_next_one_arrives"),
    "M18 endless line": (FRAMING + "test_a_line_that_never_ends_is_given_up",),
    "M20 a huge text in the history": (CHAT + "test_a_long_result_is_bounded_for_the_model_and_whole_in_a_file",),
    "M21 broken media": (ONE_RESULT,),
    "M23 odd content": (ONE_RESULT, STDIO + "test_a_result_that_breaks_its_own_schema_is_kept_and_flagged"),
    "M24 the tool says it failed": (ONE_RESULT,),
    "M25 one invalid tool": (STDIO + "test_one_malformed_tool_costs_only_itself",),
    "M27 one name on two servers": (LIVES + "test_the_same_tool_on_two_servers_has_two_names",),
    "M28 ten thousand tools": (STDIO + "test_ten_thousand_tools_are_listed_in_order",),
    "M30 storms of changes": (
        STDIO + "test_a_storm_of_changes_delays_nothing",
        STDIO + "test_a_drizzle_of_changes_costs_two_lists_at_most",
    ),
    "M32 a tool vanishes": (
        OWN + "test_a_tool_that_vanished_is_one_error_result_and_the_list_is_fetched_anew",
        OWN + "test_a_call_of_a_tool_that_is_known_to_be_gone_is_not_sent",
    ),
    "M33 hostile schemas": (ARGUMENTS + "test_an_unusable_schema_is_named_and_stops_nothing",),
    "M34 remote references": (STDIO + "test_a_hostile_schema_neither_stalls_nor_fetches",),
    "M35 regular expressions": (ARGUMENTS + "test_a_regular_expression_of_a_server_is_never_run",),
    "M37 our terminal": (
        LIVES + "test_a_child_lives_in_a_session_of_its_own_and_so_has_no_terminal",
        TERMINAL + "test_a_server_neither_reads_the_keys_nor_writes_on_the_terminal",
    ),
    "M38 our keys": (
        TERMINAL + "test_a_server_neither_reads_the_keys_nor_writes_on_the_terminal",
        TERMINAL + "test_the_same_program_does_both_where_nobody_guards_against_it",
    ),
    "M39 ignores its end": (LIVES + "test_stopping_ends_the_process_however_deaf_it_is",),
    "M40 grandchildren": (LIVES + "test_a_grandchild_that_survives_the_polite_exit_is_ended_too",),
    "M42 we are killed": (
        LIVES + "test_killing_us_kills_even_a_server_that_ignores_the_end_of_its_input",
        LIVES + "test_a_server_is_tied_to_us_in_whichever_way_there_is",
        ORPHANS + "test_a_server_of_a_dead_run_is_ended",
        ORPHANS + "test_a_process_that_only_has_the_number_lives_on",
    ),
    "M43 a session forgotten": (
        BENCH,
        HTTP + "test_a_session_the_server_forgot_is_opened_anew_and_the_call_is_not_repeated",
    ),
    "M45 the line drops": (BENCH, HTTP + "test_a_server_that_goes_away_fails_the_call_and_is_found_again"),
    "M46 signed out": (
        SIGN_IN + "test_many_calls_refused_at_once_renew_once",
        SIGN_IN + "test_what_another_process_renewed_is_taken_over",
        SIGN_IN + "test_a_refresh_token_that_is_refused_leads_to_one_question_and_no_loop",
    ),
    "M47 no way back from the browser": (
        SIGN_IN + "test_a_taken_callback_port_is_named",
        SIGN_IN + "test_a_pasted_address_ends_the_sign_in_and_a_wrong_one_is_asked_for_again",
        SIGN_IN + "test_a_refusal_is_asked_once_and_named_with_the_next_step",
    ),
    "M48 limits": (BENCH,),
    "M50 rounds of questions": (BENCH,),
    "M51 what was never offered": (
        BENCH,
        ONE_RESULT,
        RAGING + "test_servers_that_rage_delay_no_other_and_fill_nothing",
        HOST + "test_nothing_is_advertised_that_no_part_answers",
    ),
    "M52 two of us": (ORPHANS + "test_a_server_of_a_living_run_lives_on",),
    "M53 what belongs to another server": (HOST + "test_what_a_server_wants_back_goes_to_it_alone_and_unchanged",),
}


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions)


NAMED = [(row, test) for row, tests in HELD_BY.items() for test in tests if test != BENCH]


@pytest.mark.parametrize(("row", "test"), NAMED, ids=[f"{row[:3]}-{test.rpartition('::')[2]}" for row, test in NAMED])
def test_a_claimed_test_is_there(row: str, test: str) -> None:
    path, _, name = test.partition("::")
    assert name in functions_of(path)


def test_rows_claimed_for_the_bench_have_cases_and_every_case_is_claimed() -> None:
    assert {row[:3] for row, tests in HELD_BY.items() if BENCH in tests} == {
        case.row for case in CASES if case.row.startswith("M")
    }


def test_no_case_stands_twice_under_one_name() -> None:
    names = [str(case) for case in CASES]
    assert len(set(names)) == len(names)
