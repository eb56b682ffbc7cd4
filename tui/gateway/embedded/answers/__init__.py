"""The operations that report: each answer is put together from the ledger, the breakers and what providers said."""
