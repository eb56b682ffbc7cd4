"""Programs that the benches run in a terminal of their own."""
