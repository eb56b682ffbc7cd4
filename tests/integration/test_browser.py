"""Handing a page to a browser: a real program is started with the address as one argument, and no shell reads it."""

import os
import sys
from pathlib import Path

import pytest

from tui.browser import open_page, openers
from tui.domain.errors import CallError

URL = "https://example.com/a?x=$(touch${IFS}owned)&y=;`id`|'%20"


def program(directory: Path, name: str, text: str) -> Path:
    file = directory / name
    file.write_text(f"#!{sys.executable} -SE\n{text}\n")
    file.chmod(0o755)
    return file


def noting(directory: Path, name: str, code: int = 0) -> Path:
    """A browser that writes down what it was given."""
    note = directory / f"{name}.note"
    return program(
        directory,
        name,
        "import sys, os\n"
        f"open({str(note)!r}, 'w').write(repr((sys.argv[1:], os.isatty(0), os.getsid(0) == os.getpid())))\n"
        f"sys.exit({code})",
    )


pytestmark = pytest.mark.skipif(os.name != "posix", reason="the browsers here are scripts")


async def test_the_address_arrives_whole_and_the_browser_has_no_terminal(tmp_path: Path) -> None:
    browser = noting(tmp_path, "browser")
    await open_page(URL, {"BROWSER": str(browser), "PATH": os.environ["PATH"]}, platform="linux")
    assert (tmp_path / "browser.note").read_text() == repr(([URL], False, True))


async def test_the_place_of_the_address_can_be_named(tmp_path: Path) -> None:
    browser = noting(tmp_path, "browser")
    await open_page(URL, {"BROWSER": f"{browser} --new=%s --quiet"}, platform="linux")
    assert (tmp_path / "browser.note").read_text().startswith(repr(([f"--new={URL}", "--quiet"],))[:-2])


async def test_one_that_fails_is_followed_by_the_next(tmp_path: Path) -> None:
    noting(tmp_path, "first", code=3)
    noting(tmp_path, "xdg-open")
    surroundings = {"BROWSER": str(tmp_path / "first"), "PATH": str(tmp_path), "DISPLAY": ":0"}
    await open_page(URL, surroundings, platform="linux")
    assert (tmp_path / "first.note").exists()
    assert (tmp_path / "xdg-open.note").exists()


async def test_without_a_browser_it_says_what_to_do(tmp_path: Path) -> None:
    noting(tmp_path, "xdg-open")
    with pytest.raises(CallError) as raised:
        await open_page(URL, {"PATH": str(tmp_path)}, platform="linux")
    assert "Copy the address" in raised.value.hint
    assert not (tmp_path / "xdg-open.note").exists()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "-flag", "https://a b", ""])
async def test_what_is_no_web_page_starts_nothing(tmp_path: Path, url: str) -> None:
    browser = noting(tmp_path, "browser")
    with pytest.raises(CallError):
        await open_page(url, {"BROWSER": str(browser)}, platform="linux")
    assert not (tmp_path / "browser.note").exists()


def test_a_browser_that_draws_in_the_terminal_is_not_used(tmp_path: Path) -> None:
    for name in ("lynx", "w3m", "firefox"):
        noting(tmp_path, name)
    chosen = os.pathsep.join(("lynx", "w3m -N", '"unclosed', "", "firefox"))
    assert openers(URL, {"BROWSER": chosen, "PATH": str(tmp_path)}, "linux") == [["firefox", URL]]


@pytest.mark.parametrize(("platform", "name"), [("darwin", "open"), ("win32", "rundll32")])
def test_each_system_has_its_way(tmp_path: Path, platform: str, name: str) -> None:
    noting(tmp_path, name)
    ((command, *words),) = openers(URL, {"PATH": str(tmp_path)}, platform)
    assert (command, words[-1]) == (name, URL)
