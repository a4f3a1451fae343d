class ContextDecorator:
    def __call__(self, function):
        def call(*args, **named):
            with self:
                return function(*args, **named)

        return call


class _Generated(ContextDecorator):
    def __init__(self, generator):
        self._generator = generator

    def __enter__(self):
        return next(self._generator)

    def __exit__(self, kind, error, _traceback):
        if error is None:
            for _ in self._generator:
                raise RuntimeError("generator didn't stop")
            return False
        try:
            self._generator.throw(error)
        except StopIteration:
            return True
        except BaseException as other:
            if other is error:
                return False
            raise
        raise RuntimeError("generator didn't stop after throw()")


def contextmanager(function):
    return lambda *args, **named: _Generated(function(*args, **named))


class suppress(ContextDecorator):
    def __init__(self, *exceptions):
        self._exceptions = exceptions

    def __enter__(self):
        return None

    def __exit__(self, kind, error, _traceback):
        return kind is not None and issubclass(kind, self._exceptions)


class nullcontext:
    def __init__(self, enter_result=None):
        self._result = enter_result

    def __enter__(self):
        return self._result

    def __exit__(self, *_):
        return None


class closing(nullcontext):
    def __exit__(self, *_):
        self._result.close()


class ExitStack:
    def __init__(self):
        self._exits = []

    def enter_context(self, manager):
        result = manager.__enter__()
        self._exits.append(manager.__exit__)
        return result

    def push(self, leave):
        self._exits.append(leave.__exit__ if hasattr(leave, "__exit__") else leave)
        return leave

    def callback(self, function, *args, **named):
        self._exits.append(lambda *_: function(*args, **named) and False)
        return function

    def pop_all(self):
        other = ExitStack()
        other._exits, self._exits = self._exits, []
        return other

    def close(self):
        self.__exit__(None, None, None)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _traceback):
        first, pending = error, error
        while self._exits:
            leave = self._exits.pop()
            try:
                if (
                    leave(None if pending is None else type(pending), pending, None)
                    and pending is not None
                ):
                    pending = None
            except BaseException as other:
                pending = other
        if pending is not None and pending is not first:
            raise pending
        return first is not None and pending is None
