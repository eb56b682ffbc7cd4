"""Answers of the gateway through the installed command: tables for people, everything for programs."""

import pytest

from tests.integration.cli.program import Program


@pytest.mark.parametrize(
    ("words", "headings"),
    [
        (("gateway", "health"), "provider breaker failures to probe credential rate limit age"),
        (("gateway", "models"), "model context in $/M out $/M tools vision usable age"),
    ],
)
async def test_a_table_says_aside_that_json_has_more(program: Program, words: tuple[str, ...], headings: str) -> None:
    done = await program.run(*words, "--demo")
    assert done.code == 0, done.err
    assert headings in [" ".join(line.split()) for line in done.out.splitlines()]
    assert "--json" in done.err
    assert "·" not in done.out


async def test_a_table_that_leaves_nothing_out_says_nothing(program: Program) -> None:
    done = await program.run("job", "cheapest", "--demo")
    assert "model request in $/M out $/M context usable" in [" ".join(line.split()) for line in done.out.splitlines()]
    assert "--json" not in done.err
