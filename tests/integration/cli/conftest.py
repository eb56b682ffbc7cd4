"""A program with a fresh home."""

from pathlib import Path

import pytest

from tests.integration.cli.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)
