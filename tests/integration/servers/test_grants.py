"""Grants and keys on disk: shared by all our processes, and forgotten when a person signs out."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui.config.grants import GrantFile
from tui.config.paths import Paths
from tui.domain.grants import Grant

SAVES = 40
SAVER = """
import asyncio, sys
from pathlib import Path
from tui.config.grants import GrantFile
from tui.config.paths import Paths
from tui.domain.grants import Grant

async def main():
    store = GrantFile(Paths(*[Path(sys.argv[1]) / name for name in "cds"]))
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(sys.argv[3])):
        await store.save(Grant(f"https://{sys.argv[2]}-{number}.invalid/mcp", "i", {"access_token": "t"}))

asyncio.run(main())
"""


def paths(home: Path) -> Paths:
    return Paths(*(home / name for name in "cds"))


KEY_SAVER = """
import sys
from pathlib import Path
from tui.config.keys import KeyFinder
from tui.config.paths import Paths

finder = KeyFinder(Paths(*[Path(sys.argv[1]) / name for name in "cds"]), {})
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    finder.store_key(f"https://{sys.argv[2]}-{number}.invalid/v1", "a key", in_file=True)
"""


def saver(program: str, home: Path, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, str(home), name, str(SAVES)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("program", "file"), [(SAVER, "d/sign-ins.json"), (KEY_SAVER, "c/keys.json")])
def test_two_processes_that_save_at_the_same_time_lose_nothing(tmp_path: Path, program: str, file: str) -> None:
    savers = [saver(program, tmp_path, "one"), saver(program, tmp_path, "two")]
    for process in savers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in savers:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait(60) for process in savers] == [0, 0]
    for process in savers:
        process.communicate()
    assert len(json.loads((tmp_path / file).read_text())) == 2 * SAVES


async def test_a_grant_that_is_forgotten_leaves_the_others(tmp_path: Path) -> None:
    store = GrantFile(paths(tmp_path))
    for resource in ("https://a.invalid/mcp", "https://b.invalid/mcp"):
        await store.save(Grant(resource, "i", {"access_token": "t"}))
    assert await store.forget("https://a.invalid/mcp")
    assert await store.load("https://a.invalid/mcp") is None
    assert await store.load("https://b.invalid/mcp") is not None
    assert not await store.forget("https://a.invalid/mcp")


@pytest.mark.skipif(os.name != "posix", reason="the other holder is written for flock")
async def test_a_lock_that_is_never_let_go_does_not_keep_a_grant_from_being_kept(tmp_path: Path) -> None:
    store = GrantFile(paths(tmp_path), lock_wait_s=0.05)
    (tmp_path / "s" / "locks").mkdir(parents=True)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl,sys,time; f=open(sys.argv[1],'a'); fcntl.flock(f, fcntl.LOCK_EX); print('held',flush=True);"
            "sys.stdin.read()",
            str(tmp_path / "s" / "locks" / "sign-ins"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert await asyncio.to_thread(holder.stdout.readline) == "held\n"  # type: ignore[union-attr]
    await store.save(Grant("https://a.invalid/mcp", "i", {"access_token": "t"}))
    holder.communicate("")
    assert await store.load("https://a.invalid/mcp") is not None
