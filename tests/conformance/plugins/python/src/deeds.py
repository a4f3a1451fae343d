"""What the plugin can do, by name."""

from pocket_plugin import PermissionDenied, env, http, log, store

_calls = []


def _fail(why: str) -> None:
    raise RuntimeError(why)  # the error


def _log(line: str) -> None:
    for write in (log.debug, log.info, log.warning, log.error):
        write(line)


def _http(question: dict) -> dict:
    body = question["body"].encode()
    response = http.request("POST", question["url"], headers={"x-asked": "yes"}, body=body)
    answered = response.header("X-Answer")
    return {"status": response.status, "answered": answered, "body": response.text}


def _refusal(url: str) -> str:
    try:
        http.get(url)
    except PermissionDenied as error:
        return error.code
    return "another"


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


def _write(question: dict) -> None:
    with open(question["path"], "w") as file:
        file.write(question["text"])


def _count(key: str) -> int:
    number = (store.get(key) or 0) + 1
    store.set(key, number)
    return number


def _count_call(_nothing: object) -> int:
    _calls.append(None)
    return len(_calls)


DEEDS = {
    "echo": lambda value: value,
    "add": sum,
    "fail": _fail,
    "panic": _fail,
    "log": _log,
    "print": print,
    "env": env.get,
    "http": _http,
    "refusal": _refusal,
    "read": _read,
    "write": _write,
    "count": _count,
    "keys": store.keys,
    "forget": store.delete,
    "calls": _count_call,
}
