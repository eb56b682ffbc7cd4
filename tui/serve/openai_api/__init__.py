"""The gateway as any OpenAI client knows one: /v1/chat/completions and /v1/models."""
