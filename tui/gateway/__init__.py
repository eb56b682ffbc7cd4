"""The gateway between chats and model endpoints: an embedded one, and adapters to others."""
