"""What servers may ask of us, and the answers."""
