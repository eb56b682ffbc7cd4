"""OmniRoute: its HTTP API is believed, its MCP server is heard as a second witness; neither is believed to be whole."""
