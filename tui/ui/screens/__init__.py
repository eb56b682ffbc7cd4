"""One module a screen; a screen turns state into widget data and widget messages into engine orders."""
