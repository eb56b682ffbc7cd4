"""The LiteLLM proxy as a gateway."""
