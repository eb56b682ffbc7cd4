"""The views of the gateway screen, one module each: what it asks the gateway, and what can be done there."""
