"""What a person or a verb orders of the running program, by noun; `Engine` hands one of each out."""
