"""Every kind of thing an MCP server can offer, served by the program's own layer for the conformance suite to judge."""
