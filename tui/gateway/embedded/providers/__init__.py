"""What is known of providers: models, keys, lists, connection tests and measured latency."""
