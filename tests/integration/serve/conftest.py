"""A house of one endpoint that says hello, served over HTTP; and the installed command."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.llm_endpoint import LlmEndpoint, say
from tests.integration.cli.program import Program
from tests.integration.serve.served import Served, served


@pytest.fixture
async def endpoint() -> AsyncIterator[LlmEndpoint]:
    async with LlmEndpoint(lambda seen: say("Hello.")) as endpoint:
        yield endpoint


@pytest.fixture
async def house(tmp_path: Path, endpoint: LlmEndpoint) -> AsyncIterator[Served]:
    async with served(tmp_path, {"a": endpoint}) as house:
        yield house


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)
