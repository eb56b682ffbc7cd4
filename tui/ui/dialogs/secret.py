"""One line that is never shown: a key."""

from tui.ui.dialogs.prompt import PromptDialog


class SecretDialog(PromptDialog):
    """Answers with what was typed, None when closed; the screen shows dots."""

    def __init__(self, title: str, *, note: str = "") -> None:
        super().__init__(title, note=note)
        self._input.password = True
