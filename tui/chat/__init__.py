"""A conversation with tools: the loop, what fits the window, what may run."""
