"""Cost: periods, sums and how they were found, the plot, forecasts; and the plot by itself."""

from dataclasses import replace

import pytest

from tests.ui.screens import gateway_facts as known
from tests.ui.screens.facts import NOW
from tests.ui.screens.gateway_stage import SIZES, gateway_stage, line, pass_time
from tests.ui.screens.stage import press, settle
from tui.domain.gateway_accounts import BudgetForecast, SpendStep
from tui.domain.text import clean
from tui.ui.widgets.gateway.choice_line import ChoiceLine
from tui.ui.widgets.gateway.spend_plot import SpendCurve, drawn, nice_above

BLANK = ord("⠀")


def dots(text: str) -> int:
    return sum(BLANK < ord(char) <= BLANK + 0xFF for char in text)


async def test_sums_say_how_they_were_found_and_what_is_missing() -> None:
    async with gateway_stage("C", answers=known.ANSWERS) as app:
        assert "$4.10+?" in line(app, "41 requests")
        assert "unknown 1 call" in line(app, "reported $4.10 of 41 calls")
        assert "~$0.1000+?" in line(app, "gpt-5-mini")
        assert "98%" in line(app, "llama-3.3-70b")
        assert "estimated 3, unknown 1" in line(app, "gpt-5-mini")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_plot_has_dots_amounts_and_times_at_every_size(size: tuple[int, int]) -> None:
    async with gateway_stage("C", size, answers=known.ANSWERS) as app:
        assert dots(app.text) > 20
        assert "$2.00┤" in app.text
        assert "$0.00┤" in app.text
        assert "each 5 min, peak $1.10" in app.text


async def test_spend_of_which_no_part_is_known_is_said_rather_than_plotted_as_nothing() -> None:
    unknown = replace(known.COST, over_time=tuple(replace(step, microusd=0) for step in known.COST.over_time))
    async with gateway_stage("C", answers={"cost": unknown}) as app:
        assert "Nothing of known cost was spent in this period." in app.text
        assert "$0.00┤" not in app.text


async def test_the_plot_follows_a_resize() -> None:
    async with gateway_stage("C", (140, 42), answers=known.ANSWERS) as app:
        before = dots(app.text)
        await app.pilot.resize_terminal(80, 24)
        await settle(app)
        assert 0 < dots(app.text) < before


async def test_t_plots_the_running_total_with_its_limit() -> None:
    async with gateway_stage("C", answers=known.ANSWERS) as app:
        await press(app, "t")
        assert "limit $5.00, drawn" in line(app, "Running total")
        await press(app, "t")
        assert "Running total" not in app.text


async def test_p_and_a_click_change_the_period_and_each_keeps_its_own_answer() -> None:
    async with gateway_stage("C", answers={"cost": lambda given: replace(known.COST, period=given["period"])}) as app:
        await press(app, "p")
        assert "mcp-tui gateway cost day" in app.text
        await app.pilot.click(ChoiceLine, offset=(line(app, "session", "month").index("month"), 0))
        await settle(app)
        assert [given["period"] for name, given in app.engine.asked if name == "cost"] == ["session", "day", "month"]
        await press(app, "p")
        assert app.engine.count("cost") == 3, "the session's answer is still fresh"


async def test_each_limit_has_its_forecast() -> None:
    async with gateway_stage("C", answers=known.ANSWERS) as app:
        session, month = line(app, "session ", "of $5.00"), line(app, "month ", "of $60.00")
        assert "reached in 2 h" in session
        assert "$0.4500/h over 1 h" in session
        assert "not within the month, about $33.00 at its end" in month


async def test_each_figure_says_of_whom_it_is_where_they_are_not_of_the_same() -> None:
    mixed = replace(known.COST, total_of=clean("all programs that use the key"), over_time_of=clean("all our chats"))
    async with gateway_stage("C", (80, 24), answers={"cost": mixed}) as app:
        assert "$4.10+? of all programs that use the key" in app.text
        assert "Forecast of all our chats" in app.text
        assert "Spend over time of all our chats" in app.text
        await press(app, "t")
        assert "Running total of all our chats" in app.text


async def test_at_80_columns_a_forecast_keeps_its_last_words() -> None:
    async with gateway_stage("C", (80, 24), answers=known.ANSWERS) as app:
        words = " ".join(app.text.split())
        assert "$0.4500/h over 1 h" in words
        assert "about $33.00 at its end $0.0090/h over 7 d" in words
        assert dots(app.text) > 20


