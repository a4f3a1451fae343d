"""The plugin's log, which `pocket plugins logs` shows; `print` writes to it, too."""

from pocket_plugin._host import write


def debug(*values: object) -> None:
    """Log what helps to find an error; shown on demand only."""
    _line(0, values)


def info(*values: object) -> None:
    """Log what happens."""
    _line(1, values)


def warning(*values: object) -> None:
    """Log what may be a problem."""
    _line(2, values)


def error(*values: object) -> None:
    """Log what went wrong."""
    _line(3, values)


def _line(level: int, values: "tuple[object, ...]") -> None:
    write(level, " ".join(str(value) for value in values))
