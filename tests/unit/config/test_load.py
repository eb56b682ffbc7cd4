"""Settings from files, environment and command line: what is right is understood, what is wrong is named."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from tui.config.load import Options, load_settings
from tui.config.paths import Paths, find_paths
from tui.config.schema import ServeSettings, Settings
from tui.domain.errors import ConfigError, UsageError
from tui.domain.gateway import BudgetSpec, ComboSpec, ModelSpec
from tui.domain.money import Price

WHOLE = """
[[providers]]
name = "groq"
models = [{ id = "llama", context_tokens = 131072, input_usd_per_million = 0.59, output_usd_per_million = 0.79 }]

[[providers]]
name = "house"
base_url = "http://10.0.0.7:9000/v1"
api_key_env = "HOUSE_KEY"
headers = { X-Team = "${TEAM}" }

[[combos]]
name = "main"
strategy = "weighted"
steps = ["groq/llama", "house/qwen/32b"]
weights = [3, 1]

[chat]
model = "main"
temperature = 0.2
max_rounds = 9

[budget]
session_usd = 5.0
day_usd = 12
action = "alert"

[resilience]
profile = "conservative"

[servers.files]
command = "npx"
args = ["-y", "server-filesystem", "${ROOT:-.}"]
env = { TOKEN = "${SECRET_TOKEN}" }

[servers.remote]
url = "https://example.com/mcp"
type = "sse"
enabled = false

[policy.servers]
files = "ask"

[policy.tools]
"files.read" = "allow"
files.write = "deny"

