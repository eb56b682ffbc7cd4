"""A key goes to the scheme, host and port it was entered for, and nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui.config.keys import KeyFinder
from tui.config.known import origin_of
from tui.config.paths import Paths, find_paths
from tui.domain.errors import ConfigError
from tui.domain.gateway import ProviderSpec
from tui.domain.ids import ProviderName
from tui.gateway.ports import KeyFinder as KeyFinderPort

GROQ = "https://api.groq.com/openai/v1"
KEY = "gsk_a-key-of-groq"


def provider(base_url: str, env: str | None = None, *, chosen: bool = False, keyring: bool = False) -> ProviderSpec:
    return ProviderSpec(ProviderName("p"), base_url, env, keyring=keyring, key_chosen=chosen)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return find_paths({"MCP_TUI_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("base_url", "chosen", "found"),
    [
        (GROQ, False, True),
        ("https://API.GROQ.com:443/elsewhere", False, True),
        ("http://api.groq.com/openai/v1", False, False),
        ("https://api.groq.com:8443/v1", False, False),
        ("https://api.groq.com.evil.example/v1", False, False),
        ("https://evil.example/v1", True, True),
    ],
)
def test_a_well_known_key_is_sent_to_its_own_host_unless_a_person_chose_otherwise(
    paths: Paths, base_url: str, chosen: bool, found: bool
) -> None:
    finder = KeyFinder(paths, {"GROQ_API_KEY": KEY})
    port: KeyFinderPort = finder
    assert port.key_for(provider(base_url, "GROQ_API_KEY", chosen=chosen)) == (KEY if found else None)


def test_a_variable_of_ones_own_goes_where_the_file_says(paths: Paths) -> None:
    finder = KeyFinder(paths, {"MY_KEY": "abc\n", "EMPTY": " "})
    assert finder.key_for(provider("http://10.0.0.1:1/v1", "MY_KEY")) == "abc"
    assert finder.key_for(provider("http://10.0.0.1:1/v1", "NOT_SET")) is None
    assert finder.key_for(provider("http://10.0.0.1:1/v1", "EMPTY")) is None
    assert finder.key_for(provider("http://10.0.0.1:1/v1")) is None


def test_the_key_file_is_private_and_read_only_while_it_is(paths: Paths) -> None:
    before = os.umask(0)
    try:
        finder = KeyFinder(paths, {})
        finder.store_key("https://one.example/v1", "key of one", in_file=True)
        finder.store_key("https://two.example/v1", "key of two", in_file=True)
    finally:
        os.umask(before)
    file = paths.config / "keys.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert finder.key_for(provider("https://one.example/other", keyring=True)) == "key of one"
    assert finder.key_for(provider("https://one.example:444/v1", keyring=True)) is None
    assert finder.key_for(provider("https://one.example/v1")) is None
    file.chmod(0o644)
    assert finder.key_for(provider("https://one.example/v1", keyring=True)) is None


@pytest.mark.parametrize(("text", "mode"), [("{}", 0o644), ("{ half", 0o600), ("[]", 0o600)])
def test_a_key_file_that_cannot_be_used_is_never_written_over(paths: Paths, text: str, mode: int) -> None:
    paths.config.mkdir(parents=True, mode=0o700)
    file = paths.config / "keys.json"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(ConfigError) as told:
        KeyFinder(paths, {}).store_key("https://one.example/v1", "a key", in_file=True)
    assert str(file) in f"{told.value.message} {told.value.hint}"
    assert told.value.hint
    assert (file.read_text(), KeyFinder(paths, {}).key_for(provider("https://one.example/v1", keyring=True))) == (
        text,
        None,
    )


def test_every_key_handed_out_is_told_to_the_log_and_never_shown(paths: Paths) -> None:
    told: list[str] = []
    finder = KeyFinder(paths, {"GROQ_API_KEY": KEY}, told.append)
    finder.key_for(provider(GROQ, "GROQ_API_KEY"))
    assert told == [KEY]
    assert KEY not in repr(finder)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Example.com/v1", "https://example.com:443"),
        ("http://[::1]:8080/v1", "http://[::1]:8080"),
        ("https://user:pass@example.com", "https://example.com:443"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url", ["", "x", "file:///etc", "https://", "https://a b", "https://[", "http://a:99999", "http://a\n"]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        origin_of(url)


BACKENDS = """
import threading
from keyring.backend import KeyringBackend

class Slow(KeyringBackend):
    priority = 1
    def get_password(self, service, username): threading.Event().wait()
    set_password = get_password

class Working(Slow):
    def get_password(self, service, username): return f"key for {service} {username}"
    def set_password(self, service, username, password): print("stored for", username)
"""
ASKING = """
import sys
from tests.unit.config.test_keys import provider
from tui.config.keys import KeyFinder
from tui.config.paths import find_paths
from tui.domain.errors import ConfigError

finder = KeyFinder(find_paths({"MCP_TUI_HOME": sys.argv[1]}), {})
print(finder.key_for(provider("https://one.example/v1", keyring=True)))
try:
    finder.store_key("https://one.example/v1", "a key")
except ConfigError as error:
    print("refused:", error.hint)
"""


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        ("backends.Working", ["key for mcp-tui https://one.example:443", "stored for https://one.example:443"]),
        ("backends.Slow", ["None", "refused: Put the key into an environment variable and name it in api_key_env."]),
        (
            "keyring.backends.fail.Keyring",
            ["None", "refused: Put the key into an environment variable and name it in api_key_env."],
        ),
    ],
)
def test_a_keyring_is_used_when_it_works_and_given_up_when_it_does_not(
    tmp_path: Path, backend: str, said: list[str]
) -> None:
    (tmp_path / "backends.py").write_text(BACKENDS, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", ASKING, str(tmp_path / "home")],
        env=os.environ | {"PYTHON_KEYRING_BACKEND": backend, "PYTHONPATH": str(tmp_path)},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == said
    assert not (tmp_path / "home" / "config" / "keys.json").exists()
