"""The database file under faults: damage, newer schemas, crashes, rivals, full disks."""

import asyncio
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tui.domain.errors import StorageError
from tui.storage.database import Database
from tui.storage.opening import use_wal
from tui.storage.schema import Migration, migrate, migrations, version_of

NEVER_WRITTEN_BY_SQLITE = b"\xa5" * 4096


async def make(path: Path, rows: int = 0) -> None:
    """Leaves a closed database with some documents in it."""
    database = await Database.open(path)
    for number in range(rows):
        await put(database, str(number), "x" * 500)
    await database.close()


async def put(database: Database, key: str, text: str) -> None:
    await database.write(lambda c: c.execute("INSERT INTO documents (key, document) VALUES (?, ?)", (key, text)))


async def keys(database: Database) -> set[str]:
    rows = await database.read(lambda c: c.execute("SELECT key FROM documents").fetchall())
    return {row[0] for row in rows}


def child(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
    )


async def test_a_new_database_is_open_to_its_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "home" / "data" / "db"
    before = os.umask(0)
    try:
        database = await Database.open(path)
        await put(database, "a", "b")
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
        await database.close()
    finally:
        os.umask(before)
    assert modes == {"db": 0o600, "db-wal": 0o600, "db-shm": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.parent.parent.stat().st_mode & 0o777 == 0o700


async def test_a_file_opened_up_by_somebody_is_closed_again(tmp_path: Path) -> None:
    path = tmp_path / "db"
    await make(path)
    path.chmod(0o644)
    await (await Database.open(path)).close()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("damage", ["no database at all", "a page overwritten", "cut in half"])
async def test_a_damaged_file_is_kept_aside_and_a_new_one_started(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "db"
    await make(path, rows=200)
    content = path.read_bytes()
    damaged = {
        "no database at all": b"not a database " * 1000,
        "a page overwritten": content[:8192] + NEVER_WRITTEN_BY_SQLITE * 8 + content[8192 + 4096 * 8 :],
        "cut in half": content[: len(content) // 2],
    }[damage]
    path.write_bytes(damaged)
    database = await Database.open(path)
    assert "damaged" in database.notice
    assert ".recover" in database.hint
    assert await keys(database) == set()
    await put(database, "new", "text")
    await database.close()
    kept = [
        file for file in tmp_path.iterdir() if ".damaged-" in file.name and not file.name.endswith(("-wal", "-shm"))
    ]
    assert [file.read_bytes() for file in kept] == [damaged]


async def test_a_sound_database_is_opened_without_a_notice(tmp_path: Path) -> None:
    await make(tmp_path / "db", rows=3)
    database = await Database.open(tmp_path / "db")
    assert database.notice == ""
    assert await keys(database) == {"0", "1", "2"}
    await database.close()


async def test_a_newer_schema_is_read_but_never_written(tmp_path: Path) -> None:
    path = tmp_path / "db"
    await make(path, rows=1)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    database = await Database.open(path)
    assert await keys(database) == {"0"}
    with pytest.raises(StorageError, match="newer") as refused:
        await put(database, "1", "x")
    assert "Update" in refused.value.hint
    await database.close()
    assert path.exists()
    assert [file.name for file in tmp_path.iterdir() if "damaged" in file.name] == []


async def test_what_a_read_writes_is_undone(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "db")
    await database.read(lambda c: c.execute("INSERT INTO documents (key, document) VALUES ('a', 'b')"))
    assert await keys(database) == set()
    await database.close()


async def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "db")

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO documents (key, document) VALUES ('a', 'b')")
        connection.execute("INSERT INTO no_such_table VALUES (1)")

    with pytest.raises(StorageError):
        await database.write(half)
    await put(database, "c", "d")
    assert await keys(database) == {"c"}
    await database.close()


async def test_a_write_is_carried_out_even_if_its_caller_is_cancelled(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "db")
    tasks = [asyncio.create_task(put(database, str(number), "x")) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await keys(database) == {str(number) for number in range(20)}
    await database.close()


async def test_a_closed_database_says_so(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "db")
    await database.close()
    await database.close()
    with pytest.raises(StorageError, match="closed"):
        await keys(database)


async def test_a_place_where_nothing_can_be_written_is_a_storage_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(StorageError) as refused:
        await Database.open(blocked / "db")
    assert refused.value.hint


def test_an_interrupted_migration_leaves_the_old_schema_and_can_be_repeated(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "db", isolation_level=None)
    good = Migration(1, "CREATE TABLE one (a);\nCREATE TABLE two (a);\n")
    broken = Migration(2, "CREATE TABLE three (a);\nCREATE TABLE one (a);\n")
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, [good, broken])
    assert (version_of(connection), connection.execute("SELECT name FROM sqlite_master").fetchall()) == (0, [])
    migrate(connection, [good])
    migrate(connection, [good, Migration(2, "CREATE TABLE three (a);\n")])
    assert version_of(connection) == 2
    connection.close()


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [step.version for step in migrations()] == list(range(1, len(migrations()) + 1))


WRITER = """
import asyncio, sys
from pathlib import Path
from tui.storage.database import Database

async def main(path, name, count):
    database = await Database.open(Path(path))
    for number in range(int(count)):
        key = f"{name}-{number}"
        await database.write(lambda c: c.execute("INSERT INTO documents VALUES (?, ?)", (key, "x" * 300)))
        print(key, flush=True)
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_killed_process_loses_no_row_it_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "db"
    acknowledged: set[str] = set()
    for round_number in range(6):
        process = child(WRITER, str(path), f"round{round_number}", "1000000")
        assert process.stdout
        for _ in range(1 + 37 * round_number):
            acknowledged.add(process.stdout.readline().strip())
        process.send_signal(signal.SIGKILL)
        acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
        process.wait()
        process.stdout.close()
    database = await Database.open(path)
    assert database.notice == ""
    assert acknowledged <= await keys(database)
    await database.close()


async def test_processes_that_open_and_write_at_once_never_find_the_database_locked(tmp_path: Path) -> None:
    path = tmp_path / "db"
    processes = [child(WRITER, str(path), f"writer{number}", "60") for number in range(4)]
    codes = [await asyncio.to_thread(process.wait) for process in processes]
    for process in processes:
        assert process.stdout
        process.stdout.close()
    database = await Database.open(path)
    assert codes == [0, 0, 0, 0]
    assert len(await keys(database)) == 240
    await database.close()


def test_a_rival_in_the_way_of_the_write_ahead_log_is_waited_for(tmp_path: Path) -> None:
    """SQLite may answer "locked" at once, without waiting, when two open a new database together."""
    rival, connection = (
        sqlite3.connect(tmp_path / "db", timeout=0, isolation_level=None, check_same_thread=False) for _ in range(2)
    )
    rival.execute("CREATE TABLE one (a)")
    rival.execute("BEGIN")
    rival.execute("SELECT * FROM one").fetchall()
    attempts: list[str] = []

    def leave_before_the_second(statement: str) -> None:
        attempts.append(statement)
        if len(attempts) == 2:
            rival.execute("ROLLBACK")

    connection.set_trace_callback(leave_before_the_second)
    use_wal(connection)
    assert len(attempts) == 2
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    rival.close()


FILLER = """
import asyncio, resource, sys
from pathlib import Path
from tui.domain.errors import StorageError
from tui.storage.database import Database

async def main(path):
    database = await Database.open(Path(path))
    put = lambda key, text: database.write(lambda c: c.execute("INSERT INTO documents VALUES (?, ?)", (key, text)))
    await put("before", "x")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    try:
        await put("huge", "x" * 2_000_000)
    except StorageError as error:
        print(error.hint)
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await put("after", "x")
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs a file size limit")
async def test_a_full_disk_is_told_and_the_database_goes_on_when_there_is_room_again(tmp_path: Path) -> None:
    process = child(FILLER, str(tmp_path / "db"))
    said, _ = await asyncio.to_thread(process.communicate)
    assert process.returncode == 0
    assert "disk space" in said
    database = await Database.open(tmp_path / "db")
    assert database.notice == ""
    assert await keys(database) == {"before", "after"}
    await database.close()
