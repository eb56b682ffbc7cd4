"""The servers: the cockpit's pane and the table of their screen."""
