"""What a person consents to: who a server is, what its definitions say, and what changed since. Mostly pure."""
