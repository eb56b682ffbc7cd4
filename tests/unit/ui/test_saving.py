"""Files a person asked for."""

import stat
from pathlib import Path

import pytest

from tui.domain.errors import StorageError
from tui.ui.saving import save_text


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    files = [save_text(f"text {number}", "answer.md", tmp_path) for number in range(3)]
    assert [file.name for file in files] == ["answer.md", "answer-1.md", "answer-2.md"]
    assert files[0].read_text() == "text 0"


def test_the_file_is_private(tmp_path: Path) -> None:
    assert stat.S_IMODE(save_text("x", "a.txt", tmp_path).stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", ".bashrc", "", "..", "a\x1b[2Jb", "x" * 500])
def test_a_foreign_name_stays_a_plain_name_in_the_directory(tmp_path: Path, name: str) -> None:
    file = save_text("x", name, tmp_path)
    assert file.parent == tmp_path
    assert not file.name.startswith(".")
    assert len(file.name) < 100


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("keep")
    (tmp_path / "a.txt").symlink_to(tmp_path / "precious")
    save_text("x", "a.txt", tmp_path)
    assert (tmp_path / "precious").read_text() == "keep"


def test_a_directory_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        save_text("x", "a.txt", tmp_path / "gone")
    assert caught.value.hint
