def copy(x):
    if isinstance(x, (list, dict, set)) and type(x) in (list, dict, set):
        return x.copy()
    if hasattr(x, "__copy__"):
        return x.__copy__()
    if hasattr(x, "copy"):
        return x.copy()
    if not _has_parts(x):
        return x
    return _like(x, dict(x.__dict__))


def deepcopy(x, memo=None):
    memo = {} if memo is None else memo
    if id(x) in memo:
        return memo[id(x)]
    if hasattr(x, "__deepcopy__"):
        return x.__deepcopy__(memo)
    kind = type(x)
    if kind is list:
        made = memo[id(x)] = []
        made.extend([deepcopy(item, memo) for item in x])
        return made
    if isinstance(x, dict):
        made = memo[id(x)] = copy(x)
        made.clear()
        for key, value in x.items():
            made[deepcopy(key, memo)] = deepcopy(value, memo)
        return made
    if kind is tuple:
        return tuple([deepcopy(item, memo) for item in x])
    if kind is set:
        return {deepcopy(item, memo) for item in x}
    if kind is bytearray:
        return bytearray(x)
    if not _has_parts(x):
        return x
    made = memo[id(x)] = _like(x, {})
    for name, value in x.__dict__.items():
        object.__setattr__(made, name, deepcopy(value, memo))
    return made


def _has_parts(x):
    # Whether it is an object of a class of Python's, which keeps its parts by name.
    return (
        not isinstance(x, type)
        and not callable(x)
        and hasattr(x, "__dict__")
        and hasattr(type(x), "__module__")
    )


def _like(x, parts):
    made = object.__new__(type(x))
    for name, value in parts.items():
        object.__setattr__(made, name, value)
    return made


class Error(Exception):
    pass
