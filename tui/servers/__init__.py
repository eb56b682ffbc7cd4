"""The MCP host: connections, what servers offer, calls and what comes back."""
