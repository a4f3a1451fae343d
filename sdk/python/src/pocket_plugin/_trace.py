"""Exceptions as text: where in the author's files they were raised."""

from pocket_plugin import _host

_FRAME = '  File "'


def short(error: BaseException) -> str:
    """Give the error in one line, and below it the author's places, the last call last."""
    frames = [line for line in _host.traceback(error).split("\n") if line.startswith(_FRAME)]
    places = [_place(frame) for frame in frames if "pocket_plugin/" not in frame]
    said = str(error)
    name = type(error).__name__
    return "\n".join([name + ": " + said if said else name] + places)


def _place(frame: str) -> str:
    path, line, function = frame[len(_FRAME) :].split(", ")
    return "  " + path.rstrip('"') + ":" + line[len("line ") :] + " " + function
