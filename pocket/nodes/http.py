"""`http`: asks a server, and gives its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pocket.document import JSON
from pocket.errors import InvalidInput
from pocket.nodes.builtin import BuiltinType, Config
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.units import format_bytes, parse_bytes
from pocket.workflow.model import RetrySpec
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope
from pocket.workflow.template import Text, render

if TYPE_CHECKING:
    from pocket.nodes.web import Attempts

_MAX_BYTES: Final = 10 << 20


def prepare(config: Config) -> NodeCall:
    """Make an http node."""
    from pocket.nodes.http_message import output, request
    from pocket.nodes.web import refused

    url: Text = config["url"]
    method: Text = config["method"]
    parts: dict[str, Any] = {name: config.get(name) for name in ("params", "headers", "body")}
    attempts = _attempts(config)
    failing: bool = config["fail_on_error"]

    def call(value: JSON, scope: Scope) -> Answer:
        rendered: Any = render(parts, value, scope)
        asked = request(url(value, scope), method(value, scope), **rendered)
        fetched = attempts.ask(asked, scope)
        status = fetched.reply.status
        if status >= 400:
            error = refused(asked, fetched, repeatable=attempts.repeatable)
            if failing or (error.retryable and scope.may_try_again(error.retry_after_s)):
                raise error
        return Answer(output(fetched))

    return call


def _attempts(config: Config) -> Attempts:
    from pocket.capability.http_client import HttpClient
    from pocket.nodes.web import Attempts

    said: Mapping[str, Any] = config.get("retry") or {}
    known = {"max_attempts": "max_attempts", "delay": "delay_s", "max_delay": "max_delay_s"}
    given = {known[name]: said[name] for name in known if name in said}
    retry = RetrySpec(**given) if "retry" in config else None
    try:
        max_bytes = parse_bytes(config["max_bytes"])
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        raise InvalidInput(f"max_bytes: {message}", hint=hint) from error
    if max_bytes > _MAX_BYTES:
        raise InvalidInput(f"max_bytes is more than {format_bytes(_MAX_BYTES)}")
    unsafe: bool = said.get("unsafe", False)
    return Attempts(HttpClient(), retry, unsafe, config["timeout"], max_bytes)


_TEMPLATES: Final[dict[str, JSON]] = {"type": ["object", "null"], "format": "template"}

HTTP = BuiltinType(
    NodeMetadata(
        type="http",
        category="io",
        description="Asks a server over HTTP",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "required": ["url"],
            "properties": {
                "url": {
                    "type": "string",
                    "format": "template",
                    "description": "An http or https URL. What comes from elsewhere belongs into "
                    "`params`, which escapes it",
                },
                "method": {
                    "type": "string",
                    "format": "template",
                    "default": "GET",
                    "description": "GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS",
                },
                "params": {
                    **_TEMPLATES,
                    "description": "What is added to the URL's query; a list is added several "
                    "times, null not at all",
                },
                "headers": {**_TEMPLATES, "description": "Headers; a list is sent several times"},
                "body": {
                    "format": "template",
                    "description": "A text, which is sent as it is, or any other value, which is "
                    "sent as JSON; texts in it are templates",
                },
                "timeout": {
                    "type": "string",
                    "format": "duration",
                    "default": "30s",
                    "description": "For everything: redirects, attempts and the time between them",
                },
                "retry": {
                    "type": "object",
                    "additionalProperties": False,
                    "description": "Ask again where nobody answers, or with 429 or 5xx; but GET, "
                    "HEAD and OPTIONS only, if anything was sent. Without it there are 3 attempts, "
                    "or those of the node's own `retry` where it has one",
                    "properties": {
                        "max_attempts": {
                            "type": "integer",
                            "minimum": 1,
                            "maximum": 100,
                            "default": 3,
                            "description": "The first one counts",
                        },
                        "delay": {
                            "type": "string",
                            "format": "duration",
                            "default": "1s",
                            "description": "Time before the second attempt; each one after it "
                            "takes twice as long, or as long as `Retry-After` says",
                        },
                        "max_delay": {
                            "type": "string",
                            "format": "duration",
                            "default": "1m",
                            "description": "No delay is longer, whatever the server says",
                        },
                        "unsafe": {
                            "type": "boolean",
                            "default": False,
                            "description": "Repeat any request, though it may be done twice",
                        },
                    },
                },
                "max_bytes": {
                    "type": "string",
                    "default": "10MB",
                    "description": "Largest body that is taken, unpacked; 10MB is the most",
                },
                "fail_on_error": {
                    "type": "boolean",
                    "default": False,
                    "description": "Fail on a status of 400 or more",
                },
            },
        },
        input_schema=None,
        output_schema={
            "type": "object",
            "required": ["status", "headers", "body"],
            "properties": {
                "status": {"type": "integer"},
                "headers": {"type": "object"},
                "body": {},
                "bodyBase64": {"type": "string"},
            },
        },
        examples=(
            Example(
                name="A search",
                config={
                    "url": "https://api.example.com/search",
                    "params": {"q": "{{.words}}", "limit": 10},
                },
                input={"words": "cats & dogs"},
                output={
                    "status": 200,
                    "headers": {"content-type": "application/json"},
                    "body": {"found": 7},
                },
            ),
            Example(
                name="A message",
                config={
                    "url": "https://hooks.example.com/in",
                    "method": "POST",
                    "headers": {"Authorization": "Bearer ${HOOK_TOKEN:none}"},
                    "body": {"text": "{{.name}} said hello"},
                },
                input={"name": "Ada"},
                output={"status": 204, "headers": {}, "body": ""},
            ),
        ),
    ),
    prepare,
)
