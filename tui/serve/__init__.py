"""The program as a server: its gateway's operations as MCP tools over stdio and HTTP, for callers with scopes."""
