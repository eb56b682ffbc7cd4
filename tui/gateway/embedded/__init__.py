"""The gateway inside this program: routing, breakers, budget, prices; pure cores on an injected clock."""
