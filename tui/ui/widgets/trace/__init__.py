"""A turn as a waterfall, and what stands beside it."""
