"""The Textual app: screens wire, widgets draw, the engine does."""
