"""OpenRouter as a gateway."""
