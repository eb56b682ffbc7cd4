"""The staged check of one connection."""
