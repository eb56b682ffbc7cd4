"""Writing another client's server into our own configuration, and reading it back as it will be read from now on."""

from collections.abc import Mapping
from dataclasses import replace

from tui.config.edit import add_server
from tui.config.foreign import FoundServer, answered
from tui.config.load import Options, load_settings
from tui.config.paths import Paths
from tui.config.servers import with_own_name
from tui.domain.servers import ServerSpec


def take_over(found: FoundServer, paths: Paths, environ: Mapping[str, str]) -> ServerSpec:
    """Writes the server into config.toml under a name that is free; untrusted. Raises ConfigError or UsageError."""
    taken = {spec.name for spec in load_settings(paths, environ, Options()).servers}
    written = replace(answered(found, {}, environ), name=with_own_name(found.spec.name, taken))
    add_server(paths, written)
    read = load_settings(paths, environ, Options()).servers
    return next(replace(spec, review=True) for spec in read if spec.name == written.name)
