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
PAGES = "tests/ui/test_pages.py::"
LINKS = "tests/unit/domain/test_links.py::"
BLOCKS = "tests/ui/widgets/test_transcript_blocks.py::"
SIGN_IN = "tests/integration/servers/test_sign_in.py::"
ASTRAY = HERE + "test_sign_in.py::"
REACH = "tests/unit/servers/test_reach.py::"
BROWSER = "tests/integration/test_browser.py::"
STRANGE = HERE + "test_strange_directory.py::"
SUPPLY = HERE + "test_supply.py::"
KEYS = "tests/unit/config/test_keys.py::"
LOADING = "tests/unit/config/test_load.py::"
LOGS = "tests/unit/test_logs.py::"
SECRETS = "tests/e2e/test_secrets.py::"
SCREEN = "tests/e2e/test_hostile_text.py::"
OUTPUT = "tests/e2e/test_hostile_output.py::"
GUARD = "tests/unit/ui/test_guard.py::"
TEXT = "tests/unit/domain/test_text.py::"
HOST = "tests/faults/mcp/test_host.py::"
ARGUMENTS = "tests/unit/servers/test_arguments.py::"
CALLERS = "tests/integration/serve/test_callers.py::"
REQUESTS = "tests/integration/serve/test_hostile_requests.py::"
LISTENING = "tests/unit/serve/test_listening.py::"
SCOPES = "tests/unit/serve/test_scopes.py::"
CALLS = "tests/unit/serve/test_calls.py::"
ACCESS = "tests/integration/storage/test_access_keys.py::"
NO_SEQUENCE = (
    SCREEN + "test_no_foreign_sequence_reaches_the_terminal",
    OUTPUT + "test_a_verb_prints_no_control_sequence",
    GUARD + "test_everything_else_is_taken_out",
)

