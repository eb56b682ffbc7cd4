"""What servers offer, calls by hand and their results."""
