"""The least a chat in Textual can be: one text area with a title."""

from textual.app import App, ComposeResult
from textual.widgets import Static, TextArea


class MinimalApp(App[None]):
    """A title and a text area with the focus."""

    def compose(self) -> ComposeResult:
        yield Static("minimal")
        yield TextArea()

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()


if __name__ == "__main__":
    MinimalApp().run()
