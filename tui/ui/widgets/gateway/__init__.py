"""The gateway: the cockpit's rail and the tables of its screen."""
