"""The five jobs, end to end against fake providers."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.gateway.jobs.rig import Rig, rig
from tests.integration.gateway.remote.omniroute.recorded import omniroute
from tests.unit.gateway.embedded.stage import MemoryStore
from tui.aim import Aim
from tui.domain.completion import Usage
from tui.domain.errors import ConnectError, NotExposedError, RefusedError, UsageError
from tui.domain.gateway import GatewaySpec
from tui.domain.gateway_accounts import ProviderAnswer
from tui.domain.gateway_answers import CombosAnswer, ComboView, HealthAnswer
from tui.domain.gateway_figures import Window
from tui.domain.gateway_jobs import BatchAnswer, BenchmarkAnswer, CheapestAnswer, HealAnswer, HealRule, PostMortemAnswer
from tui.domain.gateway_routing import ExplainAnswer, StepTrial, TestAnswer
from tui.domain.ids import ComboName, ProviderName
from tui.domain.money import Cost, MicroUsd
from tui.domain.text import CleanText
from tui.gateway.contract import Gateway
from tui.gateway.jobs.benchmark import benchmark
from tui.gateway.jobs.heal import Healer
from tui.gateway.jobs.post_mortem import findings, post_mortem
from tui.healing import Healing

DEAR = ProviderName("dear")


class ClosedAim(Aim):
    """Chats that cannot be sent elsewhere."""

    async def set_target(self, target: str) -> None:
        raise RefusedError(f"Nothing goes to {target}.", "Stay where you are.")


async def healed(running: Rig, **arguments: object) -> HealAnswer:
    answer = await running.engine.jobs.operate("heal", arguments)
    assert isinstance(answer, HealAnswer)
    return answer


# --- heal


async def test_healing_a_well_gateway_changes_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        answer = await healed(running)
        assert (answer.done, answer.in_force) == ((), ())
        assert running.engine.parts.room.target == "main"


async def test_an_open_breaker_hastens_fallback_and_moves_the_chats_and_both_are_told(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        await running.engine.gateway.set_target("single")
        await running.engine.gateway.order_breaker(DEAR, "trip")
        running.notices()
        answer = await healed(running)
        assert [(one.kind, one.before, one.after) for one in answer.done] == [
            ("profile", "balanced", "aggressive"),
            ("target", "single", "main"),
        ]
        assert running.engine.parts.room.target == "main"
        told = [text for text in running.notices() if text.startswith("Healing")]
        assert told[0].startswith("Healing: resilience balanced → aggressive (")
        assert told[1].startswith("Healing: chats go to single → main (dear/fake-1:")
        assert (await healed(running)).done == ()


async def test_chats_stay_with_a_chain_that_is_still_the_best(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        await running.engine.gateway.order_breaker(DEAR, "trip")
        assert [one.kind for one in (await healed(running)).done] == ["profile"]
        assert running.engine.parts.room.target == "main"


async def test_what_healing_changed_is_taken_back(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        await running.engine.gateway.set_target("single")
        await running.engine.gateway.order_breaker(DEAR, "trip")
        await healed(running)
        answer = await running.engine.jobs.operate("heal-undo", {})
        assert isinstance(answer, HealAnswer)
        assert [(one.before, one.after) for one in answer.done] == [("main", "single"), ("aggressive", "balanced")]
        assert running.engine.parts.room.target == "single"
        assert (await running.engine.parts.gateway.resilience()).settings.profile == "balanced"


async def test_what_a_person_changed_since_is_left_alone(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        await running.engine.gateway.order_breaker(DEAR, "trip")
        await healed(running)
        await running.engine.gateway.set_target("thrifty/fake-1")
        await running.engine.jobs.operate("heal-undo", {})
        assert running.engine.parts.room.target == "thrifty/fake-1"


async def test_a_later_run_can_take_back_what_an_earlier_one_changed(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        await running.engine.gateway.order_breaker(DEAR, "trip")
        await healed(running)
    async with rig(tmp_path) as running:
        assert (await running.engine.parts.gateway.resilience()).settings.profile == "aggressive"
        await running.engine.jobs.operate("heal-undo", {})
        assert (await running.engine.parts.gateway.resilience()).settings.profile == "balanced"


async def test_a_watch_heals_what_breaks_later_and_ends_with_the_undo(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        assert (await healed(running, watch=True)).done == ()
        assert running.engine.jobs.healing
        await running.engine.gateway.set_target("single")
        await running.engine.gateway.order_breaker(DEAR, "trip")
        await running.engine.parts.healing.look()
        assert running.engine.parts.room.target == "main"
        await running.engine.jobs.operate("heal-undo", {})
        assert not running.engine.jobs.healing
        assert running.engine.parts.room.target == "single"


async def test_what_was_done_before_a_failure_is_told_and_taken_back_too(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        await running.engine.gateway.set_target("single")
        await running.engine.gateway.order_breaker(DEAR, "trip")
        running.notices()
        parts, bus = running.engine.parts, running.engine.bus
        aim = ClosedAim(parts.room, parts.gateway, bus.publish)
        healing = Healing(parts.gateways, aim, MemoryStore(), publish=bus.publish, clock=running.engine.clock)
        with pytest.raises(RefusedError):
            await healing.heal("coding", watch=False)
        assert [text.partition(" (")[0] for text in running.notices() if text.startswith("Healing")] == [
            "Healing: resilience balanced → aggressive"
        ]
        assert [one.kind for one in (await healing.undo()).done] == ["profile"]
        assert (await parts.gateway.resilience()).settings.profile == "balanced"


async def test_what_was_changed_at_one_gateway_is_never_taken_back_at_another(tmp_path: Path) -> None:
    async with (
        omniroute("breaker_open") as fake,
        rig(tmp_path, gateways=(GatewaySpec("omni", "omniroute", fake.url),)) as running,
    ):
        engine = running.engine
        await engine.gateway.order_breaker(DEAR, "trip")
        await healed(running)
        await engine.gateway.use("omni")
        await engine.gateway.operate("resilience", {"profile": "aggressive"})
        orders = len(fake.orders)
        answer = await engine.jobs.operate("heal-undo", {})
        assert isinstance(answer, HealAnswer)
        assert (answer.done, [one.gateway for one in answer.in_force]) == ((), ["embedded"])
        assert "embedded" in answer.note
        assert len(fake.orders) == orders
        await engine.gateway.use("embedded")
        answer = await engine.jobs.operate("heal-undo", {})
        assert isinstance(answer, HealAnswer)
        assert ([one.kind for one in answer.done], answer.in_force) == (["profile"], ())


async def test_healing_says_that_chats_of_a_gateway_outside_are_not_moved(tmp_path: Path) -> None:
    async with (
        omniroute("breaker_open") as fake,
        rig(tmp_path, gateways=(GatewaySpec("omni", "omniroute", fake.url),)) as running,
    ):
        await running.engine.gateway.use("omni")
        assert "Chats stay where they go: omni itself chooses" in (await healed(running)).note
        await running.engine.gateway.use("embedded")
        await running.engine.gateway.order_breaker(DEAR, "trip")
        assert "Chats stay" not in (await healed(running)).note


async def test_healing_does_not_call_a_gateway_well_that_could_not_be_seen(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        unseen = replace(await running.engine.parts.gateway.health(), verdict="unknown")

        class Unseen(Gateway):
            async def health(self) -> HealthAnswer:
                return unseen

            async def combos(self, include_metrics: bool = False) -> CombosAnswer:
                raise NotExposedError("Not told.", "")

        answer = await Healer(HealRule()).heal(Unseen(), running.engine.parts.aim, "coding")
        assert (answer.done, answer.note) == ((), "How it is could not be seen.")


# --- batch


def prompts(tmp_path: Path, count: int) -> str:
    file = tmp_path / "prompts.txt"
    file.write_text("\n\n".join(f"Question {number}" for number in range(count)), encoding="utf-8")
    return str(file)


async def batch(running: Rig, **arguments: object) -> BatchAnswer:
    answer = await running.engine.jobs.operate("batch", arguments)
    assert isinstance(answer, BatchAnswer)
    return answer


async def test_a_batch_is_answered_and_its_cost_is_the_ledgers(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        said: list[str] = []
        file = prompts(tmp_path, 3)
        answer = await running.engine.jobs.operate(
            "batch", {"file": file, "max_cost": 5.0, "model": "backup"}, said.append
        )
        assert isinstance(answer, BatchAnswer)
        assert (answer.prompts, answer.answered) == (3, 3)
        assert [item.content for item in answer.items] == ["thrifty says hello."] * 3
        assert answer.spent.microusd == 3 * (100 + 50 * 2)
        assert said[0].startswith("3 prompts: estimated $")
        assert said[-1].startswith("3 of 3: complete, $")


async def test_an_estimate_sends_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        answer = await batch(running, file=prompts(tmp_path, 3), max_cost=5.0, model="backup", estimate_only=True)
        assert answer.estimate_low_microusd is not None
        assert (answer.items, running.asked) == ((), [])


async def test_a_batch_goes_on_with_a_cheaper_model_when_the_money_runs_short(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        # A single answer of `dear` may cost more than this; thrifty's fit.
        answer = await batch(running, file=prompts(tmp_path, 2), max_cost=0.1, model="dear/fake-1")
        assert [item.model for item in answer.items] == ["thrifty/fake-1"] * 2
        assert answer.answered == 2
        assert (answer.spent.microusd or 0) <= 100_000


async def test_a_batch_that_would_cost_more_than_it_may_is_not_begun(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        with pytest.raises(RefusedError, match=r"about \$0\.8\d+, \$0\.1000 is allowed"):
            await batch(running, file=prompts(tmp_path, 2), max_cost=0.1, model="dear/fake-1", action="block")
        assert running.asked == []


async def test_a_batch_stops_where_the_money_ends(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        answer = await batch(running, file=prompts(tmp_path, 2), max_cost=0.1, model="dear/fake-1", tier="free")
        assert [item.outcome for item in answer.items] == ["failed", "not sent"]
        assert running.asked == []


async def test_a_file_that_is_no_list_of_prompts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(b"\xff\xfe\x00")
    async with rig(tmp_path) as running:
        for name, reason in [("blob", "no UTF-8"), ("missing", "No such file")]:
            with pytest.raises(UsageError, match=reason):
                await batch(running, file=str(tmp_path / name), max_cost=1.0)
        with pytest.raises(UsageError, match="1 to 1,000 prompts"):
            await batch(running, file=prompts(tmp_path, 0), max_cost=1.0)


# --- benchmark


async def test_all_chains_are_ranked_and_the_ranking_is_written(tmp_path: Path) -> None:
    async with rig(tmp_path, broken={"dear"}) as running:
        said: list[str] = []
        written = tmp_path / "ranking.csv"
        answer = await running.engine.jobs.operate("benchmark", {"export": str(written)}, said.append)
        assert isinstance(answer, BenchmarkAnswer)
        assert [(row.rank, row.combo, row.success_rate) for row in answer.rows] == [
            (1, "backup", 1.0),
            (2, "main", 0.5),
            (None, "single", 0.0),
        ]
        assert answer.rows[1].served_by == "thrifty/fake-1"
        assert "503" in answer.rows[1].note
        assert said[0] == "1 of 3: main …"
        with written.open(encoding="utf-8", newline="") as file:
            assert [row["combo"] for row in csv.DictReader(file)] == ["backup", "main", "single"]
        with pytest.raises(UsageError, match="is there already"):
            await running.engine.jobs.operate("benchmark", {"export": str(written)})


async def test_a_ranking_can_be_json_and_stops_at_its_limit(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        written = tmp_path / "ranking.json"
        answer = await running.engine.jobs.operate("benchmark", {"export": str(written), "max_cost": 0.0001})
        assert isinstance(answer, BenchmarkAnswer)
        assert [row.note for row in answer.rows if row.rank is None] == ["not tried: the limit is spent"] * 2
        assert len(json.loads(written.read_text(encoding="utf-8"))["rows"]) == 3


async def test_a_place_that_cannot_be_written_is_told_before_anything_is_paid(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        with pytest.raises(UsageError, match="no directory"):
            await running.engine.jobs.operate("benchmark", {"export": str(tmp_path / "missing" / "ranking.csv")})
        with pytest.raises(UsageError, match="home directory"):
            await running.engine.jobs.operate("benchmark", {"export": "~nobody-is-called-so/ranking.csv"})
        assert running.asked == []


def _trial(cost: Cost) -> TestAnswer:
    step = StepTrial(ProviderName("p"), "m", True, 10, None, cost, Usage())
    return TestAnswer(ComboName("any"), (step,), CleanText("p/m"))


class Chains(Gateway):
    """Two chains whose trials cost what the answers say."""

    def __init__(self, *costs: Cost) -> None:
        self.costs = list(costs)

    async def combos(self, include_metrics: bool = False) -> CombosAnswer:
        return CombosAnswer(tuple(ComboView(ComboName(name), "priority", (), True) for name in "abc"))

    async def test(self, combo: str, prompt: str = "", on_trial: object = None) -> TestAnswer:
        return _trial(self.costs.pop(0))


async def test_a_trial_of_unknown_cost_does_not_lift_the_limit_of_a_benchmark() -> None:
    gateway = Chains(Cost(MicroUsd(2_000_000), "reported"), Cost.unknown(), Cost.unknown())
    answer = await benchmark(gateway, lambda _: None, max_cost=1.0)
    assert [row.note for row in answer.rows if row.rank is None] == ["not tried: the limit is spent"] * 2
    gateway = Chains(Cost.unknown(), Cost(MicroUsd(2_000_000), "reported"), Cost.unknown())
    answer = await benchmark(gateway, lambda _: None, max_cost=1.0)
    assert [row.combo for row in answer.rows if row.rank is None] == ["c"]
    assert answer.spent == Cost.unknown()


# --- post-mortem


async def test_a_post_mortem_is_given_also_where_a_gateway_cannot_say_how_its_providers_are(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        await running.engine.gateway.operate("route", {"model": "main", "messages": "Hi"})
        explained = (await running.engine.gateway.recent_requests(1))[0]

        class Mute(Gateway):
            async def explain(self, request_id: str) -> ExplainAnswer:
                return explained

            async def provider(self, provider: str, window: Window = "day") -> ProviderAnswer:
                raise ConnectError("Nothing listens there.", "Start it.")

        answer = await post_mortem(Mute(), explained.request_id)
        assert (answer.explained, answer.providers) == (explained, ())


async def test_a_post_mortem_names_who_failed_who_answered_and_how_they_are_now(tmp_path: Path) -> None:
    async with rig(tmp_path, broken={"dear"}) as running:
        await running.engine.gateway.operate("route", {"model": "main", "messages": "Hi"})
        answer = await running.engine.jobs.operate("post-mortem", {})
        assert isinstance(answer, PostMortemAnswer)
        assert answer.findings[0] == "main was asked for: chain main (priority)."
        assert any(finding.startswith("Attempt 1, dear/fake-1: failed") for finding in answer.findings)
        assert "thrifty/fake-1 answered after" in answer.findings[-1]
        assert {since.provider for since in answer.providers} == {"dear", "thrifty"}


async def test_what_a_gateway_did_behind_an_answer_is_no_further_attempt(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        await running.engine.gateway.operate("route", {"model": "main", "messages": "Hi"})
        explained = (await running.engine.gateway.recent_requests(1))[0]
        behind = replace(explained.attempts[0], step=CleanText("alpha/fast"), outcome="failed", reason=CleanText("No."))
        told = list(findings(replace(explained, attempts=(*explained.attempts, behind))))
        first, second = told[-3:-1]
        assert first.startswith("Attempt 1, dear/fake-1: answered")
        assert second.startswith("Behind it, alpha/fast: failed")
        assert second.endswith(": No.")


async def test_a_post_mortem_of_nothing_says_so(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        with pytest.raises(UsageError, match="No request was stored yet"):
            await running.engine.jobs.operate("post-mortem", {})


# --- cheapest


async def test_the_cheapest_model_is_the_one_a_request_costs_least_at(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        answer = await running.engine.jobs.operate("cheapest", {"capability": "tools"})
        assert isinstance(answer, CheapestAnswer)
        assert answer.cheapest == "thrifty/fake-1"
        assert [row.request_microusd for row in answer.models] == [1_000 + 2 * 500, 50_000 + 100 * 500]
        await running.engine.gateway.order_breaker(ProviderName("thrifty"), "trip")
        answer = await running.engine.jobs.operate("cheapest", {"capability": "tools"})
        assert isinstance(answer, CheapestAnswer)
        assert answer.cheapest == "dear/fake-1"
        assert answer.models[-1].reason


async def test_a_model_without_room_for_the_request_does_not_count(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        answer = await running.engine.jobs.operate("cheapest", {"prompt_tokens": 40_000})
        assert isinstance(answer, CheapestAnswer)
        assert (answer.models, answer.too_small, answer.cheapest) == ((), 2, "")


async def test_a_model_whose_window_nobody_tells_may_have_room(tmp_path: Path) -> None:
    async with rig(tmp_path, window=None) as running:
        answer = await running.engine.jobs.operate("cheapest", {"prompt_tokens": 10**400})
        assert isinstance(answer, CheapestAnswer)
        assert (answer.cheapest, answer.too_small) == ("thrifty/fake-1", 0)
        assert [row.context_tokens for row in answer.models] == [None, None]


async def test_no_request_has_fewer_than_no_tokens(tmp_path: Path) -> None:
    async with rig(tmp_path) as running:
        with pytest.raises(UsageError, match="fewer than 0"):
            await running.engine.jobs.operate("cheapest", {"prompt_tokens": -5_000})
