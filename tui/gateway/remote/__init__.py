"""Gateways outside this program, behind the same protocol as the one inside it."""
