"""When a budget is reached at the pace of late, from what the ledger has and nothing else."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tui.domain.gateway_accounts import BudgetScope, SpendStep
from tui.gateway.embedded.answers.spending import DAY_S, HOUR_S, forecast, period_end

NOON = datetime(2026, 7, 15, 12, tzinfo=UTC).timestamp()


@dataclass(frozen=True)
class Case:
    """Spent so far, the charges of late as (seconds ago, micro-dollars), and what follows."""

    name: str
    scope: BudgetScope
    limit: int
    spent: int
    late: tuple[tuple[float, int], ...]
    per_hour: int | None
    reached_in_s: float | None
    expected: int | None = None


CASES = (
    Case("at this pace", "session", 1_000, 600, ((HOUR_S, 100), (60, 100)), 200, 2 * HOUR_S),
    Case("the period ends first", "day", 10_000, 600, ((HOUR_S, 100), (60, 100)), 200, None, 600 + 12 * 200),
    Case("within the day", "day", 1_000, 600, ((HOUR_S, 100), (60, 100)), 200, 2 * HOUR_S, 600 + 12 * 200),
    Case("nothing of late", "day", 1_000, 600, (), 0, None, 600),
    Case("began ten minutes ago", "session", 1_000, 100, ((600, 100),), 600, 1.5 * HOUR_S),
    Case("it is too early to tell", "session", 1_000, 100, ((60, 100),), None, None),
    Case("idle, then one charge", "session", 1_000, 500, ((60, 100),), 100, 5 * HOUR_S),
    Case("already reached", "session", 1_000, 1_200, ((HOUR_S, 100),), 100, 0.0),
    Case("reached at once", "session", 100, 100, ((30, 100),), None, 0.0),
    Case("a month by its week", "month", 10_000, 7_000, ((7 * DAY_S, 700),), 4, None, 7_000 + round(700 / 7 * 16.5)),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_forecast_goes_on_at_the_pace_of_late(case: Case) -> None:
    steps = [SpendStep(NOON - ago, amount) for ago, amount in case.late]
    found = forecast(case.scope, case.limit, case.spent, steps, NOON)
    assert found.per_hour_microusd == case.per_hour
    assert found.expected_microusd == case.expected
    if case.reached_in_s is None:
        assert found.reached_at is None
    else:
        assert found.reached_at == pytest.approx(NOON + case.reached_in_s)


def test_periods_end_with_the_calendar_in_utc() -> None:
    assert period_end("session", NOON) is None
    assert period_end("day", NOON) == datetime(2026, 7, 16, tzinfo=UTC).timestamp()
    assert period_end("month", NOON) == datetime(2026, 8, 1, tzinfo=UTC).timestamp()
    assert (
        period_end("month", datetime(2026, 12, 31, tzinfo=UTC).timestamp())
        == datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    )
