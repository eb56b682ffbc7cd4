"""The answers of the operations in the words that other agents are written for, beside our own."""
