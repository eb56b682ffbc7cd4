"""One OpenAI-compatible endpoint: the client, its wire format and its failures."""
