"""Kinds of work: what each asks of a model, what it is worth to wait or pay for, and the words a role begins with."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tui.domain.completion import TaskType
from tui.domain.text import CleanText


@dataclass(frozen=True, slots=True)
class Weights:
    """What each factor of a score counts; together 1."""

    health: float = 0.30
    quota: float = 0.10
    cost: float = 0.20
    latency: float = 0.20
    fitness: float = 0.20


@dataclass(frozen=True, slots=True)
class Task:
    """What one kind of work asks for."""

    window_tokens: int
    """A window this large holds what such work usually needs to see."""
    needs_tools: bool
    name_hints: tuple[str, ...]
    """What the names of models made for it usually hold."""
    weights: Weights
    role: CleanText
    """The system message of a request in this role."""


ANY_TASK = Weights()
"""How a request is weighed that names no kind of work."""

_THOROUGH = Weights(health=0.25, quota=0.10, cost=0.15, latency=0.10, fitness=0.40)
_BRISK = Weights(health=0.25, quota=0.10, cost=0.20, latency=0.15, fitness=0.30)
_CODE = ("code", "coder", "codestral", "devstral")
_THOUGHT = ("reason", "think", "r1", "o3", "o4")

TASKS: Mapping[TaskType, Task] = MappingProxyType(
    {
        "coding": Task(
            64_000,
            True,
            _CODE,
            _BRISK,
            CleanText("You write code. Answer with working code first; keep explanations short and name assumptions."),
        ),
        "review": Task(
            128_000,
            False,
            _CODE,
            _THOROUGH,
            CleanText(
                "You review work. Name each fault with its place, why it matters and how to mend it, worst first."
            ),
        ),
        "planning": Task(
            64_000,
            False,
            _THOUGHT,
            _THOROUGH,
            CleanText(
                "You plan. Give ordered steps, what each depends on, its risks, and how one sees that it is done."
            ),
        ),
        "analysis": Task(
            128_000,
            False,
            _THOUGHT,
            _THOROUGH,
            CleanText("You analyse. Tell facts from guesses, show how you concluded, and say what is not known."),
        ),
        "debugging": Task(
            128_000,
            True,
            (*_CODE, *_THOUGHT),
            _THOROUGH,
            CleanText("You find faults. Name the most likely cause with its evidence, and the next check to make."),
        ),
        "documentation": Task(
            32_000,
            False,
            (),
            _BRISK,
            CleanText("You write documentation. Be plain, exact and short, and write for the reader who is new to it."),
        ),
    }
)


def weights_for(task: TaskType | None) -> Weights:
    """Returns how the factors are weighed for a kind of work."""
    return TASKS[task].weights if task else ANY_TASK
