"""mcp-tui: MCP servers, chat with tools and the model gateway on one terminal screen."""

__version__ = "0.1.0"
