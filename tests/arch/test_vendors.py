"""One vendor, one package: what import-linter cannot say because some packages are imported late."""

import subprocess
import sys

import pytest

from tests.arch.source import imported, modules

ALLOWED = {
    "textual": ("tui/ui/",),
    "rich": ("tui/ui/",),
    "mcp": ("tui/servers/", "tui/serve/", "tui/demo/"),
    "mcp_types": ("tui/servers/", "tui/serve/", "tui/demo/"),
    "starlette": ("tui/serve/",),
    "uvicorn": ("tui/serve/",),
    "openai": ("tui/gateway/",),
    "httpx": ("tui/gateway/",),
    "httpx2": ("tui/gateway/", "tui/servers/"),
    "sqlite3": ("tui/storage/",),
    "keyring": ("tui/config/",),
    "genai_prices": ("tui/gateway/",),
    "PIL": ("tui/serve/multimodal/",),
    "plotille": ("tui/ui/",),
}


@pytest.mark.parametrize("vendor", ALLOWED)
def test_a_vendor_is_imported_by_its_package_only(vendor: str) -> None:
    strangers = [m.name for m in modules() if vendor in imported(m) and not m.name.startswith(ALLOWED[vendor])]
    assert strangers == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_and_version_load_no_sdk(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from tui.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "heavy = {'mcp', 'openai', 'httpx', 'httpx2', 'pydantic', 'textual', 'starlette'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "mcp-tui" in done.stdout
