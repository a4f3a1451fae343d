"""What an `http` node sends and gives: a request of rendered config, an output of an answer."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from pocket.capability.http_client import Fetched
from pocket.capability.http_request import HttpRequest
from pocket.capability.http_url import HttpUrl
from pocket.capability.refusal import Refusal
from pocket.document import JSON
from pocket.errors import NodeError
from pocket.foreign_json import loads

_JSON: Final = re.compile(r"application/(?:[\w.+-]+\+)?json")
_CHARSET: Final = re.compile(r'charset="?([\w-]{1,40})', re.IGNORECASE)


def output(fetched: Fetched) -> JSON:
    """Give the output of a node for an answer."""
    return {"status": fetched.reply.status, "headers": _headers(fetched), **_body(fetched)}


def request(url: str, method: str, params: JSON, headers: JSON, body: JSON) -> HttpRequest:
    """Make a request of what a config renders to.

    Raises:
        NodeError: it cannot be sent.
    """
    named = {name.lower() for name, _ in _pairs(headers)}
    given: list[JSON] = [[name, _plain(text)] for name, text in _pairs(headers)]
    if not isinstance(body, str | None):
        body = json.dumps(body, ensure_ascii=False)
        if "content-type" not in named:
            given.append(["Content-Type", "application/json"])
    try:
        where = _url(_with_params(url.strip(), params))
        return HttpRequest.parse({"method": method.strip(), "headers": given, "body": body}, where)
    except Refusal as refusal:
        raise NodeError(refusal.message) from refusal
    except UnicodeEncodeError as error:
        raise NodeError("a text has a character that is none, and cannot be sent") from error


def _url(text: str) -> HttpUrl:
    try:
        return HttpUrl.parse(text)
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        raise NodeError(f"url {text!r:.200}: {message}", hint=hint or None) from error


def _with_params(url: str, params: JSON) -> str:
    pairs = [(name, _plain(value)) for name, value in _pairs(params)]
    if not pairs:
        return url
    before, mark, fragment = url.partition("#")
    return f"{before}{'&' if '?' in before else '?'}{urlencode(pairs)}{mark}{fragment}"


def _pairs(mapping: JSON) -> Iterator[tuple[str, JSON]]:
    """Give each name with each of its values; one that is null is left out."""
    for name, value in mapping.items() if isinstance(mapping, dict) else ():
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                yield name, item


def _plain(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _headers(fetched: Fetched) -> JSON:
    found: dict[str, JSON] = {}
    for name, value in fetched.reply.headers:
        before = found.get(name.lower())
        found[name.lower()] = value if before is None else f"{before}, {value}"
    return found


def _body(fetched: Fetched) -> dict[str, JSON]:
    body = fetched.reply.body
    kinds = [value for name, value in fetched.reply.headers if name.lower() == "content-type"]
    kind = kinds[0] if kinds else ""
    if body and _JSON.fullmatch(kind.partition(";")[0].strip().lower()):
        try:
            return {"body": loads(body)}
        except ValueError:
            pass
    charset = _CHARSET.search(kind)
    try:
        return {"body": body.decode("latin-1" if charset and _is_latin(charset[1]) else "utf-8")}
    except UnicodeDecodeError:
        return {"body": None, "bodyBase64": base64.b64encode(body).decode("ascii")}


def _is_latin(charset: str) -> bool:
    return charset.lower() in {"iso-8859-1", "latin1", "latin-1"}
