"""Signing in at servers (OAuth 2.1), and how far a server may send us for it."""
