"""The official conformance suite judges the serving half, with tools, resources and prompts of a fixture in it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.conformance import REQUIREMENTS, judge, needs_npx

START_LIMIT_S = 60

pytestmark = [pytest.mark.npm, needs_npx]


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """Where everything is served."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.serve.everything"),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_LIMIT_S):
            line = await process.stdout.readline()
        yield json.loads(line)["mcp"]
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("requirements", REQUIREMENTS)
async def test_the_serving_half_meets_the_requirements_of(requirements: str, url: str, tmp_path: Path) -> None:
    await judge("server", "--url", url, requirements=requirements, results=tmp_path / "results")
