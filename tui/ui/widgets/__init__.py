"""What is drawn: each widget is shown plain data and posts its own messages; none knows the engine or the app."""
