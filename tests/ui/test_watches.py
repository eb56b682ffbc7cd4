"""A word about a watched resource that changed, wherever the person is."""

from pathlib import Path

from tests.ui.stage import staged
from tui.domain.events import ResourceChanged, ResourceWatched
from tui.domain.ids import ServerName
from tui.domain.text import CleanText

WHO, WHAT = ServerName("files"), CleanText("note://a")


async def test_each_change_is_said_once_on_any_screen(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(ResourceWatched(WHO, WHAT, True))
        assert "note://a changed" not in stage.text
        await stage.tell(ResourceChanged(WHO, WHAT))
        await stage.until("files: note://a changed")
        assert len(stage.app._notifications) == 1
        await stage.tell(ResourceWatched(WHO, CleanText("note://b"), True))
        assert len(stage.app._notifications) == 1
