"""The whole program in a terminal: ask, approve, see the result, resize, leave, and find everything as it was."""

import signal

import pytest

from tests.e2e.terminal import alive, descendants, terminal

pytestmark = [pytest.mark.pty, pytest.mark.xdist_group("pty")]


async def test_a_person_asks_approves_resizes_and_leaves(command: str, environ: dict[str, str]) -> None:
    async with terminal([command, "--demo"], environ) as screen:
        await screen.shows("files")
        await screen.shows("2/2 servers")
        screen.send("Which of these logs mention a timeout?")
        await screen.shows("Which of these logs mention a timeout?")
        screen.send("\r")
        await screen.shows("files.search_files")
        await screen.shows("database timeout after 5 s")
        screen.send('write a note "todo": buy milk\r')
        await screen.shows("workshop.write_note")
        await screen.shows("y once")
        await screen.until(lambda: _accepts(screen), "the approval")
        await screen.shows("Wrote the note")
        screen.resize(24, 80)
        await screen.until(lambda: len(screen.lines) == 24 and "Chat" in screen.lines[-1], "the small layout")
        children = descendants(screen.pid)
        assert len(children) >= 2
        screen.send("\x11")
        assert await screen.ends() == 0
        assert screen.modes_left_on() == set()
        assert screen.line_settings_restored()
        assert not [pid for pid in children if alive(pid)]


def _accepts(screen: object) -> bool:
    """Keys are ignored for the first half second, so a person's `y` is typed until it counts."""
    screen.send("y")  # type: ignore[attr-defined]
    return "y once" not in screen.text  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)],
    ids=lambda value: getattr(value, "name", str(value)),
)
async def test_a_signal_leaves_the_terminal_as_it_was_and_no_child(
    command: str, environ: dict[str, str], number: signal.Signals, code: int
) -> None:
    async with terminal([command, "--demo"], environ) as screen:
        await screen.shows("2/2 servers")
        children = descendants(screen.pid)
        screen.signal(number)
        assert await screen.ends() == code
        assert screen.modes_left_on() == set()
        assert screen.line_settings_restored()
        assert not [pid for pid in children if alive(pid)]


async def test_keys_that_arrive_at_once_act_in_the_order_they_were_typed(command: str, environ: dict[str, str]) -> None:
    async with terminal([command, "--demo"], environ) as screen:
        await screen.shows("2/2 servers")
        screen.send("hello wrld\x7f\x7f\x7forld\x1b[D\x1b[DX")
        await screen.shows("hello worXld")
