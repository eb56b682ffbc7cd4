"""Small programs around the real app that tests run in a terminal."""
