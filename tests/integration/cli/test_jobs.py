"""The jobs through the installed command: the answer on stdout, the way there on stderr."""

import asyncio
import json
import signal
from pathlib import Path

from tests.integration.cli.program import Program


async def test_a_batch_tells_its_steps_on_stderr_and_its_answer_on_stdout(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "prompts.txt"
    file.write_text("Say hello.\nSay goodbye.\n", encoding="utf-8")
    done = await program.run("job", "batch", str(file), "1.00", "--demo", "--json")
    assert done.code == 0, done.err
    assert (done.document["prompts"], done.document["answered"]) == (2, 2)
    assert "2 of 2: complete" in done.err


async def test_a_ranking_goes_into_a_file(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "ranking.json"
    done = await program.run("job", "benchmark", "--export", str(file), "--demo")
    assert done.code == 0, done.err
    assert f"written  {file}" in done.out
    assert {row["combo"] for row in json.loads(file.read_text(encoding="utf-8"))["rows"]} >= {"main", "smart"}


async def test_a_missing_value_is_told_with_the_usage(program: Program) -> None:
    done = await program.run("job", "batch", "prompts.txt", "--demo")
    assert done.code == 2
    assert "needs max_cost" in done.err
    assert "Usage: mcp-tui job batch FILE MAX_COST" in done.err


async def test_a_watch_goes_on_until_it_is_interrupted(program: Program) -> None:
    process = await program.start("job", "heal", "--watch", "true", "--demo")
    assert process.stderr is not None
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while not (await process.stderr.readline()).startswith(b"Watching."):
            pass
        process.send_signal(signal.SIGINT)
        out, _ = await process.communicate()
    assert process.returncode == 130
    assert b"verdict" in out
