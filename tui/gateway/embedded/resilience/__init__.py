"""When not to call: breakers, cooldowns, what each failure does, and the profiles that set them. Pure, on a clock."""
