"""The chat as one widget: entries, Markdown and results drawn as lines."""