FORECASTS = [
    (BudgetForecast("session", 5_000_000, 60.0, None, None, None), "? too early to tell"),
    (BudgetForecast("session", 5_000_000, 3_600.0, 0, None, None), "nothing spent in the last 1 h"),
    (BudgetForecast("session", 5_000_000, 3_600.0, 9, NOW - 1, None), "✗ reached"),
]


@pytest.mark.parametrize(("forecast", "says"), FORECASTS, ids=[says for _, says in FORECASTS])
async def test_a_forecast_says_what_it_does_not_know(forecast: BudgetForecast, says: str) -> None:
    async with gateway_stage("C", answers={"cost": replace(known.COST, forecasts=(forecast,))}) as app:
        assert says in app.text


async def test_without_a_limit_the_key_that_sets_one_is_named() -> None:
    async with gateway_stage("C", answers={"cost": replace(known.COST, forecasts=())}) as app:
        assert "Q, then b sets one" in app.text


async def test_a_gateway_that_does_not_tell_when_says_so_and_shows_the_sums() -> None:
    async with gateway_stage("C", answers={"cost": known.NOT_TOLD_WHEN}) as app:
        assert "Forecast: not exposed by this gateway" in app.text
        assert dots(app.text) == 0
        assert "$4.10" in app.text


async def test_an_unknown_sum_is_no_zero() -> None:
    unknown = replace(known.COST, total=known.figures(None, 3), providers=(), models=())
    async with gateway_stage("C", answers={"cost": unknown}) as app:
        assert "$?" in line(app, "3 requests")


async def test_a_view_that_is_left_and_found_again_shows_its_age() -> None:
    async with gateway_stage("C", answers=known.ANSWERS) as app:
        await press(app, "H")
        await pass_time(app, 3)
        await press(app, "C")
        assert "3 s ago" in line(app, "mcp-tui gateway cost")


# --- the plot by itself


def curve(*amounts: int, **more) -> SpendCurve:
    steps = tuple(SpendStep(NOW + number * 60, amount) for number, amount in enumerate(amounts))
    return SpendCurve(steps, 60.0, NOW, NOW + 60 * len(amounts), **more)


def texts(of: SpendCurve, width: int = 60, height: int = 10) -> list[str]:
    return ["".join(text for text, _ in row.left) for row in drawn(of, width, height)]


def test_a_bar_is_as_high_as_its_amount() -> None:
    lines = texts(curve(5_000, 10_000, 0, 10_000))
    heights = [sum(ord(text[column]) > BLANK for text in lines[:-1]) for column in (14, 28, 40, 52)]
    assert heights[1] == heights[3] == 9
    assert 4 <= heights[0] <= 5
    assert heights[2] == 0


def test_the_running_total_never_falls_and_ends_at_the_sum() -> None:
    lines = texts(curve(1_000, 0, 3_000, 1_000, running=True))
    tops = [
        next((row for row, text in enumerate(lines[:-1]) if ord(text[column]) > BLANK), 9) for column in range(12, 58)
    ]
    assert tops == sorted(tops, reverse=True)
    assert tops[-1] == 0


def test_a_limit_far_above_is_not_drawn_and_a_near_one_has_its_own_ink() -> None:
    far, near = curve(100, running=True, limit=1_000_000), curve(100, 100, running=True, limit=300)
    assert not far.limit_drawn
    assert near.limit_drawn
    assert "warn" in {ink for row in drawn(near, 60, 10) for _, ink in row.left}
    assert "warn" not in {ink for row in drawn(far, 60, 10) for _, ink in row.left}


@pytest.mark.parametrize(("width", "height"), [(1, 1), (12, 2), (80, 3), (300, 80)])
def test_any_place_can_be_drawn_into(width: int, height: int) -> None:
    assert drawn(curve(1, 2, 3), width, height)
    assert drawn(curve(0, running=True, limit=5), width, height)


@pytest.mark.parametrize(("amount", "top"), [(0, 1), (1, 1), (3, 5), (10, 10), (11, 20), (4_100_000, 5_000_000)])
def test_the_axis_ends_at_a_round_amount(amount: int, top: int) -> None:
    assert nice_above(amount) == top
