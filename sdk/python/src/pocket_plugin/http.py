"""HTTP, by the host; wants `permissions.network` in the manifest."""

import binascii
import json

from pocket_plugin._host import ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Response:
    """What a server answered, whatever its status.

    Attributes:
        status: such as 200.
        url: where the answer came from, after all redirects.
        headers: name and value, in the server's order.
        body: all of it, unpacked.
    """

    def __init__(self, answer: "dict[str, Any]") -> None:
        self.status: int = answer["status"]
        self.url: str = answer["url"]
        self.headers: list[tuple[str, str]] = [(name, value) for name, value in answer["headers"]]
        self.body: bytes = _body(answer)

    @property
    def ok(self) -> bool:
        """Whether the status is one of success, 200 to 299."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body, which has to be UTF-8."""
        return self.body.decode()

    def json(self) -> "Any":
        """Read the body as JSON.

        Raises:
            ValueError: it is none.
        """
        return json.loads(self.body)

    def header(self, name: str) -> "str | None":
        """Give the first header of a name, whatever its case."""
        for other, value in self.headers:
            if other.lower() == name.lower():
                return value
        return None


def _body(answer: "dict[str, Any]") -> bytes:
    if "bodyBase64" in answer:
        return binascii.a2b_base64(answer["bodyBase64"])
    text: str = answer["body"]
    return text.encode()


def get(url: str, headers: "dict[str, str] | None" = None) -> Response:
    """Make a GET request; see `request`."""
    return request("GET", url, headers=headers)


def post(url: str, value: object, headers: "dict[str, str] | None" = None) -> Response:
    """Make a POST request with a body of JSON; see `request`."""
    named = {"content-type": "application/json"}
    named.update(headers or {})
    return request("POST", url, headers=named, body=json.dumps(value).encode())


def request(
    method: str,
    url: str,
    headers: "dict[str, str] | None" = None,
    body: "bytes | None" = None,
) -> Response:
    """Make a request and wait for the whole response. Redirects are followed.

    Raises:
        PermissionDenied: the manifest does not ask for this host.
        HostError: no response could be had.
    """
    question: "dict[str, Any]" = {"method": method, "url": url}
    question["headers"] = list((headers or {}).items())
    if body is not None:
        question["bodyBase64"] = binascii.b2a_base64(body, newline=False).decode()
    return Response(ask("http.request", **question))
