"""Gateways outside this program behind the same contract as the one inside it."""
