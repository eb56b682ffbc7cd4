"""What callers call a model."""

from tui.engine import Engine


async def known_target(engine: Engine, name: str) -> str:
    """Returns the target that a model's name alone stands for: that model at the first provider who has it."""
    known = await engine.gateway.known_values("model")
    if name in known:
        return name
    return next((target for target in known if target.partition("/")[2] == name), name)
