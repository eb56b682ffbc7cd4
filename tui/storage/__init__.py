"""Chats, the usage ledger and decisions on disk, in one SQLite database written by one thread."""
