"""Calls of tools, resources and prompts: validated before, bounded in time, cleaned after."""
