"""What the program talks about: plain facts, standard library only, imported by every other package."""
