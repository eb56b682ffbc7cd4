"""Themes: palettes from TOML files, checked before Textual sees them (a bad colour would end the app)."""

VARIABLE_DEFAULTS: dict[str, str] = {
    "dim": "#8b98a9",
    "user": "#b4a1ff",
    "code": "#7ee787",
    "live": "#79c0ff",
}
"""Our own TCSS variables beside Textual's: secondary text, the person's name, inline code and strings, what is live."""
