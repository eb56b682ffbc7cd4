"""One call of the command line: what was typed, the settings that follow from it, and where answers go."""

import os
from argparse import Namespace
from dataclasses import dataclass, replace

from tui.cli.headless import Verb, run_headless
from tui.cli.output import Output
from tui.config.load import Options, load_settings
from tui.config.paths import Paths, find_paths
from tui.config.schema import Settings
from tui.demo.profile import demo_settings


@dataclass(frozen=True, slots=True)
class Invocation:
    """What every verb is given."""

    given: Namespace
    settings: Settings
    paths: Paths
    output: Output

    def on_engine(self, verb: Verb, settings: Settings | None = None) -> int:
        """Runs `verb` on an engine without a screen and returns its exit code."""
        return run_headless(settings or self.settings, self.paths, verb, self.output.say)


def invocation(given: Namespace, output: Output) -> Invocation:
    """Reads the settings. Raises ConfigError or UsageError when something in them is wrong."""
    paths = find_paths(os.environ)
    settings = load_settings(paths, os.environ, _options(given))
    # Only who chats begins a session; every other verb looks at the one a person is in, or was in last.
    chats = given.verb in (None, "ask")
    settings = replace(settings, resume=getattr(given, "resume", ""), follow_session=not chats)
    if getattr(given, "demo", False):
        settings = demo_settings(settings)
    return Invocation(given, settings, paths, output)


def _options(given: Namespace) -> Options:
    # `servers add NAME --url URL` is about a server to come, not one for this run; so is `providers add`.
    adding = given.verb if getattr(given, "action", None) == "add" else ""
    return Options(
        config=getattr(given, "config", None),
        servers=tuple(getattr(given, "typed_servers", ())),
        urls=() if adding == "servers" else tuple(getattr(given, "typed_urls", ())),
        base_url=None if adding == "providers" else getattr(given, "base_url", None),
        api_key_env=None if adding == "providers" else getattr(given, "api_key_env", None),
        model=getattr(given, "model", None),
        combo=getattr(given, "combo", None),
        gateway=getattr(given, "gateway", None),
        demo=getattr(given, "demo", False),
        approve=getattr(given, "approve", None),
        max_cost=getattr(given, "max_cost", None),
        tool_choice=getattr(given, "tool_choice", None),
    )
