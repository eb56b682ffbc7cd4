"""The jobs people do with the gateway in use, by name; `gateway/jobs/table.py` lists them."""

import asyncio
import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.domain.errors import UsageError
from tui.domain.jsonable import json_text
from tui.domain.text import CleanText, clean_line

if TYPE_CHECKING:
    from tui.assembly import Assembly
    from tui.domain.completion import TaskType
    from tui.domain.gateway_answers import Capability
    from tui.domain.gateway_jobs import BatchAnswer, BenchmarkAnswer, CheapestAnswer, HealAnswer, PostMortemAnswer
    from tui.domain.operations import Operation

Progress = Callable[[CleanText], None]
MOST_BYTES = 1_000_000


class JobOrders:
    """Every order raises McpTuiError with a hint when it cannot be carried out."""

    def __init__(self, parts: "Callable[[], Assembly]") -> None:
        self._parts = parts

    def operations(self) -> "Sequence[Operation]":
        """Returns the jobs, in the table's order."""
        from tui.gateway.jobs.table import JOBS  # not needed before the first paint

        return JOBS

    async def operate(self, name: str, arguments: Mapping[str, Any], progress: Progress | None = None) -> object:
        """Does a job by name and returns its answer, a dataclass; `progress` is told of each step of a long one."""
        from tui.gateway.jobs.table import JOB_BY_NAME

        job = JOB_BY_NAME[name]
        method = getattr(self, f"_{job.method}")
        return await method(progress or _unheard, **arguments)

    async def known_values(self, parameter: str) -> Sequence[str]:
        """Returns what a job's parameter of that name may be called with; empty when anything may."""
        return await self._parts().gateways.current.known_values(parameter)

    @property
    def healing(self) -> bool:
        """Whether breakers are watched and healed."""
        return self._parts().healing.watching

    # --- one method a row of the table

    async def _heal(self, _: Progress, task: "TaskType" = "coding", watch: bool = False) -> "HealAnswer":
        return await self._parts().healing.heal(task, watch=watch)

    async def _heal_undo(self, _: Progress) -> "HealAnswer":
        return await self._parts().healing.undo()

    async def _batch(self, progress: Progress, file: str, model: str = "", **more: Any) -> "BatchAnswer":
        from tui.gateway.jobs.batch import Batch, run_batch

        parts = self._parts()
        prompts = await asyncio.to_thread(read_prompts, Path(file))
        return await run_batch(parts.gateways.current, Batch(prompts, model or parts.room.target, **more), progress)

    async def _benchmark(self, progress: Progress, export: str = "", **more: Any) -> "BenchmarkAnswer":
        from tui.gateway.jobs.benchmark import benchmark

        place = _new_place(export) if export else None
        answer = await benchmark(self._parts().gateways.current, progress, **more)
        if place is None:
            return answer
        await asyncio.to_thread(_write, place, answer)
        return replace(answer, written=clean_line(place, 200))

    async def _post_mortem(self, _: Progress, request_id: str = "") -> "PostMortemAnswer":
        from tui.gateway.jobs.post_mortem import post_mortem

        return await post_mortem(self._parts().gateways.current, request_id)

    async def _cheapest(self, _: Progress, capability: "Capability" = "chat", **sizes: int) -> "CheapestAnswer":
        from tui.gateway.jobs.cheapest import cheapest

        return await cheapest(self._parts().gateways.current, capability, **sizes)


def _unheard(_: CleanText) -> None:
    """Nobody follows."""


def read_prompts(path: Path) -> list[str]:
    """Returns the lines of a file that are not empty. Raises UsageError when it cannot be read as text."""
    try:
        with path.expanduser().open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        lines = data.decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise UsageError(f"Cannot read {path}: {reason}.", "Name a text file with one prompt a line.") from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB.", "Split it.")
    return [line.strip() for line in lines if line.strip()]


def _new_place(name: str) -> Path:
    """Looked at before a benchmark is paid for. Raises UsageError."""
    try:
        path = Path(name).expanduser()
    except RuntimeError as error:
        raise UsageError(f"{name}: there is no such home directory.", "Write the directory out.") from error
    if path.suffix not in (".csv", ".json"):
        raise UsageError(f"{name} says no form.", "Let it end in .csv or .json.")
    if path.exists():
        raise UsageError(f"{name} is there already.", "Give a new name; nothing is written over.")
    if not path.parent.is_dir():
        raise UsageError(f"There is no directory {path.parent}.", "Make it, or choose another.")
    return path


def _write(path: Path, answer: "BenchmarkAnswer") -> None:
    text = json_text(answer, indent=2) if path.suffix == ".json" else _csv(answer)
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(
            f"Cannot write {path}: {error.strerror}.", "What each chain answered was told on the way."
        ) from error


def _csv(answer: "BenchmarkAnswer") -> str:
    if not answer.rows:
        return ""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow([field.name for field in fields(answer.rows[0])])
    rows.writerows([["" if cell is None else _plain(cell) for cell in astuple(row)] for row in answer.rows])
    return out.getvalue()


def _plain(cell: object) -> object:
    """A text that a spreadsheet would take for a formula is led by an apostrophe. Source: OWASP, CSV Injection."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell
