"""The demo beside what was typed on the command line."""

from dataclasses import replace

from tui.config.schema import Settings
from tui.config.servers import command_spec
from tui.demo.profile import demo_settings
from tui.domain.gateway import BudgetSpec
from tui.domain.money import MicroUsd


def test_typed_servers_run_beside_those_of_the_demo_and_those_of_files_do_not() -> None:
    typed, filed = command_spec("mine=uvx some-server"), replace(command_spec("filed=uvx x"), origin="config.toml")
    settings = demo_settings(Settings(servers=(filed, typed)))
    assert [spec.name for spec in settings.servers] == ["files", "workshop", "mine"]


def test_a_typed_server_of_the_same_name_takes_the_place_of_the_demos() -> None:
    typed = command_spec("files=uvx some-server")
    assert demo_settings(Settings(servers=(typed,))).servers[-1] == typed
    assert len(demo_settings(Settings(servers=(typed,))).servers) == 2


def test_a_typed_limit_holds_in_the_demo_and_one_of_a_file_does_not() -> None:
    filed, typed = BudgetSpec(day_microusd=MicroUsd(7)), MicroUsd(1_000)
    assert demo_settings(Settings(budget=filed)).budget == BudgetSpec(session_microusd=MicroUsd(5_000_000))
    narrowed = BudgetSpec(turn_microusd=typed, session_microusd=typed)
    assert demo_settings(Settings(budget=filed, max_cost_microusd=typed)).budget == narrowed
