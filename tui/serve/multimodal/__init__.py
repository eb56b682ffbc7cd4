"""Chat, pictures, recordings and questions about models as served tools, all through the gateway of the program."""
