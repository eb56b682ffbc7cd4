"""The jobs, each once: verbs, the palette and their forms follow from this table, as with `gateway/operations.py`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from tui.domain import gateway_jobs as jobs
from tui.domain.completion import TaskType
from tui.domain.gateway_answers import Capability
from tui.domain.operations import Operation, Parameter
from tui.gateway.jobs.benchmark import PROMPT


def _choice(name: str, values: object, help_: str, default: str, label: str = "") -> Parameter:
    return Parameter(name, "choice", help_, "", default=default, choices=get_args(values), label=label)


def _job(name: str, method: str, help_: str, result: type[object], *parameters: Parameter) -> Operation:
    return Operation(name, method, "", (), help_, result, parameters)


_TASK = _choice("task", TaskType, "What the chats are for; it decides which chain is best.", "coding")

JOBS: tuple[Operation, ...] = (
    _job(
        "heal",
        "heal",
        "Something is broken: let others take over sooner, move chats to a chain that works (chains of the gateway in "
        "here; one outside moves by itself). Taken back by heal-undo.",
        jobs.HealAnswer,
        _TASK,
        Parameter("watch", "bool", "Go on watching, and take all back once it is well.", "", default=False),
    ),
    _job("heal-undo", "heal_undo", "Stop watching, and take back what healing changed.", jobs.HealAnswer),
    _job(
        "batch",
        "batch",
        "Have the prompts of a file answered within a budget: estimate, guard, go on cheaper.",
        jobs.BatchAnswer,
        Parameter("file", "str", "A text file, one prompt a line; empty lines are left out.", "", required=True),
        Parameter(
            "max_cost",
            "float",
            "The most the whole batch may cost, in US dollars.",
            "",
            required=True,
            label="limit in $",
        ),
        Parameter("model", "str", "A combo's name, or provider/model; else where chats go.", ""),
        _choice(
            "action",
            Literal["degrade", "block"],
            "Beyond it: go on with a cheaper model, or stop.",
            "degrade",
            "beyond it",
        ),
        _choice("tier", Literal["cheap", "free"], "What takes over with degrade.", "cheap", "go on with"),
        Parameter("estimate_only", "bool", "Send nothing, only say what it would cost.", "", default=False),
    ),
    _job(
        "benchmark",
        "benchmark",
        "Try every chain with a real call to each of its steps, and rank them.",
        jobs.BenchmarkAnswer,
        Parameter("prompt", "str", "What to ask each of them.", "", default=PROMPT),
        Parameter(
            "max_cost", "float", "Try no further chain once this much is spent, in US dollars.", "", label="limit in $"
        ),
        Parameter("export", "str", "Write the ranking into this new file: .csv or .json.", ""),
    ),
    _job(
        "post-mortem",
        "post_mortem",
        "Why a request went where it went, and how those who had a part in it are now.",
        jobs.PostMortemAnswer,
        Parameter("request_id", "str", "The request's id; else the newest.", "", default=""),
    ),
    _job(
        "cheapest",
        "cheapest",
        "The cheapest models that can do something, by what a request would cost there.",
        jobs.CheapestAnswer,
        _choice("capability", Capability, "What it must be able to do.", "chat"),
        Parameter("prompt_tokens", "int", "Tokens of the prompt.", "", default=1_000),
        Parameter("output_tokens", "int", "Tokens of the answer.", "", default=500),
    ),
)

JOB_BY_NAME: Mapping[str, Operation] = MappingProxyType({job.name: job for job in JOBS})
