"""What a person consents to when a server may start: every fact of its launch, secrets masked. Pure."""

import hashlib
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import PurePath

from tui.domain.servers import ServerSpec
from tui.domain.text import CleanText, escape_line
from tui.domain.trust import Change, LaunchReview
from tui.servers.transports.preview import MASK
from tui.servers.trust.identity import masked_args, masked_url, without_secrets

_PACKAGE_RUNNERS = frozenset({"npx", "bunx", "pnpx", "uvx", "pipx"})
_SUBCOMMANDS = frozenset({"run", "dlx", "exec", "x", "tool"})
_PINNED = re.compile(r".(?:@v?\d+\.\d+\.\d+[\w.+-]*|==\d[\w.]*|@sha256:[0-9a-f]{12,}|@[0-9a-f]{40})$")


def launch_lines(spec: ServerSpec, executable: str) -> list[str]:
    """Returns one line for each fact; secret values are masked, with a trace of a hash that tells a change."""
    if spec.transport != "stdio":
        lines = [f"reaches: {_shown(spec.url, masked_url(spec.url), spec)}", f"transport: {spec.transport}"]
        return lines + _named("header", spec.headers)
    masked = masked_args(spec.args)
    lines = [f"runs: {escape_line(spec.command)}"]
    lines += [f"argument: {_shown(arg, _plain(shown), spec)}" for arg, shown in zip(spec.args, masked, strict=True)]
    lines += [f"program: {escape_line(executable)}"] if executable else []
    lines += [f"directory: {escape_line(spec.cwd)}"] if spec.cwd else []
    return lines + _named("environment", spec.env)


def _shown(text: str, masked: str, spec: ServerSpec) -> str:
    masked = without_secrets(masked, spec)
    return escape_line(masked) + (f" ({_trace(text)})" if MASK in masked else "")


def _trace(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:6]


def launch_review(spec: ServerSpec, executable: str, agreed: Sequence[str]) -> LaunchReview:
    """Returns the launch as it is now against the lines that were agreed to; `agreed` is empty where nothing was."""
    now = launch_lines(spec, executable)
    return LaunchReview(
        tuple(_compared(agreed, now) if agreed else [("new", CleanText(line)) for line in now]),
        bool(agreed),
        cautions(spec),
    )


def cautions(spec: ServerSpec) -> tuple[CleanText, ...]:
    """Returns what a person should weigh before starting this server, one sentence each."""
    package = floating_package(spec)
    if package is None:
        return ()
    return (
        CleanText(
            f"{escape_line(package)} names no version: each start may fetch and run newer code than you looked at. "
            "Write a version behind it to prevent that."
        ),
    )


def floating_package(spec: ServerSpec) -> str | None:
    """Returns the package a runner would fetch in whatever version is newest then; None when it is pinned or local."""
    runner = PurePath(spec.command).stem.lower()
    words = list(spec.args)
    if spec.transport != "stdio" or not _fetches(runner, words):
        return None
    package = _package(words)
    if package is None or _PINNED.search(package) or package.startswith((".", "/", "~", "file:")):
        return None
    return package


def _fetches(runner: str, words: list[str]) -> bool:
    if runner in _PACKAGE_RUNNERS:
        return True
    first = next((word for word in words if not word.startswith("-")), "")
    fetching = {"uv": ("tool", "x"), "npm": ("exec", "x"), "pnpm": ("dlx",), "yarn": ("dlx",), "bun": ("x",)}
    return first in fetching.get(runner, ())


def _package(words: list[str]) -> str | None:
    """The package named by an option, else the first plain word that is no subcommand."""
    named_by = ("--from", "--package", "-p", "--spec")
    for word, following in zip(words, [*words[1:], ""], strict=True):
        option, sign, value = word.partition("=")
        if option in named_by:
            return value if sign else following
    return next((word for word in words if not word.startswith("-") and word not in _SUBCOMMANDS), None)


def _named(noun: str, values: Mapping[str, str]) -> list[str]:
    return [f"{noun}: {escape_line(name)} = {MASK} ({_trace(value)})" for name, value in sorted(values.items())]


def _plain(arg: str) -> str:
    """Undoes the shell's quoting: one argument stands on a line of its own."""
    try:
        words = shlex.split(arg)
    except ValueError:
        return arg
    return words[0] if len(words) == 1 else arg


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterable[tuple[Change, CleanText]]:
    for change, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            yield from (("same", CleanText(line)) for line in new[new_from:new_to])
        else:
            yield from (("gone", CleanText(line)) for line in old[old_from:old_to])
            yield from (("new", CleanText(line)) for line in new[new_from:new_to])
