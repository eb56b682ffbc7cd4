"""The gateway screen around its views: the ways between them, asking again, ages, failures, another gateway."""

from dataclasses import replace

import pytest

from tests.ui.screens import facts
from tests.ui.screens import gateway_facts as known
from tests.ui.screens.gateway_double import GatewayDouble
from tests.ui.screens.gateway_stage import SIZES, gateway_stage, line, pass_time
from tests.ui.screens.stage import Stage, press, settle
from tui.domain.errors import CallError, NotExposedError
from tui.domain.events import GatewaySampled
from tui.domain.gateway_witness import Witness
from tui.domain.text import clean
from tui.ui.palette import Commands
from tui.ui.screens.gateway import VIEWS, GatewayScreen
from tui.ui.screens.gateway_views.view import AGAIN_S
from tui.ui.widgets.gateway.view_tabs import ViewTabs

KEYS = {"health": "H", "cost": "C", "combos": "O", "models": "M", "route": "R", "quota": "Q", "audit": "A"}
FAILURE = CallError("The ledger is locked.", "Try again.")


def in_view(app: Stage) -> str:
    return next(view.AREA for view in app.screen._views.values() if view.display)


@pytest.mark.parametrize("view", [view.AREA for view in VIEWS])
async def test_every_view_has_a_key_and_takes_the_focus(view: str) -> None:
    async with gateway_stage(KEYS[view], answers=known.ANSWERS) as app:
        assert in_view(app) == view
        assert app.screen._views[view] in app.focused.ancestors


@pytest.mark.parametrize("view", [view.AREA for view in VIEWS])
@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_view_fits_and_names_its_command_line_and_its_keys(view: str, size: tuple[int, int]) -> None:
    async with gateway_stage(KEYS[view], size, answers=known.ANSWERS, requests=(known.EXPLAINED,)) as app:
        assert "$ mcp-tui gateway" in app.text or "$ mcp-tui audit" in app.text
        assert "r again" in app.text
        assert all(label in app.text for label in ("H Health", "C Cost", "Q Quota"))


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_click_on_a_tab_opens_its_view(size: tuple[int, int]) -> None:
    async with gateway_stage(size=size, answers=known.ANSWERS) as app:
        await app.pilot.click(ViewTabs, offset=(line(app, "H Health").index("Models") - 2, 0))
        await settle(app)
        assert in_view(app) == "models"


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_gateways_name_and_verdict_stand_beside_the_tabs(size: tuple[int, int]) -> None:
    async with gateway_stage(size=size, answers=known.ANSWERS) as app:
        assert "A Audit" in line(app, "H Health")
        assert "◐ degraded" in line(app, "H Health", "embedded")


async def test_brackets_turn_the_views_round() -> None:
    async with gateway_stage(answers=known.ANSWERS) as app:
        await press(app, "]")
        assert in_view(app) == "cost"
        await press(app, "[", "[")
        assert in_view(app) == "audit"


async def test_the_palette_leads_to_every_view_and_to_what_the_one_in_view_can_do() -> None:
    async with gateway_stage("C", answers=known.ANSWERS) as app:
        names = {name for name, _, _ in Commands(app.screen)._commands()}
        assert {"Health  (H)", "Models  (M)", "Period  (p)", "Again  (r)"} <= names
        assert "Trip  (t)" not in names


async def test_nothing_is_asked_before_the_engine_is_ready_and_nothing_is_invented() -> None:
    app = Stage(GatewayScreen, engine=GatewayDouble(answers=known.ANSWERS))
    async with app.run_test(size=(80, 24)) as app.pilot:
        await press(app, "C", "Q", "H")
        assert "not reported yet" in app.text
        assert app.engine.asked == []
        assert "$" not in app.text.replace("$?", "").replace("$ mcp-tui", "")


async def test_only_the_view_in_view_is_asked_again_and_gently() -> None:
    async with gateway_stage("C", answers=known.ANSWERS) as app:
        before = app.engine.count("health")
        await pass_time(app, 4)
        assert app.engine.count("cost") == 1
        await pass_time(app, 2)
        assert app.engine.count("cost") == 2
        assert app.engine.count("health") == before


async def test_r_asks_at_once() -> None:
    async with gateway_stage("Q", answers=known.ANSWERS) as app:
        await press(app, "r")
        assert app.engine.count("quota") == 2


