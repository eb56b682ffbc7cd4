"""What stands around every screen: the status bar, the key bar, a line of actions."""
