"""The command line: reads arguments and settings, then runs a verb or opens the app."""


def main() -> int:
    """Returns the exit code."""
    return 2
