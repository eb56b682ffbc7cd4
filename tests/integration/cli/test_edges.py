"""The command line at its edges: faults of the program, odd standard streams, damaged and newer databases."""

import asyncio
import json
import os
import shlex
import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from tests.fakes.llm_endpoint import LlmEndpoint, say
from tests.integration.cli.program import Done, Program

CRASHING = [sys.executable, "-m", "tests.e2e.programs.crashing_verb"]
COMMAND = str(Path(sys.executable).parent / "mcp-tui")


async def shell(program: Program, line: str, **environ: str) -> Done:
    """Runs a line as a person's shell would, for its redirections."""
    process = await asyncio.create_subprocess_shell(
        line,
        env={**program.environ, **environ},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Done(process.returncode, out.decode("utf-8", "replace"), err.decode())


def database(program: Program) -> Path:
    directory = program.home / "mcp-tui" / "data"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory / "mcp-tui.sqlite3"


# --- faults of the program


async def test_a_fault_leaves_one_line_and_a_private_report_without_secrets(program: Program) -> None:
    done = await shell(program, shlex.join(CRASHING), CANARY_KEY="canary-1234567890")
    assert done.code == 1
    assert done.out == ""
    first, second = done.err.splitlines()
    assert first == "mcp-tui: stopped: ValueError: broken with ***"
    (file,) = (program.home / "mcp-tui" / "state" / "crashes").iterdir()
    assert second.endswith(str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "canary" not in file.read_text()
    assert "crashing_verb.py" in file.read_text()


async def test_a_fault_is_the_last_line_of_json_as_well(program: Program) -> None:
    done = await shell(program, shlex.join([*CRASHING, "--json"]))
    assert done.code == 1
    assert (done.document["event"], done.document["exit_code"]) == ("error", 1)


# --- standard streams


async def test_a_closed_stdout_is_no_fault(program: Program) -> None:
    done = await shell(program, f"{COMMAND} sessions list --json >&-")
    assert (done.code, done.err) == (0, "")


async def test_a_closed_stdin_is_an_empty_question(program: Program) -> None:
    done = await shell(program, f"{COMMAND} ask <&-")
    assert done.code == 2
    assert "The question is empty" in done.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
async def test_an_answer_that_cannot_be_written_is_told(program: Program) -> None:
    done = await shell(program, f"{COMMAND} sessions list --json > /dev/full")
    assert done.code == 1
    assert done.err.startswith("mcp-tui: The answer could not be written: No space left on device.")
    assert "Traceback" not in done.err


async def test_what_an_encoding_lacks_is_spelled_out(program: Program) -> None:
    async with LlmEndpoint([say("A – B")]) as endpoint:
        line = shlex.join([COMMAND, "ask", "x", "--base-url", endpoint.base_url, "--model", "fake-1"])
        done = await shell(program, line, PYTHONIOENCODING="ascii")
    assert (done.code, done.out) == (0, "A \\u2013 B\n")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8"])
async def test_json_stays_json_in_any_encoding(program: Program, encoding: str) -> None:
    async with LlmEndpoint([say("é – 👋")]) as endpoint:
        line = shlex.join([COMMAND, "ask", "x", "--json", "--base-url", endpoint.base_url, "--model", "fake-1"])
        process = await asyncio.create_subprocess_shell(
            line, env={**program.environ, "PYTHONIOENCODING": encoding}, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
    assert json.loads(out.decode(encoding).splitlines()[-1])["text"] == "é – 👋"


@pytest.mark.parametrize("words", [["ask", "Hi", "--resume"], ["sessions", "export"], ["sessions", "delete"]])
async def test_a_chat_that_is_not_there_is_a_wrong_use_and_says_where_they_are(
    program: Program, words: list[str]
) -> None:
    done = await program.run(*words, "chat_none")
    assert done.code == 2
    assert "There is no chat 'chat_none'." in done.err
    assert "sessions list" in done.err


async def test_a_question_that_is_no_utf_8_is_read_with_signs_for_what_is_broken(program: Program) -> None:
    async with LlmEndpoint([say("Yes.")]) as endpoint:
        line = shlex.join([COMMAND, "ask", "--base-url", endpoint.base_url, "--model", "fake-1"])
        done = await shell(program, f"printf 'caf\\351?' | {line}", PYTHONIOENCODING="utf-8")
        assert endpoint.requests[0].last_message["content"] == "caf�?"
    assert done.code == 0


# --- what lies on disk


async def test_a_damaged_database_is_reported_without_a_screen(program: Program) -> None:
    database(program).write_bytes(b"no database at all" * 1_000)
    done = await program.run("sessions", "list", "--json")
    assert (done.code, done.document) == (0, {"sessions": []})
    assert "The database was damaged." in done.err


async def test_a_database_of_a_newer_version_can_still_be_read(program: Program) -> None:
    async with LlmEndpoint([say("Kept.")]) as endpoint:
        await program.run("ask", "Keep this", "--base-url", endpoint.base_url, "--model", "fake-1")
    with sqlite3.connect(database(program)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    done = await program.run("sessions", "list", "--json")
    assert done.code == 0
    assert [chat["title"] for chat in done.document["sessions"]] == ["Keep this"]
    assert "newer mcp-tui" in done.err


async def test_stored_chats_are_listed_without_starting_any_server(program: Program, tmp_path: Path) -> None:
    started = tmp_path / "started"
    server = shlex.join(["touch", str(started)])
    done = await program.run("sessions", "list", "--server", server)
    assert done.code == 0
    assert "No chat is stored." in done.err
    assert not started.exists()


async def test_the_demo_does_not_care_what_the_environment_names(program: Program) -> None:
    done = await program.run("sessions", "list", "--demo", environ={"OPENAI_BASE_URL": "no address"})
    assert done.code == 0, done.err


async def test_a_verb_beside_a_chat_does_not_end_its_session(program: Program) -> None:
    async with LlmEndpoint([say("Hello.")]) as endpoint:
        options = ["--base-url", endpoint.base_url, "--model", "fake-1"]
        await program.run("ask", "Hello?", *options)
        before = await program.run("gateway", "cost", "--json", *options)
        await program.run("sessions", "list")
        after = await program.run("gateway", "cost", "--json", *options)
    assert json.dumps(before.document) == json.dumps(after.document)
    assert '"requests": 1' in json.dumps(after.document)


@pytest.mark.parametrize("words", [("a.b", "--", "true"), ("", "--", "true"), ("a", "--", ""), ("a", "--url", "x")])
async def test_a_server_that_no_file_could_hold_is_not_written(program: Program, words: tuple[str, ...]) -> None:
    done = await program.run("servers", "add", *words)
    assert done.code == 2, done
    assert not program.config_file.exists()


@pytest.mark.parametrize("words", [("servers", "add", "far", "--url"), ("tools", "list", "--url")])
async def test_a_server_with_a_password_in_its_url_is_refused_with_the_header_to_write(
    program: Program, words: tuple[str, ...]
) -> None:
    done = await program.run(*words, "http://me:hunter2secret@127.0.0.1:9/mcp")
    assert done.code == 2
    assert "must not hold a password" in done.err
    assert "${VARIABLE}" in done.err
    assert "hunter2secret" not in done.out + done.err
    assert not program.config_file.exists()


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("gatway",), "gateway"),
        (("gateway", "helth"), "health"),
        (("servers", "ad", "x"), "add"),
        (("ask", "Hi", "--jsn"), "--json"),
        (("ask", "Hi", "--aprove=all"), "--approve"),
        (("--demoo",), "--demo"),
        (("gateway", "cost", "--perod", "day"), "--period"),
    ],
)
async def test_a_mistyped_word_is_answered_with_the_nearest_one(
    program: Program, words: tuple[str, ...], meant: str
) -> None:
    done = await program.run(*words)
    assert done.code == 2
    assert f"Did you mean {meant}?" in done.err
    assert "--help` lists what there is" in done.err


async def test_a_word_that_is_near_none_is_answered_with_where_they_are_listed(program: Program) -> None:
    done = await program.run("zzzzzz")
    assert (done.code, "Did you mean" in done.err) == (2, False)
    assert "`mcp-tui --help` lists" in done.err


async def test_asking_without_a_model_names_the_command_line_and_no_key_of_the_screen(program: Program) -> None:
    program.config_file.write_text('[[providers]]\nname = "mine"\nbase_url = "http://127.0.0.1:9/v1"\n')
    done = await program.run("ask", "Hi")
    assert done.code == 2
    assert "No model is set." in done.err
    assert "--model PROVIDER/MODEL" in done.err
    assert "ctrl+" not in done.err
