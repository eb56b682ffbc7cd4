"""Quota and budget: what is left, gauges, and setting a budget by form."""

from dataclasses import replace

from tests.ui.screens import gateway_facts as known
from tests.ui.screens.gateway_stage import gateway_stage, line, pass_time
from tests.ui.screens.stage import press


async def test_each_credential_says_what_is_left_and_what_nobody_tells() -> None:
    async with gateway_stage("Q", answers=known.ANSWERS) as app:
        groq, openrouter, openai = (line(app, name) for name in ("$GROQ_API_KEY", "keyring", "$OPENAI_API_KEY"))
        for words in ("━━━━━━────   62%", "940/1.0k", "12k/20k", "41.0 s", "$?"):
            assert words in groq, words
        assert "$3.18" in openrouter
        assert "12 s ago" in openrouter
        assert "missing" in openai
        assert openai.count("?") >= 4


async def test_the_chosen_credential_says_why() -> None:
    async with gateway_stage("Q", answers=known.ANSWERS) as app:
        assert "not told: credits" in app.text
        await press(app, "j", "j")
        assert "no key" in line(app, "not told: rate limit, credits")


async def test_each_budget_has_a_gauge_and_what_is_left() -> None:
    async with gateway_stage("Q", answers=known.ANSWERS) as app:
        assert "82%" in line(app, "$4.10 of $5.00, $0.0120 set aside, $0.8880 left")
        assert "━" in line(app, "session ", "82%")
        assert "no limit" in line(app, "day ", "$4.50")
        assert "◐ nearly used up   block beyond it, as configured" in app.text
        assert "without 1 call of unknown price" in app.text


async def test_an_unknown_spend_has_no_gauge() -> None:
    lines = (replace(known.BUDGET.lines[0], spent_microusd=None, remaining_microusd=None),)
    budget = replace(known.BUDGET, lines=lines, status="unknown", unknown_calls=None)
    async with gateway_stage("Q", answers={"quota": replace(known.QUOTA, budget=budget)}) as app:
        assert "$? of $5.00" in line(app, "session ")
        assert "━" not in line(app, "session ", "$?")


async def test_accounts_are_asked_for_seldom() -> None:
    async with gateway_stage("Q", answers=known.ANSWERS) as app:
        await pass_time(app, 20)
        assert app.engine.count("quota") == 1
        await pass_time(app, 11)
        assert app.engine.count("quota") == 2


async def test_b_sets_a_budget_by_form_and_shows_it() -> None:
    async with gateway_stage("Q", (140, 50), answers={**known.ANSWERS, "budget": known.BUDGET}) as app:
        await app.pilot.press("b")
        await app.pilot.pause()
        await app.pilot.pause()
        assert "Gateway: budget" in app.text
        assert "limit in $" in app.text
        assert "max_cost" not in app.text
        assert "Now session $5.00, day none, month $60.00." in " ".join(app.text.split())
        assert "Now block." in app.text
        await app.pilot.press(*"2.5", "ctrl+s")
        await app.pilot.pause()
        await app.pilot.pause()
        [(name, operation, given)] = app.engine.orders
        assert (name, operation) == ("gateway.operate", "budget")
        assert given["max_cost"] == 2.5
        await press(app, "escape")
        assert app.engine.count("quota") == 2


async def test_at_80_by_24_the_gauges_stay_on_their_lines() -> None:
    async with gateway_stage("Q", (80, 24), answers=known.ANSWERS) as app:
        assert "$0.8880 left" in line(app, "session ", "82%")
        assert "12k/20k" in line(app, "$GROQ_API_KEY")
