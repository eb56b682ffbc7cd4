"""Questions over a screen; each returns one answer."""
