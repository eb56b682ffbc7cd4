"""Route: a request simulated as a tree, and a past one explained."""

from dataclasses import replace

from tests.ui.screens import gateway_facts as known
from tests.ui.screens.gateway_stage import gateway_stage, line, pass_time
from tests.ui.screens.stage import press, settle
from tui.domain.errors import CallError, RefusedError
from tui.domain.text import clean
from tui.ui.widgets.gateway.choice_line import ChoiceLine
from tui.ui.widgets.gateway.route_tree import simulation

REQUESTS = (known.EXPLAINED, known.REFUSED)


async def test_a_simulation_is_a_tree_with_chances_health_and_both_costs() -> None:
    async with gateway_stage("R", answers=known.ANSWERS) as app:
        first, second = line(app, "● groq/llama-3.3-70b"), line(app, "└─ ◐ openai/gpt-5-mini")
        assert second.index("◐") == first.index("●") + 3
        for words in (
            "at best $0.0006   at worst $0.0018",
            "answers 90%",
            "quota 80%",
            "answers 8.0% of all, reached 10%",
            "└─ ✗ nobody answers 2.0%",
            "40 of 41 calls succeeded",
            "✗ openrouter/auto",
            "   its breaker is open",
        ):
            assert words in app.text, words


async def test_what_was_never_measured_is_unknown() -> None:
    async with gateway_stage("R", answers={"simulate": known.UNMEASURED}) as app:
        assert "at best $?   at worst $?" in app.text
        assert "answers ?" in line(app, "answers", "$?")
        assert "nobody answers ?" in app.text
        assert "unknown: probability, cost" in app.text


async def test_moving_the_cursor_simulates_the_next_combo_and_only_those_that_are_on() -> None:
    async with gateway_stage("R", answers=known.ANSWERS) as app:
        await press(app, "j")
        asked = [given["model"] for name, given in app.engine.asked if name == "simulate"]
        assert asked == ["main", "cheap"]
        await press(app, "G")
        assert all(given.get("model") != "off" for _, given in app.engine.asked if isinstance(given, dict))


async def test_s_and_a_click_change_the_size_of_the_prompt() -> None:
    async with gateway_stage("R", answers=known.ANSWERS) as app:
        await press(app, "s")
        assert "mcp-tui gateway simulate main 8000" in app.text
        await app.pilot.click(ChoiceLine, offset=(line(app, "prompt").index("128k"), 0))
        await settle(app)
        sizes = [given["prompt_tokens"] for name, given in app.engine.asked if name == "simulate"]
        assert sizes == [1_000, 8_000, 128_000]


async def test_m_simulates_any_model() -> None:
    models = {"model": ("main", "groq/llama-3.3-70b", "openai/gpt-5-mini")}
    async with gateway_stage("R", answers=known.ANSWERS, known=models) as app:
        await press(app, "m", *"gpt", "enter")
        assert app.engine.asked[-1] == ("simulate", {"model": "openai/gpt-5-mini", "prompt_tokens": 1_000})


async def test_a_refused_simulation_says_why() -> None:
    refusal = RefusedError("The chain main is switched off.", "Switch it on.")
    async with gateway_stage("R", answers={"simulate": refusal}) as app:
        assert "✗ The chain main is switched off." in app.text


async def test_a_recent_request_is_picked_and_explained() -> None:
    async with gateway_stage("R", answers=known.ANSWERS, requests=REQUESTS) as app:
        await press(app, "j", "j")
        for words in (
            "groq failed (503), so openai took over.",
            "failed HTTP 503   600 ms   $?",
            "└─ ✓ openai/gpt-5-mini",
            "first token 310 ms",
            "What was weighed",
            "openrouter/auto   its breaker is open",
            "mcp-tui gateway explain request_7",
        ):
            assert words in app.text, words
        await press(app, "j")
        assert "✗ The session's budget would be passed." in app.text


async def test_requests_that_cannot_be_listed_say_why_and_simulating_goes_on() -> None:
    async with gateway_stage("R", answers=known.ANSWERS, requests=CallError("the ledger is locked")) as app:
        assert "the ledger is locked" in line(app, "✗ the ledger")
        assert "● groq/llama-3.3-70b" in app.text


async def test_a_new_request_is_seen_after_a_while_and_the_cursor_stays() -> None:
    async with gateway_stage("R", answers=known.ANSWERS, requests=(known.REFUSED,)) as app:
        await press(app, "G")
        app.engine.requests = REQUESTS
        await pass_time(app, 16)
        assert "request_6" in line(app, "mcp-tui gateway explain")


async def test_no_request_yet_is_said() -> None:
    async with gateway_stage("R", answers=known.ANSWERS) as app:
        assert "No request was sent yet." in app.text


def test_a_long_chain_and_foreign_words_stay_in_their_width() -> None:
    step = replace(known.SIMULATED.path[0], model="m" * 200, reason=clean("why " * 60))
    long = replace(known.SIMULATED, path=(step,) * 12)
    drawn = simulation(long, 60).plain.splitlines()
    assert max(map(len, drawn)) <= 80
    assert sum("nobody answers" in text for text in drawn) == 1


def test_a_request_that_goes_nowhere_says_so() -> None:
    assert "It would go nowhere now." in simulation(replace(known.SIMULATED, path=()), 60).plain