@pytest.mark.parametrize(("key", "words"), [("C", "llama-3.3-70b"), ("O", "turns"), ("M", "gpt-5"), ("Q", "keyring")])
async def test_a_failed_question_keeps_the_last_answer_with_its_age_and_says_why(key: str, words: str) -> None:
    answers = dict(known.ANSWERS)
    async with gateway_stage(key, answers=answers) as app:
        for name in answers:
            answers[name] = FAILURE
        await pass_time(app, 301)
        assert words in app.text
        assert "5 min ago, not newer: The ledger is locked." in app.text


async def test_the_first_failure_says_why_there_is_nothing() -> None:
    async with gateway_stage("C", answers={"cost": FAILURE}) as app:
        assert "✗ The ledger is locked." in app.text


@pytest.mark.parametrize("key", ["C", "O", "M", "Q", "R"])
async def test_what_a_gateway_does_not_offer_is_said_and_not_asked_again(key: str) -> None:
    answers = dict.fromkeys(known.ANSWERS, NotExposedError("no such route"))
    async with gateway_stage(key, answers=answers, requests=NotExposedError("no such route")) as app:
        assert "not exposed by this gateway" in app.text
        asked = len(app.engine.asked)
        await pass_time(app, 3_600)
        assert len(app.engine.asked) == asked
        await press(app, "r")
        assert len(app.engine.asked) > asked


async def test_the_age_of_an_answer_counts_what_the_gateway_itself_remembered() -> None:
    witness = clean("GET /spend")
    old = replace(known.COST, witnesses=(Witness(clean(""), witness, age_s=120.0),))
    async with gateway_stage("C", answers={"cost": old}) as app:
        assert "2 min ago" in line(app, "mcp-tui gateway cost")


async def test_witnesses_that_disagree_or_are_silent_are_named_before_the_one_relied_on() -> None:
    witnesses = (
        Witness(clean(""), clean("GET /spend"), age_s=3.0),
        Witness(clean("total"), clean("MCP cost_report"), "disagrees", 1.0, clean("$4.20")),
        Witness(clean(""), clean("GET /budget"), "silent", said=clean("403")),
    )
    async with gateway_stage("C", (200, 60), answers={"cost": replace(known.COST, witnesses=witnesses)}) as app:
        foot = line(app, "mcp-tui gateway cost")
        assert "3 s ago   ◐ MCP cost_report disagrees on total: $4.20   ◐ GET /budget is silent: 403" in foot
        assert "from GET /spend" in foot


async def test_what_another_gateway_said_is_forgotten() -> None:
    async with gateway_stage("C", answers=dict(known.ANSWERS)) as app:
        app.engine.answers["cost"] = FAILURE
        sampled = facts.gateway()
        app.tell(GatewaySampled(replace(sampled.snapshot, gateway=clean("office"))))
        await settle(app)
        assert "office" in line(app, "H Health")
        assert "llama-3.3-70b" not in app.text


async def test_o_chooses_among_the_known_gateways() -> None:
    gateways = (("embedded", "embedded", ""), ("office", "litellm", "https://gw.example.org"))
    async with gateway_stage(answers=known.ANSWERS, gateways=gateways) as app:
        await press(app, "o")
        assert "https://gw.example.org" in app.text
        await press(app, "down", "enter")
        assert app.engine.orders == [("gateway.use", "office")]


@pytest.mark.parametrize(("key", "name"), [("O", "combos"), ("M", "models"), ("Q", "quota")])
async def test_what_could_not_be_had_is_no_longer_being_asked_for_and_soon_is_again(key: str, name: str) -> None:
    async with gateway_stage(key, answers={name: CallError("Nothing listens there.")}) as app:
        assert app.text.count("✗ Nothing listens there.") >= 2
        assert "asking" not in app.text
        asked = app.engine.count(name)
        await pass_time(app, AGAIN_S)
        assert app.engine.count(name) > asked


async def test_the_last_word_of_a_silent_gateway_is_as_old_as_it_is() -> None:
    silent = Witness(clean(""), clean("GET /api/combos"), "silent", 75.0, clean("no"))
    async with gateway_stage("O", answers={"combos": replace(known.COMBOS, witnesses=(silent,))}) as app:
        assert "1 min ago" in line(app, "$ mcp-tui gateway combos")
