"""Crash files: private, without variables, without secrets."""

import stat
from pathlib import Path

from tui.crash import crash_report


def failed() -> Exception:
    hidden_local = "a-value-only-in-a-variable"
    try:
        raise RuntimeError("no access with sk-abcdefghijklmnop and tok_1234567890")
    except RuntimeError as error:
        assert hidden_local
        return error


def test_one_line_names_the_cause_and_the_file(tmp_path: Path) -> None:
    report = crash_report(failed(), tmp_path / "crashes", {})
    first, second = report.split("\n")
    assert first.startswith("mcp-tui stopped: RuntimeError: no access")
    assert str(tmp_path) in second


def test_the_file_is_private_and_holds_no_secret_and_no_variable(tmp_path: Path) -> None:
    crash_report(failed(), tmp_path / "crashes", {"MY_API_TOKEN": "tok_1234567890"})
    (file,) = (tmp_path / "crashes").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text()
    assert "RuntimeError" in text
    assert "test_crash.py" in text
    for secret in ("sk-abcdefghijklmnop", "tok_1234567890"):
        assert secret not in text
    assert "a-value-only-in-a-variable" not in text


def test_a_directory_that_cannot_be_written_costs_only_the_file(tmp_path: Path) -> None:
    (tmp_path / "crashes").write_text("a file, not a directory")
    assert crash_report(failed(), tmp_path / "crashes", {}).startswith("mcp-tui stopped: RuntimeError")
