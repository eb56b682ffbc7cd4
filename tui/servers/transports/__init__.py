"""From bytes to messages: processes, pipes, HTTP, and the tap that sees and mends every message."""
