"""What requests cost: estimates, prices, budget rules and the guard that sets money aside."""
