"""The MCP host: opens servers, keeps them, and runs their tools, resources and prompts."""
