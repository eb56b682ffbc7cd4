"""The offline demo: two MCP servers that run as real processes, three scripted providers, a folder of files."""
