"""One request on its way: attempts, retries, fallbacks and the one fact it ends with."""
