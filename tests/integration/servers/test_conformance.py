"""The official conformance suite judges the host."""

import sys
from pathlib import Path

import pytest

from tests.integration.conformance import REQUIREMENTS, judge, needs_npx

pytestmark = [pytest.mark.npm, needs_npx]


@pytest.mark.parametrize("requirements", REQUIREMENTS)
async def test_the_host_meets_the_requirements_of(requirements: str, tmp_path: Path) -> None:
    await judge(
        *("client", "--command", f"{sys.executable} -m tui conformance-client"),
        requirements=requirements,
        results=tmp_path / "results",
        environ={"MCP_TUI_HOME": str(tmp_path / "home")},
    )