HELD_BY: Mapping[str, tuple[str, ...]] = {
    "S01 the clipboard": NO_SEQUENCE,
    "S02 the cursor, hidden text, reports to stdin": NO_SEQUENCE,
    "S04 device strings and pictures": NO_SEQUENCE,
    "S06 links that lie": (*NO_SEQUENCE, BLOCKS + "test_nothing_is_a_terminal_hyperlink"),
    "S08 sequences in files": (
        LOGS + "test_lines_are_json_clean_and_one_a_record",
        OUTPUT + "test_an_answer_and_its_calls_print_no_control_sequence",
    ),
    "S09 markup": (
        SCREEN + "test_no_foreign_sequence_reaches_the_terminal",
        TEXT + "test_what_people_write_is_kept",
    ),
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
    "S22 a secret carried out in a link or a picture": (
        BLOCKS + "test_nothing_is_a_terminal_hyperlink",
        BLOCKS + "test_markdown_is_drawn_as",
        LINKS + "test_only_plain_web_addresses_may_be_opened",
        PAGES + "test_the_host_stands_alone_before_anything_is_opened",
    ),
    "S23 forged consent": (
        DIALOG + "test_a_long_text_must_be_read_to_its_end_before_a_yes_counts",
        APPROVAL + "test_keys_of_the_first_half_second_answer_nothing",
    ),
    "S24 changed between the yes and the sending": (
        CHAT + "test_what_changes_between_a_yes_and_the_sending_is_not_sent",
        DEFINITIONS + "test_what_changes_while_the_person_reads_is_not_agreed_to",
        "tests/unit/chat/test_arguments.py::test_the_object_that_is_sent_spells_what_was_approved",
    ),
    "S25 keys that were typed for something else": (
        APPROVAL + "test_keys_of_the_first_half_second_answer_nothing",
        APPROVAL + "test_a_paste_answers_nothing",
        APPROVAL + "test_enter_on_the_first_focus_denies",
        APPROVAL + "test_a_key_answers",
    ),
    "S27 hostile schemas and expressions": (
        ARGUMENTS + "test_an_unusable_schema_is_named_and_stops_nothing",
        ARGUMENTS + "test_a_regular_expression_of_a_server_is_never_run",
        ARGUMENTS + "test_a_fitting_value_has_no_finding",
    ),
    "S28 floods as results": (
        CHAT + "test_a_long_result_is_bounded_for_the_model_and_whole_in_a_file",
        CHAT + "test_an_answer_above_the_readers_limit_is_an_error_and_the_server_lives_on",
    ),
    "S29 a form that asks for a password": (
        APPROVAL + "test_a_form_that_asks_for_a_secret_warns_says_who_asks_and_hides_what_is_typed",
        PAGES + "test_the_host_stands_alone_before_anything_is_opened",
        PAGES + "test_haste_opens_and_answers_nothing",
        PAGES + "test_what_must_not_be_opened_can_only_be_declined",
        PAGES + "test_a_yes_opens_the_page_and_answers",
    ),
    "S30 our model used up by a server": (
        HOST + "test_sampling_that_is_allowed_stays_within_its_budget",
        HOST + "test_nothing_is_advertised_that_no_part_answers",
        HOST + "test_what_is_allowed_by_name_is_advertised",
    ),
    "S31 sent into an inner network": (
        ASTRAY + "test_a_sign_in_is_led_into_no_inner_network",
        "tests/unit/domain/test_addresses.py::test_every_spelling_of_an_address_has_its_zone",
        REACH + "test_a_public_server_cannot_send_us_inside",
        REACH + "test_the_connection_goes_to_the_address_that_was_looked_at_under_the_name_that_was_asked_for",
        REACH + "test_a_server_can_send_us_to_its_own_neighbours_and_outwards",
    ),
    "S33 issuers mixed up": (
        ASTRAY + "test_a_code_goes_only_where_it_came_from",
        ASTRAY + "test_what_one_authorization_server_granted_is_not_shown_to_another",
        ASTRAY + "test_an_honest_sign_in_succeeds",
    ),
    "S34 a token passed on": (
        ASTRAY + "test_a_token_is_shown_to_its_own_server_only",
        SECRETS + "test_secrets_stay_where_they_were_given",
        CALLERS + "test_no_caller_s_key_is_sent_on",
    ),
    "S36 pages and strangers at the served half": (
        CALLERS + "test_without_a_key_in_use_nobody_gets_in_anywhere",
        CALLERS + "test_a_session_is_its_openers_alone",
        REQUESTS + "test_a_page_in_a_browser_reaches_nothing",
        REQUESTS + "test_after_ten_thousand_malformed_bodies_the_next_good_call_is_answered",
        LISTENING + "test_a_request_is_read_only_under_a_name_of_this_server",
        LISTENING + "test_a_browsers_page_must_be_of_this_server_itself",
        LISTENING + "test_other_machines_need_a_key_and_a_word",
    ),
    "S37 more than a caller's scopes": (
        CALLERS + "test_a_caller_is_shown_and_given_what_its_scopes_allow",
        CALLERS + "test_what_a_caller_says_of_itself_gives_it_nothing",
        SCOPES + "test_what_only_looks_like_a_scope_grants_nothing",
        CALLS + "test_a_caller_uses_the_tools_of_its_scopes_and_no_other",
        CALLS + "test_a_tool_without_a_known_scope_cannot_be_served",
    ),
    "S38 a person's servers and keys through a served tool": (
        CALLERS + "test_no_call_writes_settings_starts_a_server_or_moves_a_key",
        "tests/arch/test_serving.py::test_serving_orders_nothing_but_what_is_listed_here",
        "tests/arch/test_serving.py::test_serving_reaches_no_settings_file_and_no_server",
    ),
    "S39 another's budget used up": (
        CALLERS + "test_a_keys_budget_holds_for_every_call_and_is_its_own",
        CALLS + "test_many_calls_at_once_stay_within_the_budget",
        ACCESS + "test_what_is_held_and_spent_never_passes_the_limit",
    ),
    "S41 secrets in logs, files and arguments": (
        SECRETS + "test_secrets_stay_where_they_were_given",
        LOGS + "test_a_secret_that_was_told_is_masked_wherever_it_stands",
        LOGS + "test_what_is_no_secret_stays_readable",
        "tests/e2e/test_crashes.py::test_the_program_writes_no_core_dump",
    ),
    "S42 secrets others may read": (
        KEYS + "test_the_key_file_is_private_and_read_only_while_it_is",
        SIGN_IN + "test_a_file_others_may_read_is_not_used",
        LOGS + "test_files_are_private_and_rotate",
    ),
    "S43 hostile import": (
        IMPORTS + "test_a_hostile_file_brings_no_server_and_no_failure",
        CLI + "test_an_import_writes_what_was_chosen_starts_nothing_and_masks_secrets",
    ),
    "S45 argument injection in a launch": (
        LAUNCHES + "test_any_change_asks_again_and_shows_the_difference",
        LAUNCHES + "test_secrets_are_masked_and_nothing_else_is_cut",
    ),
    "S46 packages nobody looked at": (SUPPLY + "test_every_package_is_locked_by_version_and_hash",),
    "C01 a sign-in page that is a command": (
        SIGN_IN + "test_a_sign_in_page_that_must_not_be_opened_is_never_shown",
        BROWSER + "test_what_is_no_web_page_starts_nothing",
        BROWSER + "test_the_address_arrives_whole_and_the_browser_has_no_terminal",
        LINKS + "test_only_plain_web_addresses_may_be_opened",
        "tests/faults/mcp/test_programs.py::test_nothing_is_handed_to_a_shell",
    ),
    "C08 another command under a trusted name": (
        LAUNCHES + "test_any_change_asks_again_and_shows_the_difference",
        LAUNCHES + "test_another_program_found_for_the_same_command_asks_again",
        LAUNCHES + "test_the_name_alone_and_the_file_it_stands_in_change_nothing",
        "tests/integration/storage/test_consents.py::test_what_was_allowed_to_one_definition_is_not_allowed_to_the_next",
    ),
    "C09 a configuration written by somebody else": (
        LAUNCHES + "test_any_change_asks_again_and_shows_the_difference",
        CLI + "test_trust_shows_what_runs_and_what_it_says_and_holds_until_that_changes",
    ),
    "C10 a directory that moves our files": (
        STRANGE + "test_what_lies_in_a_directory_counts_for_nothing",
        STRANGE + "test_the_same_file_where_the_person_keeps_it_is_read_and_starts_nothing",
    ),
    "C11 a key sent to another address": (
        STRANGE + "test_what_lies_in_a_directory_counts_for_nothing",
        KEYS + "test_a_well_known_key_is_sent_to_its_own_host_unless_a_person_chose_otherwise",
        KEYS + "test_an_origin_is_scheme_host_and_port",
        LOADING + "test_a_known_name_at_another_address_gets_no_key_by_itself",
    ),
    "C12 the default answer is no": (
        DIALOG + "test_a_key_answers_and_enter_alone_is_no",
        CLI + "test_trust_shows_what_runs_and_what_it_says_and_holds_until_that_changes",
    ),
    "C14 a package update turned hostile": (
        LAUNCHES + "test_a_package_without_a_version_is_pointed_out",
        DEFINITIONS + "test_another_version_of_an_unpinned_package_waits_and_of_a_pinned_one_is_told",
    ),
    "C15 a library that stole credentials": (SUPPLY + "test_a_library_that_brings_its_own_gateway_is_not_among_them",),
    "C16 an expression that never ends": (ARGUMENTS + "test_a_regular_expression_of_a_server_is_never_run",),
    "C17 sequences from tools": NO_SEQUENCE,
    "C18 toxic flows": (
        CHAT + "test_a_grant_does_not_carry_a_secret_out_and_holds_where_there_is_none",
        CHAT + "test_a_call_after_foreign_words_says_whose_they_were_and_one_before_does_not",
    ),
    "C19 a code sent to the wrong server": (
        ASTRAY + "test_a_code_goes_only_where_it_came_from",
        ASTRAY + "test_what_one_authorization_server_granted_is_not_shown_to_another",
        ASTRAY + "test_an_honest_sign_in_succeeds",
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
