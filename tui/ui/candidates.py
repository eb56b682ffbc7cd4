"""What `@` and `/` complete to in the message field, and what they stand for when the message is sent."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tui.domain.ids import ServerName
from tui.domain.servers import Catalog, PromptInfo, ResourceInfo
from tui.domain.text import clean_line
from tui.ui.widgets.composer.composer import Candidate

COMMANDS: Mapping[str, tuple[str, str]] = {
    "new": ("screen.new", "Begin a new chat"),
    "model": ("screen.model", "Choose the model or combo"),
    "servers": ("app.screen('servers')", "The MCP servers"),
    "tools": ("app.screen('tools')", "Tools, resources and prompts"),
    "trace": ("app.screen('trace')", "A turn as a waterfall"),
    "gateway": ("app.screen('gateway')", "Health, breakers, cost"),
    "sessions": ("app.screen('sessions')", "Earlier chats"),
    "theme": ("app.theme", "Choose a theme"),
    "help": ("app.help", "The keys"),
    "quit": ("app.quit", "Leave"),
}
"""Name to action and help; the same actions as in the palette."""
_MOST_FILES = 500
_MENTION = re.compile(r"(?<!\S)@([^\s:]+):(\S+)")


@dataclass(frozen=True, slots=True)
class Mention:
    """`@server:uri` in a message."""

    server: ServerName
    uri: str


def resource_candidates(catalogs: Mapping[ServerName, Catalog], directory: Path) -> list[Candidate]:
    """Returns the resources of all servers, then the files of `directory` (a bounded number, no hidden ones)."""
    resources = [_resource(each) for catalog in catalogs.values() for each in catalog.resources if not each.template]
    return [*resources, *(_file(path) for path in _files(directory))]


def command_candidates(catalogs: Mapping[ServerName, Catalog]) -> list[Candidate]:
    """Returns our own commands, then the prompts of all servers."""
    own = [Candidate(f"/{name}", f"/{name}", help) for name, (_, help) in COMMANDS.items()]
    prompts = (prompt for catalog in catalogs.values() for prompt in catalog.prompts)
    return [
        *own,
        *(Candidate(prompt_name(each), prompt_name(each), each.description or each.title) for each in prompts),
    ]


def prompt_name(prompt: PromptInfo) -> str:
    """Returns how a prompt is called in the message field: `/server.prompt`."""
    return clean_line(f"/{prompt.server}.{prompt.name}", 120)


def find_prompt(catalogs: Mapping[ServerName, Catalog], message: str) -> PromptInfo | None:
    """Returns the prompt a message names, None when it is an ordinary message."""
    wanted = message.strip()
    prompts = (prompt for catalog in catalogs.values() for prompt in catalog.prompts)
    return next((each for each in prompts if prompt_name(each) == wanted), None)


def mentions(catalogs: Mapping[ServerName, Catalog], message: str) -> list[Mention]:
    """Returns the resources a message names, each once, in order; unknown servers are left alone."""
    found = (Mention(ServerName(server), uri.rstrip(",.;:!?)")) for server, uri in _MENTION.findall(message))
    return list(dict.fromkeys(each for each in found if each.server in catalogs))


def _resource(resource: ResourceInfo) -> Candidate:
    name = clean_line(f"@{resource.server}:{resource.uri}", 200)
    return Candidate(name, f"{name} ", resource.name or resource.description)


def _file(path: Path) -> Candidate:
    return Candidate(f"@{clean_line(path.name, 200)}", "", "attaches the file", path)


def _files(directory: Path) -> Iterable[Path]:
    return sorted(
        Path(entry.path)
        for entry in _entries(directory)
        if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False)
    )


def _entries(directory: Path) -> list[os.DirEntry[str]]:
    entries: list[os.DirEntry[str]] = []
    try:
        with os.scandir(directory) as found:
            for entry in found:
                entries.append(entry)
                if len(entries) == _MOST_FILES:
                    break
    except OSError:
        return []
    return entries
