"""What callers call a model."""

from tui.engine import Engine


async def known_target(engine: Engine, name: str) -> str:
    """Returns the target that a model's name stands for.

    The gateway in here takes a model's own id; one outside may know it under its provider's name only.
    """
    if engine.parts.gateway.model(name) is not None:
        return name
    known = await engine.gateway.known_values("model")
    if name in known:
        return name
    return next((target for target in known if target.partition("/")[2] == name), name)
