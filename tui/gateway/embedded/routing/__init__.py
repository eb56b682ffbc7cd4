"""Where requests go and why: places, strategies, scores, simulations, recommendations and explanations."""
