"""What any program of ours on a terminal offers: themes, help, the palette, suspending, copying, a minimum of room."""

import os
import time

from textual import events
from textual.reactive import Initialize, Reactive
from textual.theme import Theme
from textual.widgets import Input, TextArea

from tui.config.paths import Paths
from tui.config.schema import UiSettings
from tui.domain.text import CleanText
from tui.ui.dialogs.too_small import SMALLEST, TooSmall
from tui.ui.reach import reachable
from tui.ui.terminal.terminal import TerminalApp
from tui.ui.theme import VARIABLE_DEFAULTS, load_themes, shipped_themes

_TWICE_S = 2.0


def _first_theme(app: "ShellApp") -> str:
    known = app.available_themes
    return next(name for name in (app._ui.theme, "night", "terminal", *known) if name in known)


class ShellApp(TerminalApp):
    """Everything about the program that has nothing to do with models and servers."""

    # Chosen before Textual reads any style: a theme put on later parses and paints everything twice.
    theme: Reactive[str] = Reactive(Initialize(_first_theme))

    def __init__(self, paths: Paths, ui: UiSettings) -> None:
        self._ui = ui
        self._pressed_at = 0.0
        self._shelf = load_themes((shipped_themes(), paths.themes))
        self._colourless = bool(os.environ.get("NO_COLOR"))
        super().__init__(paths)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLE_DEFAULTS

    @property
    def available_themes(self) -> dict[str, Theme]:
        # Without colours what is chosen must be told by attributes, which only the terminal's own palette does.
        themes = {**super().available_themes, **self._shelf.themes}
        return {name: theme for name, theme in themes.items() if theme.ansi or not self._colourless}

    def get_theme(self, theme_name: str) -> Theme | None:
        # Asked for every style of every widget, and `available_themes` is made anew each time.
        return self._shelf.themes.get(theme_name) or super().get_theme(theme_name)

    def on_mount(self) -> None:
        problems = list(self._shelf.problems)
        if self._ui.keys:
            from tui.ui.keymap import fitting_keys  # only for those who choose keys

            chosen, unfit = fitting_keys(self._ui.keys)
            self.set_keymap(chosen)
            problems += unfit
        if self._ui.theme not in self.available_themes and not self._colourless:
            problems.append(CleanText(f"There is no theme called {self._ui.theme!r}; f2 shows those there are."))
        for problem in problems:
            self.notify(problem, severity="warning", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        shown = isinstance(self.screen, TooSmall)
        if small and not shown:
            self.push_screen(TooSmall())
        elif shown and not small:
            self.pop_screen()

    def pressed_twice(self) -> bool:
        """Returns whether this was asked less than two seconds ago."""
        now = time.monotonic()
        twice = now - self._pressed_at < _TWICE_S
        self._pressed_at = now
        return twice

    def copy_selection(self) -> bool:
        """Copies what is selected, in a text field or on the screen. Returns False when nothing is."""
        focused = self.focused
        selected = focused.selected_text if isinstance(focused, TextArea | Input) else ""
        selected = selected or self.screen.get_selected_text() or ""
        if not selected:
            return False
        self.copy_to_clipboard(selected)
        self.screen.clear_selection()
        self.notify("Sent to the clipboard.", timeout=2, markup=False)
        return True

    def action_help(self) -> None:
        from tui.ui.dialogs.help import HelpDialog  # not needed at start-up

        if isinstance(self.screen, HelpDialog):
            self.screen.dismiss(None)
        else:
            self.push_screen(HelpDialog(reachable(self.screen)))

    def action_palette(self) -> None:
        self.action_command_palette()

    def action_suspend(self) -> None:
        self.action_suspend_process()

    def action_theme(self) -> None:
        from tui.ui.dialogs.choice import Choice, ChoiceDialog

        before = self.theme
        ours = sorted(self._shelf.themes.keys() & self.available_themes.keys())
        choices = [Choice(name, CleanText(name), self._about(name)) for name in ours]

        def chosen(name: str | None) -> None:
            self.theme = name or before

        self.push_screen(ChoiceDialog("Theme", choices, current=before, preview=self._wear), chosen)

    def _wear(self, name: str) -> None:
        self.theme = name

    def _about(self, name: str) -> CleanText:
        theme = self.available_themes[name]
        tone = "dark" if theme.dark else "light"
        return CleanText(f"{tone}, the terminal's own colours" if theme.ansi else tone)
