"""Exceptions as an error: what they say, and where in the author's files they were raised."""

from pocket_plugin import _host

_FRAME = '  File "'


def message(error: BaseException) -> str:
    """Give the kind of an error and what it says."""
    said = str(error)
    name = type(error).__name__
    return name + ": " + said if said else name


def stack(error: BaseException) -> list[dict[str, object]]:
    """Give the author's functions that were under way, the innermost first."""
    frames = [line for line in _host.traceback(error).split("\n") if line.startswith(_FRAME)]
    own = [_frame(frame) for frame in frames if "pocket_plugin/" not in frame]
    own.reverse()
    return own


def _frame(text: str) -> dict[str, object]:
    path, line, function = text[len(_FRAME) :].split(", ")
    return {
        "function": function[len("in ") :],
        "file": path.rstrip('"'),
        "line": int(line[len("line ") :]),
    }
