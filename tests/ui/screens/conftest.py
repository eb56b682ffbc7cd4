"""What several of these tests need."""

import contextlib

import pytest


@pytest.fixture
def in_tmp_path(tmp_path):
    """The working directory, where a person's files are written, is an empty one."""
    with contextlib.chdir(tmp_path):
        yield tmp_path
