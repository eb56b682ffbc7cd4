"""The documents that are made from tables are in step with them."""

from tests.arch.source import ROOT
from tui.gateway.operations import OPERATIONS
from tui.ui.keys import reference


def test_the_list_of_keys_is_in_step() -> None:
    written = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    assert written == reference(), (
        "run: python -c 'from tui.ui.keys import reference; print(reference(), end=\"\")' > docs/keys.md"
    )


def test_the_page_on_serving_names_every_tool_with_its_scopes() -> None:
    page = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    for one in OPERATIONS:
        scopes = ", ".join(f"`{scope}`" for scope in one.scopes)
        assert f"| `gateway_{one.name.replace('-', '_')}` | `{one.documented}` | {scopes} |" in page


def test_locked_requirements_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
