"""Files a person asks for."""

import os

import pytest

from tui.domain.errors import StorageError
from tui.ui.new_file import write_new_file


def test_a_file_is_private_and_a_second_one_gets_a_number(tmp_path):
    first = write_new_file(tmp_path, "chat", ".md", "one")
    second = write_new_file(tmp_path, "chat", ".md", b"two")
    assert (first.name, second.name) == ("chat.md", "chat-2.md")
    assert first.read_text() == "one"
    assert first.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", ".hidden", "\x1b[31m", "", "..", "x" * 500])
def test_a_foreign_name_stays_in_the_directory(tmp_path, name):
    path = write_new_file(tmp_path, name, ".txt", "x")
    assert path.parent == tmp_path
    assert not path.name.startswith(".")
    assert len(path.name) < 100


def test_a_link_is_not_followed(tmp_path):
    target = tmp_path / "target"
    os.symlink(target, tmp_path / "chat.md")
    assert write_new_file(tmp_path, "chat", ".md", "x").name == "chat-2.md"
    assert not target.exists()


def test_a_directory_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StorageError, match="Cannot write"):
        write_new_file(tmp_path / "nowhere", "chat", ".md", "x")
