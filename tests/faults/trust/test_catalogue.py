"""The catalogue of attacks on trust in servers: each row is held by named tests with their negative controls."""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HERE = "tests/faults/trust/"
DEFINITIONS = HERE + "test_definitions.py::"
SCANNER = HERE + "test_scanner.py::"
LAUNCHES = HERE + "test_launches.py::"
CHAT = HERE + "test_in_a_chat.py::"
CLI = "tests/integration/cli/test_trust.py::"
IMPORTS = "tests/unit/config/test_imports.py::"
APPROVAL = "tests/ui/test_approval.py::"
POLICY = "tests/unit/chat/test_policy.py::"
DIALOG = "tests/ui/test_definitions.py::"

HELD_BY: Mapping[str, tuple[str, ...]] = {
    "S10 bidirectional overrides": (
        SCANNER + "test_a_definition_earns_exactly_its_flags",
        LAUNCHES + "test_what_nobody_sees_in_a_command_is_spelled_out",
    ),
    "S11 invisible characters": (
        SCANNER + "test_a_definition_earns_exactly_its_flags",
        DEFINITIONS + "test_a_change_between_two_runs_is_held_back_and_shown",
    ),
    "S14 tool poisoning": (
        DEFINITIONS + "test_what_a_file_names_says_nothing_to_a_model_before_it_was_read",
        SCANNER + "test_a_finding_is_shown_with_the_server_and_blocks_nothing",
    ),
    "S15 line jumping": (
        DEFINITIONS + "test_what_a_file_names_says_nothing_to_a_model_before_it_was_read",
        DEFINITIONS + "test_a_change_while_it_runs_is_held_back_before_a_call_is_sent",
    ),
    "S16 rug pull": (
        DEFINITIONS + "test_a_change_between_two_runs_is_held_back_and_shown",
        DEFINITIONS + "test_a_change_while_it_runs_is_held_back_before_a_call_is_sent",
        DEFINITIONS + "test_an_announced_change_is_seen_without_being_asked_for",
        CHAT + "test_a_tool_that_changes_within_a_turn_is_not_called_again",
        DIALOG + "test_the_change_is_shown_word_by_word_with_who_and_what_looks_odd",
    ),
    "S18 annotation lie": (
        SCANNER + "test_a_tool_that_says_it_only_reads_is_not_believed_against_its_name",
        CHAT + "test_that_a_tool_only_reads_counts_only_where_a_person_said_so_or_the_words_are_ours",
        POLICY + "test_what_a_server_says_of_itself_raises_the_bar_and_never_lowers_it",
    ),
    "S19 shadowing": (
        SCANNER + "test_a_name_that_shadows_another_servers_tool_gets_a_name_of_its_own",
        SCANNER + "test_talk_of_another_servers_tool_is_noticed_between_real_servers",
    ),
    "S20 injection in a result": (
        CHAT + "test_a_call_after_foreign_words_says_whose_they_were_and_one_before_does_not",
    ),
    "S21 a secret carried out in arguments": (
        CHAT + "test_a_grant_does_not_carry_a_secret_out_and_holds_where_there_is_none",
    ),
    "S23 forged consent": (
        DIALOG + "test_a_long_text_must_be_read_to_its_end_before_a_yes_counts",
        APPROVAL + "test_keys_of_the_first_half_second_answer_nothing",
    ),
    "S24 changed between the yes and the sending": (
        CHAT + "test_what_changes_between_a_yes_and_the_sending_is_not_sent",
        DEFINITIONS + "test_what_changes_while_the_person_reads_is_not_agreed_to",
        "tests/unit/chat/test_arguments.py::test_the_object_that_is_sent_hashes_to_what_was_approved",
    ),
    "S28 floods as results": (
        CHAT + "test_a_long_result_is_bounded_for_the_model_and_whole_in_a_file",
        CHAT + "test_an_answer_above_the_readers_limit_is_an_error_and_the_server_lives_on",
    ),
    "S43 hostile import": (
        IMPORTS + "test_a_hostile_file_brings_no_server_and_no_failure",
        CLI + "test_an_import_writes_what_was_chosen_starts_nothing_and_masks_secrets",
    ),
    "S45 argument injection in a launch": (
        LAUNCHES + "test_any_change_asks_again_and_shows_the_difference",
        LAUNCHES + "test_secrets_are_masked_and_nothing_else_is_cut",
    ),
    "C08 another command under a trusted name": (
        LAUNCHES + "test_any_change_asks_again_and_shows_the_difference",
        LAUNCHES + "test_another_program_found_for_the_same_command_asks_again",
        LAUNCHES + "test_the_name_alone_and_the_file_it_stands_in_change_nothing",
    ),
    "C09 a configuration written by somebody else": (
        LAUNCHES + "test_any_change_asks_again_and_shows_the_difference",
        CLI + "test_trust_shows_what_runs_and_what_it_says_and_holds_until_that_changes",
    ),
    "C12 the default answer is no": (
        DIALOG + "test_a_key_answers_and_enter_alone_is_no",
        CLI + "test_trust_shows_what_runs_and_what_it_says_and_holds_until_that_changes",
    ),
    "C14 a package update turned hostile": (
        LAUNCHES + "test_a_package_without_a_version_is_pointed_out",
        DEFINITIONS + "test_another_version_of_an_unpinned_package_waits_and_of_a_pinned_one_is_told",
    ),
    "C18 toxic flows": (
        CHAT + "test_a_grant_does_not_carry_a_secret_out_and_holds_where_there_is_none",
        CHAT + "test_a_call_after_foreign_words_says_whose_they_were_and_one_before_does_not",
    ),
}


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


@pytest.mark.parametrize("row", HELD_BY)
def test_every_row_is_held_by_tests_that_exist(row: str) -> None:
    missing = [name for name in HELD_BY[row] if name.partition("::")[2] not in names_in(name.partition("::")[0])]
    assert missing == []