[ui]
theme = "day"
keys.chat.interrupt = "ctrl+x"
"""
ENVIRON = {"SECRET_TOKEN": "s3cr3t-value", "TEAM": "team-blue"}
PROVIDER = '[[providers]]\nname = "groq"\n'


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths({"MCP_TUI_HOME": str(tmp_path / "a home")})
    paths.config.mkdir(parents=True)
    return paths


def load(paths: Paths, toml: str = "", environ: dict[str, str] | None = None, **options: object) -> Settings:
    paths.config_file.write_text(toml, "utf-8")
    return load_settings(paths, ENVIRON if environ is None else environ, Options(**options))  # type: ignore[arg-type]


def test_a_whole_file_is_understood(paths: Paths) -> None:
    settings = load(paths, WHOLE)
    groq, house = settings.providers
    assert (groq.base_url, groq.api_key_env) == ("https://api.groq.com/openai/v1", "GROQ_API_KEY")
    price = Price(Decimal("0.59"), Decimal("0.79"))
    assert groq.models == (ModelSpec("llama", 131072, price=price),)
    assert (house.api_key_env, house.key_chosen, house.headers) == ("HOUSE_KEY", True, {"X-Team": "team-blue"})
    assert settings.combos == (ComboSpec("main", ("groq/llama", "house/qwen/32b"), "weighted", True, (3, 1)),)
    assert (settings.chat.target, settings.chat.temperature, settings.chat.max_rounds) == ("main", 0.2, 9)
    assert settings.budget == BudgetSpec(session_microusd=5_000_000, day_microusd=12_000_000, action="alert")
    assert settings.resilience == "conservative"
    files, remote = settings.servers
    assert (files.command, files.args) == ("npx", ("-y", "server-filesystem", "."))
    assert (files.env, files.secrets) == ({"TOKEN": "s3cr3t-value"}, ("s3cr3t-value",))
    assert (remote.transport, remote.url, remote.enabled) == ("sse", "https://example.com/mcp", False)
    assert settings.policy.tools == {"files.read": "allow", "files.write": "deny"}
    assert settings.policy.servers == {"files": "ask"}
    assert (settings.ui.theme, settings.ui.keys) == ("day", {"chat.interrupt": "ctrl+x"})
    assert settings.sources == (paths.config_file,)


def test_callers_may_read_nothing_unless_directories_are_named(paths: Paths) -> None:
    assert load(paths).serve == ServeSettings((), "public")
    named = load(paths, "[serve]\nfiles = ['/srv/pictures', '~/shots']\nfetch = 'private'\n").serve
    assert named == ServeSettings((Path("/srv/pictures"), Path.home() / "shots"), "private")


def test_no_file_at_all_is_no_mistake(paths: Paths) -> None:
    settings = load_settings(paths, {}, Options())
    assert (settings.providers, settings.servers, settings.sources) == ((), (), ())


def test_a_file_that_was_asked_for_must_be_there(paths: Paths) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        load_settings(paths, {}, Options(config=str(paths.config / "nowhere.toml")))


def test_servers_of_a_file_are_not_trusted_and_typed_ones_are(paths: Paths) -> None:
    settings = load(paths, WHOLE, servers=("npx -y thing",), urls=("web=https://example.org/mcp",))
    assert {spec.name: spec.trusted for spec in settings.servers} == {
        "files": False,
        "remote": False,
        "thing": True,
        "web": True,
    }


def test_a_model_of_which_nothing_is_known_is_named_by_its_id_alone(paths: Paths) -> None:
    settings = load(paths, PROVIDER + "models = ['a', { id = 'b', context_tokens = 8192 }]\n")
    assert settings.providers[0].models == (ModelSpec("a"), ModelSpec("b", context_tokens=8192))


# Each wrong file, the line that is named, and a word of the message or hint.
WRONG = {
    "no TOML": ("[chat]\nmodel = \n", 2, "TOML"),
    "unknown section": ("\n[chats]\nmodel = 'a/b'\n", 2, "'chat'"),
    "unknown key": ("[chat]\n\ntemprature = 1\n", 3, "temperature"),
    "key in the second provider": (PROVIDER + '\n[[providers]]\nname = "openai"\nbase_ulr = "x"\n', 6, "base_url"),
    "key in an inline table": (PROVIDER + "models = [\n  { id = 'a', contxt_tokens = 5 },\n]\n", 4, "context_tokens"),
    "wrong type": ("[chat]\nmax_rounds = '9'\n", 2, "whole number"),
    "a flag is no number": ("[chat]\nmax_rounds = true\n", 2, "whole number"),
    "a number is no flag": ("[servers.a]\ncommand = 'x'\nenabled = 1\n", 3, "true or false"),
    "not finite": ("[budget]\nday_usd = inf\n", 2, "US dollars"),
    "negative money": ("[budget]\nday_usd = -1\n", 2, "at least 0"),
    "too small": ("[chat]\nmax_rounds = 0\n", 2, "at least 1"),
    "too large": ("[chat]\nmax_rounds = 99999999999999999999\n", 2, "whole number"),
    "unknown choice": ("[budget]\naction = 'blok'\n", 2, "'block'"),
    "unknown rule": ("[policy.tools]\n'a.b' = 'alow'\n", 1, "'allow'"),
    "table instead of list": ("[providers]\nname = 'groq'\n", 1, "list of tables"),
    "a number instead of a model": (PROVIDER + "models = ['a', 5]\n", 3, "it holds the number 5"),
    "list instead of table": ("[[chat]]\nmodel = 'a'\n", 1, "must be a table"),
    "key in plain text": (PROVIDER + "api_key = 'sk-123'\n", 3, "api_key_env"),
    "unknown provider without address": ("[[providers]]\nname = 'house'\n", 1, "base_url"),
    "no URL": ("[[providers]]\nname = 'house'\nbase_url = 'ftp://x'\n", 3, "http"),
    "provider twice": (PROVIDER + PROVIDER, 4, "twice"),
    "half a price": (PROVIDER + "models = [{ id = 'a', input_usd_per_million = 1 }]\n", 3, "output_usd_per_million"),
    "step without slash": (PROVIDER + "[[combos]]\nname = 'm'\nsteps = ['groq']\n", 5, "provider/model"),
    "step to nowhere": (PROVIDER + "[[combos]]\nname = 'm'\nsteps = ['grok/x']\n", 5, "'groq'"),
    "no steps": (PROVIDER + "[[combos]]\nname = 'm'\nsteps = []\n", 5, "empty"),
    "weights do not fit": (PROVIDER + "[[combos]]\nname='m'\nsteps=['groq/x']\nweights=[1,2]\n", 6, "weight"),
    "neither command nor url": ("[servers.a]\nargs = ['x']\n", 1, "neither"),
    "both command and url": ("[servers.a]\ncommand = 'x'\nurl = 'https://x'\n", 1, "both"),
    "transport does not fit": ("[servers.a]\ncommand = 'x'\ntransport = 'sse'\n", 3, "does not go with"),
    "name with a dot": ("[servers.'a.b']\ncommand = 'x'\n", 1, "a-b"),
    "variable not set": ("[servers.a]\ncommand = 'x'\nenv = { T = '${NOT_SET}' }\n", 3, "NOT_SET"),
    "server is text": ("[servers]\na = 'npx x'\n", 2, "table"),
    "a directory from nowhere": ("[serve]\nfiles = ['pictures']\n", 2, "whole paths"),
    "a home of nobody": ("[serve]\n\nfiles = ['~nobody-here/x']\n", 3, "whole paths"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_told_with_file_line_and_remedy(paths: Paths, name: str) -> None:
    toml, line, word = WRONG[name]
    with pytest.raises(ConfigError) as raised:
        load(paths, toml, {})
    error = raised.value
    assert str(paths.config_file) in error.message
    assert f"line {line}" in error.message or f"{paths.config_file}:{line}:" in error.message
    assert word in f"{error.message} {error.hint}"
    assert "sk-123" not in f"{error.message} {error.hint}"
    assert paths.config_file.read_text("utf-8") == toml


HOSTILE = {"no text": b"\xff\xfe\x00", "huge": b"a = 1\n" * 400_000, "deep": b"[" * 5_000, "a zero": b"\x00"}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes_are_a_mistake_too(paths: Paths, content: bytes) -> None:
    paths.config_file.write_bytes(content)
    paths.mcp_file.write_bytes(b"{" * 5_000)
    with pytest.raises(ConfigError):
        load_settings(paths, {}, Options())
    paths.config_file.unlink()
    with pytest.raises(ConfigError, match=r"mcp\.json"):
        load_settings(paths, {}, Options())


# --- mcp.json


def test_the_shape_of_other_clients_is_understood(paths: Paths) -> None:
    paths.mcp_file.write_text(
        """{"mcpServers": {
            "files": {"command": "npx", "args": ["a"], "env": {"T": "${SECRET_TOKEN}"}, "autoApprove": ["write"]},
            "web": {"type": "http", "url": "https://example.com/mcp", "headers": {"A": "b"}, "disabled": true},
            "old": {"type": "sse", "url": "https://example.com/sse"}
        }}""",
        "utf-8",
    )
    files, web, old = load(paths).servers
    assert (files.transport, files.args, files.env, files.trusted) == ("stdio", ("a",), {"T": "s3cr3t-value"}, False)
    assert (web.transport, web.headers, web.enabled) == ("http", {"A": "b"}, False)
    assert old.transport == "sse"
    assert files.origin == str(paths.mcp_file)


def test_a_mistake_in_json_names_its_line(paths: Paths) -> None:
    paths.mcp_file.write_text('{"mcpServers": {\n "a": {"args": []},\n "b": {"command": "x",\n  "arg": []}}}', "utf-8")
    with pytest.raises(ConfigError, match=r"mcp\.json:2") as raised:
        load(paths)
    paths.mcp_file.write_text(paths.mcp_file.read_text("utf-8").replace('"args": []', '"command": "x"'), "utf-8")
    with pytest.raises(ConfigError, match=r"mcp\.json:4") as raised:
        load(paths)
    assert "args" in raised.value.hint


def test_one_server_must_not_stand_in_both_files(paths: Paths) -> None:
    paths.mcp_file.write_text('{"mcpServers": {"files": {"command": "x"}}}', "utf-8")
    with pytest.raises(ConfigError, match=r"config\.toml"):
        load(paths, WHOLE)


# --- the command line

TYPED_NAMES = {
    "npx -y @modelcontextprotocol/server-filesystem .": "filesystem",
    "uvx mcp-server-git --repository .": "git",
    "python -m demo.server": "demo-server",
    "./bin/my-server": "my-server",
    "mine=python x.py": "mine",
    "npx -y pkg@1.2.3": "pkg",
    "'/opt/my tools/run it'": "run-it",
}


@pytest.mark.parametrize("text", TYPED_NAMES)
def test_a_typed_server_gets_a_telling_name(paths: Paths, text: str) -> None:
    assert load(paths, servers=(text,)).servers[0].name == TYPED_NAMES[text]


def test_a_typed_command_is_a_list_of_arguments_and_never_a_shells(paths: Paths) -> None:
    [spec] = load(paths, servers=("x=run 'a b' $(c) ${SECRET_TOKEN} ;d",)).servers
    assert (spec.command, spec.args) == ("run", ("a b", "$(c)", "${SECRET_TOKEN}", ";d"))


def test_typed_servers_replace_those_of_files_and_are_numbered_among_themselves(paths: Paths) -> None:
    settings = load(paths, WHOLE, servers=("files=mine", "uvx a", "uvx a"), urls=("https://api.acme.com/mcp",))
    assert [(spec.name, spec.command or spec.url) for spec in settings.servers] == [
        ("remote", "https://example.com/mcp"),
        ("files", "mine"),
        ("a", "uvx"),
        ("a-2", "uvx"),
        ("acme", "https://api.acme.com/mcp"),
    ]


WRONG_OPTIONS: list[dict[str, object]] = [
    {"servers": ("a='",)},
    {"servers": ("",)},
    {"servers": ("a=x", "a=y")},
    {"urls": ("a=ftp://x",)},
    {"urls": ("nonsense",)},
    {"base_url": "localhost:8000"},
    {"api_key_env": "X"},
    {"model": "a/b", "combo": "c"},
    {"max_cost": "much"},
    {"max_cost": "-1"},
    {"max_cost": "inf"},
    {"approve": "everything"},
]


@pytest.mark.parametrize("options", WRONG_OPTIONS, ids=str)
def test_a_wrong_option_is_a_usage_error(paths: Paths, options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        load(paths, **options)


def test_a_typed_endpoint_comes_first_and_its_models_are_named_after_it(paths: Paths) -> None:
    settings = load(paths, WHOLE, base_url="http://127.0.0.1:8123/v1", model="meta/llama", api_key_env="MY_KEY")
    endpoint = settings.providers[0]
    assert (endpoint.name, endpoint.api_key_env, endpoint.key_chosen) == ("endpoint", "MY_KEY", True)
    assert endpoint.models == (ModelSpec("meta/llama"),)
    assert settings.chat.target == "endpoint/meta/llama"
    assert [provider.name for provider in settings.providers] == ["endpoint", "groq", "house"]


def test_a_typed_endpoint_gets_a_known_key_only_at_the_known_address(paths: Paths) -> None:
    known = load(paths, base_url="https://api.groq.com/openai/v1").providers[0]
    other = load(paths, base_url="https://api.groq.com.evil.example/openai/v1").providers[0]
    assert (known.name, known.api_key_env) == ("groq", "GROQ_API_KEY")
    assert (other.name, other.api_key_env) == ("endpoint", None)


def test_a_known_name_at_another_address_gets_no_key_by_itself(paths: Paths) -> None:
    [provider] = load(paths, PROVIDER + "base_url = 'https://evil.example/v1'\n").providers
    assert provider.api_key_env is None


def test_the_command_line_wins_over_the_file(paths: Paths) -> None:
    settings = load(paths, WHOLE, model="groq/other", tool_choice="none", approve="read-only")
    assert (settings.chat.target, settings.chat.tool_choice) == ("groq/other", "none")
    assert settings.policy.approve == "read-only"
    assert load(paths, WHOLE, combo="main").chat.target == "main"
    assert load(paths, PROVIDER, model="llama").chat.target == "groq/llama"


@pytest.mark.parametrize(("max_cost", "session"), [("0.25", 250_000), ("99", 5_000_000), ("0", 0)])
def test_a_typed_limit_narrows_the_budget_and_never_widens_it(paths: Paths, max_cost: str, session: int) -> None:
    budget = load(paths, WHOLE, max_cost=max_cost).budget
    assert (budget.session_microusd, budget.action) == (session, "block")
    assert budget.turn_microusd == int(Decimal(max_cost) * 1_000_000)


def test_a_home_that_moved_is_read_where_it_is(tmp_path: Path, paths: Paths) -> None:
    load(paths, WHOLE)
    shutil.move(tmp_path / "a home", tmp_path / "hême % \n")
    moved = find_paths({"MCP_TUI_HOME": str(tmp_path / "hême % \n")})
    assert load_settings(moved, ENVIRON, Options()).chat.target == "main"
