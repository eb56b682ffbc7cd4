"""What `@` and `/` stand for."""

from pathlib import Path

from tui.domain.ids import ServerName
from tui.domain.servers import Catalog, PromptInfo, ResourceInfo
from tui.domain.text import CleanText
from tui.ui.candidates import Mention, command_candidates, find_prompt, mentions, resource_candidates

GIT = ServerName("git")
PROMPT = PromptInfo(GIT, "review", CleanText("Review"))
CATALOGS = {
    GIT: Catalog(
        GIT,
        resources=(
            ResourceInfo(GIT, "file:///a", CleanText("a")),
            ResourceInfo(GIT, "file:///{x}", CleanText("t"), template=True),
        ),
        prompts=(PROMPT,),
    )
}


def test_resources_come_before_files_and_templates_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden"):
        (tmp_path / name).touch()
    labels = [candidate.label for candidate in resource_candidates(CATALOGS, tmp_path)]
    assert labels == ["@git:file:///a", "@a.txt", "@b.txt"]


def test_a_directory_with_very_many_files_is_read_in_part(tmp_path: Path) -> None:
    for number in range(600):
        (tmp_path / f"{number}.txt").touch()
    assert len(resource_candidates({}, tmp_path)) == 500


def test_a_directory_that_is_gone_offers_nothing(tmp_path: Path) -> None:
    assert resource_candidates({}, tmp_path / "gone") == []


def test_prompts_are_among_the_commands() -> None:
    labels = [candidate.label for candidate in command_candidates(CATALOGS)]
    assert "/new" in labels
    assert "/git.review" in labels


def test_a_prompt_is_found_by_its_whole_name_only() -> None:
    assert find_prompt(CATALOGS, " /git.review ") == PROMPT
    assert find_prompt(CATALOGS, "/git.review this") is None


def test_mentions_name_known_servers_once() -> None:
    found = mentions(CATALOGS, "see @git:file:///a and @git:file:///a, mail me@git:x or @who:y")
    assert found == [Mention(GIT, "file:///a")]
