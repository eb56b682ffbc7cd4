"""M42: what a killed run left behind is ended by the next one, and nothing else is."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.mcp_host import hosting, stdio_spec
from tests.integration.servers.living import gone
from tui.servers.transports.orphans import ChildBook, ProcessMark, mark_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="start times are read from /proc")
SLEEP = [sys.executable, "-S", "-E", "-c", "import time; time.sleep(60)"]


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(SLEEP, start_new_session=True)
    yield process
    process.kill()
    process.wait()


def dead_run() -> ProcessMark:
    """A run that is no more."""
    gone = subprocess.Popen(SLEEP)
    mark = mark_of(gone.pid)
    gone.kill()
    gone.wait()
    assert mark is not None
    return mark


def book_of(owner: ProcessMark, directory: Path, *children: ProcessMark) -> None:
    directory.mkdir(exist_ok=True)
    (directory / str(owner)).write_text("".join(f"{child}\n" for child in children))


def marked(process: subprocess.Popen[bytes]) -> ProcessMark:
    mark = mark_of(process.pid)
    assert mark is not None
    return mark


def test_a_server_of_a_dead_run_is_ended(child: subprocess.Popen[bytes], tmp_path: Path) -> None:
    book_of(dead_run(), tmp_path, marked(child))
    assert ChildBook(tmp_path).reap() == 1
    assert child.wait(10) == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_only_has_the_number_lives_on(child: subprocess.Popen[bytes], tmp_path: Path) -> None:
    mark = marked(child)
    book_of(dead_run(), tmp_path, ProcessMark(mark.pid, mark.started - 1))
    assert ChildBook(tmp_path).reap() == 0
    assert child.poll() is None


def test_a_server_of_a_living_run_lives_on(child: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """M52."""
    owner = mark_of(os.getppid())
    assert owner is not None
    book_of(owner, tmp_path, marked(child))
    assert ChildBook(tmp_path).reap() == 0
    assert child.poll() is None
    assert len(list(tmp_path.iterdir())) == 1


def test_a_damaged_book_ends_nobody(child: subprocess.Popen[bytes], tmp_path: Path) -> None:
    book_of(dead_run(), tmp_path)
    (tmp_path / "rubbish").write_text(f"{child.pid}\n-\n1-1\n{child.pid}-x\n0-0\n")
    assert ChildBook(tmp_path).reap() == 0
    assert child.poll() is None


async def test_a_daemon_of_a_server_of_a_killed_run_is_ended_by_the_next_run(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tests.fakes.mcp_host import hosting, stdio_spec\n"
        "from tui.servers.transports.orphans import ChildBook\n"
        "async def main():\n"
        "    book = ChildBook(Path(sys.argv[1]) / 'book')\n"
        "    async with hosting([stdio_spec('s', 'daemon', sys.argv[1] + '/note')], children=book):\n"
        "        print('ready', flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    ours = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert ours.stdout is not None
    assert await ours.stdout.readline() == b"ready\n"
    daemon = mark_of(int((tmp_path / "note").read_text()))
    assert daemon is not None
    ours.kill()
    await ours.wait()
    assert mark_of(daemon.pid) == daemon
    assert ChildBook(tmp_path / "book").reap() >= 1
    await gone(daemon.pid)


async def test_a_run_notes_its_servers_and_forgets_them_when_it_ends_well(tmp_path: Path) -> None:
    async with hosting([stdio_spec("s", "good")], children=ChildBook(tmp_path)) as host:
        (book,) = tmp_path.iterdir()
        assert book.read_text().startswith(f"{host.status('s').pid}-")
    assert list(tmp_path.iterdir()) == []
