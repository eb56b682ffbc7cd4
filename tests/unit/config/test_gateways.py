"""Gateways of a configuration file: usual addresses and keys are filled in, mistakes are told with their line."""

from pathlib import Path

import pytest

from tui.config.load import Options, load_settings
from tui.config.paths import Paths, find_paths
from tui.config.schema import Settings
from tui.domain.errors import ConfigError, UsageError

OMNI = '[[gateways]]\nname = "omni"\nkind = "omniroute"\n'


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths({"MCP_TUI_HOME": str(tmp_path)})
    paths.config.mkdir(parents=True)
    return paths


def load(paths: Paths, toml: str, gateway: str | None = None) -> Settings:
    paths.config_file.write_text(toml, "utf-8")
    return load_settings(paths, {"TEAM": "blue"}, Options(gateway=gateway))


def test_a_kind_brings_its_usual_address_and_key(paths: Paths) -> None:
    (spec,) = load(paths, OMNI).gateways
    assert (spec.url, spec.api_key_env, spec.key_chosen) == ("http://127.0.0.1:20128", "OMNIROUTE_API_KEY", False)
    assert spec.provider.base_url == "http://127.0.0.1:20128/v1"
    assert spec.provider.name == "omni"


@pytest.mark.parametrize("url", ["http://10.0.0.5:4000", "http://10.0.0.5:4000/", "http://10.0.0.5:4000/v1/"])
def test_an_address_may_end_in_its_version_or_not(paths: Paths, url: str) -> None:
    (spec,) = load(paths, f'[[gateways]]\nname = "team"\nkind = "litellm"\nurl = "{url}"\n').gateways
    assert (spec.url, spec.provider.base_url) == ("http://10.0.0.5:4000", "http://10.0.0.5:4000/v1")


def test_an_endpoint_of_no_known_kind_is_taken_as_it_is_written(paths: Paths) -> None:
    url = "https://example.com/v1beta/openai"
    (spec,) = load(paths, f'[[gateways]]\nname = "own"\nkind = "openai"\nurl = "{url}/"\n').gateways
    assert (spec.url, spec.provider.base_url, spec.api_key_env) == (url, url, None)


def test_a_usual_key_does_not_go_to_another_address(paths: Paths) -> None:
    (spec,) = load(paths, OMNI + 'url = "http://10.0.0.5:20128"\n').gateways
    assert spec.api_key_env is None
    (spec,) = load(paths, OMNI + 'url = "http://10.0.0.5:20128"\napi_key_env = "MINE"\n').gateways
    assert (spec.api_key_env, spec.key_chosen) == ("MINE", True)


def test_headers_and_the_second_witness_are_read(paths: Paths) -> None:
    (spec,) = load(
        paths, OMNI + 'headers = { X-Team = "${TEAM}" }\nmcp_server = "route"\nadmin_key_env = "ADMIN"\n'
    ).gateways
    assert (spec.headers, spec.mcp_server, spec.admin_key_env) == ({"X-Team": "blue"}, "route", "ADMIN")
    assert (spec.secrets, spec.provider.secrets) == (("blue",), ("blue",))


def test_the_gateway_in_use_is_the_typed_one_before_the_files(paths: Paths) -> None:
    assert load(paths, OMNI).gateway == ""
    assert load(paths, 'gateway = "omni"\n' + OMNI).gateway == "omni"
    assert load(paths, 'gateway = "omni"\n' + OMNI, "embedded").gateway == ""
    assert load(paths, OMNI, "omni").gateway == "omni"


def test_an_unknown_name_on_the_command_line_is_a_usage_error(paths: Paths) -> None:
    with pytest.raises(UsageError) as raised:
        load(paths, OMNI, "onmi")
    assert "Did you mean 'omni'?" in raised.value.hint


WRONG = {
    "unknown gateway in use": ('\ngateway = "onmi"\n' + OMNI, 2, "Did you mean 'omni'?"),
    "the gateway in use is text": ("gateway = 3\n", 1, "must be text"),
    "unknown kind": ('[[gateways]]\nname = "a"\nkind = "omnirout"\n', 3, "omniroute"),
    "no kind": ('[[gateways]]\nname = "a"\n', 1, "kind"),
    "no name": ('[[gateways]]\nkind = "litellm"\n', 1, "name"),
    "a name of two lines": ('[[gateways]]\nname = "a\\nb"\nkind = "litellm"\n', 2, "one line of at most 40"),
    "a very long name": (f'[[gateways]]\nname = "{"a" * 41}"\nkind = "litellm"\n', 2, "one line of at most 40"),
    "a slash in the name": ('[[gateways]]\nname = "a/b"\nkind = "litellm"\n', 2, "slash"),
    "two of one name": (OMNI + "\n" + OMNI, 6, "twice"),
    "the name of the one in here": ('[[gateways]]\nname = "embedded"\nkind = "litellm"\n', 2, "another name"),
    "no address": ('[[gateways]]\nname = "a"\nkind = "openai"\n', 1, "url"),
    "no web address": (OMNI + 'url = "localhost:20128"\n', 4, "no http or https"),
    "a provider at another address": (
        '[[providers]]\nname = "omni"\nbase_url = "http://10.0.0.1/v1"\n' + OMNI,
        5,
        "another address",
    ),
    "a witness of another kind": ('[[gateways]]\nname = "a"\nkind = "litellm"\nmcp_server = "x"\n', 4, "OmniRoute"),
    "a key in plain text": (OMNI + 'api_key = "sk-1"\n', 4, "plain text"),
    "unknown key": (OMNI + 'uri = "x"\n', 4, "Did you mean 'url'?"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_told_with_file_line_and_remedy(paths: Paths, name: str) -> None:
    toml, line, word = WRONG[name]
    with pytest.raises(ConfigError) as raised:
        load(paths, toml)
    assert f"{paths.config_file}:{line}:" in raised.value.message
    assert word in f"{raised.value.message} {raised.value.hint}"
