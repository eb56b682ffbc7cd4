"""The log is private, bounded and without secrets, and reaches the screen from any thread."""

import asyncio
import json
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.events import Logged
from tui.logs import MASK, JsonLines, Logging, PrivateFile, Redactor, redact

CANARY = "Zx9canary7Qw8secret"
SECRETS = [
    f"Authorization: Bearer {CANARY}",
    f"authorization: Basic {CANARY}==",
    f'{{"api_key": "{CANARY}"}}',
    f"{{'Authorization': 'Bearer {CANARY}'}}",
    f'"{{\\"access_token\\": \\"{CANARY}\\"}}"',
    f"GROQ_API_KEY={CANARY}",
    f"password = {CANARY}",
    f"client_secret: '{CANARY}'",
    f"https://host/path?token={CANARY}&x=1",
    f"postgres://user:{CANARY}@host/db",
    f"https://{CANARY}@host/",
    f"sk-{CANARY}",
    f"sk-or-v1-{CANARY}",
    f"ghp_{CANARY}",
    f"mtk_430112da8e55_{CANARY}",
    f"eyJhbGciOiJIUzI1NiJ9.{CANARY}.{CANARY}",
    f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----",
    f"-----BEGIN PRIVATE KEY-----\n{CANARY}",
]
HARMLESS = [
    "912 input tokens, 81 output tokens",
    "files.read_text_file path=a.log 132 ms",
    "https://api.groq.com/openai/v1/chat/completions 200",
    "the key is missing: set GROQ_API_KEY",
    "task-runner and risk-assessment",
    "mail to a@b.example",
]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Logging]:
    with Logging(tmp_path, Redactor()) as log:
        yield log


def lines(directory: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (directory / "mcp-tui.log").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("text", SECRETS)
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    assert CANARY not in redact(text)
    assert MASK in redact(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert redact(text) == text


def test_masking_takes_no_longer_for_a_long_word() -> None:
    # Looking back over the word from each of its letters would take hours.
    word = "tokenized-" * 30_000
    assert redact(f"{word} {word}password=hunter2") == f"{word} {word}password={MASK}"


@given(st.text(st.characters(), max_size=200))
def test_masking_twice_masks_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)


def test_a_secret_that_was_told_is_masked_wherever_it_stands() -> None:
    redactor = Redactor()
    for secret in ("correct horse", "correct horse battery", "abc"):
        redactor.remember(secret)
    assert redactor.redact("xcorrect horse battery, correct horse, abc") == f"x{MASK}, {MASK}, abc"


def test_lines_are_json_clean_and_one_a_record(tmp_path: Path, log: Logging) -> None:
    logging.getLogger("tui.test").warning("first\nsecond \x1b[2J %s", f"token={CANARY}")
    [line] = lines(tmp_path)
    assert (line["level"], line["source"], line["text"]) == (
        "warning",
        "tui.test",
        f"first\nsecond ␛[2J token={MASK}",
    )
    assert "\x1b" not in (tmp_path / "mcp-tui.log").read_text("utf-8")


def test_an_exception_is_logged_with_its_places_and_without_its_values(tmp_path: Path, log: Logging) -> None:
    def fail(local: str) -> None:
        raise ValueError(f"no good: api_key={local}")

    try:
        fail(CANARY)
    except ValueError:
        logging.getLogger("tui.test").exception("it failed")
    text = str(lines(tmp_path)[0]["text"])
    assert "ValueError: no good" in text
    assert "in fail" in text
    assert CANARY not in text


def test_a_record_that_cannot_be_formatted_is_still_logged() -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "%d of %d", ("x",), None)
    assert json.loads(JsonLines(Redactor()).format(record))["text"] == "%d of %d"


def test_files_are_private_and_rotate(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        file = PrivateFile(tmp_path / "log", maxBytes=1_000, backupCount=2)
        for number in range(100):
            file.emit(logging.LogRecord("x", logging.INFO, "", 0, f"{number} " + "x" * 90, None, None))
        file.close()
    finally:
        os.umask(before)
    files = {path.name: path.stat() for path in tmp_path.iterdir()}
    assert set(files) == {"log", "log.1", "log.2"}
    assert {status.st_mode & 0o777 for status in files.values()} == {0o600}
    assert all(status.st_size <= 1_000 for status in files.values())


def test_a_log_that_cannot_be_written_stays_silent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    file = PrivateFile("/dev/full", maxBytes=0)
    file.emit(logging.LogRecord("x", logging.INFO, "", 0, "lost", None, None))
    assert capsys.readouterr().err == ""


def test_libraries_are_heard_only_when_something_is_wrong(tmp_path: Path, log: Logging) -> None:
    logging.getLogger("httpx").info("GET /")
    logging.getLogger("mcp.client").info("chatter")
    logging.getLogger("mcp.client").warning("trouble")
    assert [line["text"] for line in lines(tmp_path)] == ["trouble"]


def test_closing_leaves_the_root_logger_as_it_was(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    Logging(tmp_path, Redactor()).close()
    assert (root.level, list(root.handlers)) == before


async def test_lines_of_any_thread_arrive_as_events_on_the_loop(log: Logging) -> None:
    loop, arrived = asyncio.get_running_loop(), asyncio.Queue[tuple[Logged, int]]()
    log.publish_to(lambda event: arrived.put_nowait((event, threading.get_ident())), loop)
    worker = threading.Thread(target=lambda: logging.getLogger("tui.test").error("from afar: token=%s", CANARY))
    worker.start()
    event, thread = await asyncio.wait_for(arrived.get(), 5)
    worker.join()
    assert (event.level, event.source, event.text) == ("error", "tui.test", f"from afar: token={MASK}")
    assert thread == threading.get_ident()


def test_a_line_after_the_loop_is_closed_reaches_the_file_only(tmp_path: Path, log: Logging) -> None:
    loop = asyncio.new_event_loop()
    heard: list[Logged] = []
    log.publish_to(heard.append, loop)
    loop.close()
    logging.getLogger("tui.test").warning("late")
    assert heard == []
    assert lines(tmp_path)[0]["text"] == "late"
