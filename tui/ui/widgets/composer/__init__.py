"""Where a message is written: the field, completions and attachments."""
