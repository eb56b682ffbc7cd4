"""What is installed with the program: exactly what was looked at, and nothing that runs before it was asked to."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCKS = ("requirements.lock", "requirements-dev.lock")
REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==\S+", re.MULTILINE)


def requirements(text: str) -> dict[str, int]:
    """Returns the names that are locked, each with the number of its hashes."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    found = [(REQUIREMENT.match(block), block.count("--hash=sha256:")) for block in blocks]
    return {match[1].lower(): hashes for match, hashes in found if match}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_locked_by_version_and_hash(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    locked = requirements(text)
    assert len(locked) == len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)) > 20
    assert [name for name, hashes in locked.items() if not hashes] == []
    assert requirements("a==1 \\\n    --hash=sha256:00\nb==2\n") == {"a": 1, "b": 0}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_library_that_brings_its_own_gateway_is_not_among_them(lock: str) -> None:
    """C15: one of them stole credentials when it was imported; the embedded gateway needs none."""
    assert "litellm" not in requirements((ROOT / lock).read_text("utf-8"))
