"""Where settings live, what they may be, and how they are read."""
