"""What the client's integration tests share."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture
def environ() -> Iterator[dict[str, str]]:
    """The process's own environment, put back as it was."""
    before = dict(os.environ)
    yield os.environ  # type: ignore[misc]
    os.environ.clear()
    os.environ.update(before)
