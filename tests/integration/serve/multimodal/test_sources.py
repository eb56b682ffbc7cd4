"""Files, addresses and data URLs: what of them a caller can have read."""

import base64
import os
import threading
from pathlib import Path

import pytest

from tui.domain.errors import CallError, McpTuiError, RefusedError, UsageError
from tui.serve.multimodal.sources import Sources, data_url_bytes

LIMIT = 1_000


async def no_fetch(url: str, limit_bytes: int) -> bytes:
    return f"{url} up to {limit_bytes}".encode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a.png").write_bytes(b"inside")
    (tmp_path / "secret").write_bytes(b"outside")
    return tmp_path / "root"


def sources(*roots: Path) -> Sources:
    return Sources(no_fetch, roots)


async def test_a_file_within_the_roots_is_read(root: Path) -> None:
    assert await sources(root).read(str(root / "a.png"), LIMIT) == b"inside"
    (root / "link.png").symlink_to(root / "a.png")
    assert await sources(root).read(str(root / "link.png"), LIMIT) == b"inside"


async def test_a_root_may_itself_be_a_link(root: Path) -> None:
    (root.parent / "other").symlink_to(root)
    assert await sources(root.parent / "other").read(str(root / "a.png"), LIMIT) == b"inside"
    assert await sources(root).read(str(root.parent / "other" / "a.png"), LIMIT) == b"inside"


@pytest.mark.parametrize("path", ["../secret", "../root/../secret", "../nothing", "/etc/passwd", "."])
async def test_no_path_leads_out_of_the_roots(root: Path, path: str) -> None:
    with pytest.raises(McpTuiError):
        await sources(root).read(str(root / path), LIMIT)


async def test_what_lies_outside_cannot_be_told_from_what_does_not_exist(root: Path) -> None:
    said = set()
    for name in ("secret", "nothing"):
        with pytest.raises(RefusedError) as refused:
            await sources(root).read(str(root.parent / name), LIMIT)
        said.add(str(refused.value.message).replace(name, ""))
    assert len(said) == 1


async def test_a_link_does_not_lead_out_of_the_roots(root: Path) -> None:
    (root / "link").symlink_to(root.parent / "secret")
    (root / "up").symlink_to(root.parent)
    for path in (root / "link", root / "up" / "secret"):
        with pytest.raises(RefusedError, match="lies outside"):
            await sources(root).read(str(path), LIMIT)


async def test_a_root_is_no_prefix_of_a_name(root: Path) -> None:
    (root.parent / "root2").mkdir()
    (root.parent / "root2" / "a").write_bytes(b"x")
    with pytest.raises(RefusedError):
        await sources(root).read(str(root.parent / "root2" / "a"), LIMIT)


async def test_without_roots_no_file_is_read(root: Path) -> None:
    with pytest.raises(RefusedError, match="No file of this machine") as refused:
        await sources().read(str(root / "a.png"), LIMIT)
    assert "[serve]" in refused.value.hint


async def test_a_missing_file_a_directory_and_a_pipe_are_said_so_at_once(root: Path) -> None:
    os.mkfifo(root / "pipe")
    for name, words in (("missing.png", "cannot be read"), ("", "cannot be read|no regular file"), ("pipe", "regular")):
        with pytest.raises(CallError, match=words):
            await sources(root).read(str(root / name), LIMIT)


async def test_a_large_file_is_not_read_to_its_end(root: Path) -> None:
    (root / "large").write_bytes(b"x" * (LIMIT + 1))
    with pytest.raises(CallError, match="more than 1,000 bytes"):
        await sources(root).read(str(root / "large"), LIMIT)


async def test_a_link_turned_while_it_is_read_gives_nothing_from_outside(root: Path) -> None:
    link, done = root / "turning", threading.Event()
    link.symlink_to(root / "a.png")

    def turn() -> None:
        spare = root / "spare"
        while not done.is_set():
            for target in (root.parent / "secret", root / "a.png"):
                spare.symlink_to(target)
                spare.replace(link)

    turner = threading.Thread(target=turn)
    turner.start()
    try:
        for _ in range(300):
            try:
                assert await sources(root).read(str(link), LIMIT) == b"inside"
            except McpTuiError:
                continue
    finally:
        done.set()
        turner.join()


async def test_an_address_of_the_web_is_fetched_within_the_same_bounds() -> None:
    assert await sources().read("HTTPS://pictures.test/a", 7) == b"HTTPS://pictures.test/a up to 7"


@pytest.mark.parametrize("source", ["", "a.png", "./a.png", "ftp://x/a", "file:///etc/passwd", "~/a", "/a\0b"])
async def test_what_is_no_source_is_said_to_be_none(source: str) -> None:
    with pytest.raises(UsageError):
        await sources(Path("/")).read(source, LIMIT)


@pytest.mark.parametrize(
    "url",
    [
        "data:image/png;base64,aGVsbG8=",
        "DATA:;BASE64,aGVsbG8=",
        "data:image/png;base64,aGVs%62G8%3D",
        "data:text/plain;charset=utf-8,hell%6f",
    ],
)
async def test_a_data_url_holds_its_bytes(url: str) -> None:
    assert await sources().read(url, LIMIT) == b"hello"


@pytest.mark.parametrize(
    "url", ["data:", "data:image/png;base64", "data:;base64,a", "data:;base64,äöü", "data:;base64,=="]
)
def test_a_broken_data_url_is_said_to_be_broken(url: str) -> None:
    with pytest.raises(UsageError):
        data_url_bytes(url, LIMIT)


@pytest.mark.parametrize("size", [LIMIT + 1, 100 * LIMIT])
def test_a_data_url_has_bounds(size: int) -> None:
    with pytest.raises(CallError, match="more than 1,000 bytes"):
        data_url_bytes("data:;base64," + base64.b64encode(b"x" * size).decode(), LIMIT)
