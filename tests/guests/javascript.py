"""Plugins in JavaScript, made as `pocket-plugin compile` makes them: the engine and a script."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from guests.build import source_section

ENGINE = Path(__file__).parents[2] / "sdk" / "javascript" / "dist" / "engine.wasm"


def javascript(body: str, *, stream: bool = False) -> bytes:
    """Make a plugin with the node `main`, whose `exec(input)` does what `body` says."""
    streams = "stream: true," if stream else ""
    script = f"""
    let calls = 0;
    export default {{
      config: null,
      getMetadata() {{
        return {{
          {streams} type: 'main', category: 'test', description: 'main', configSchema: {{}},
        }};
      }},
      async exec(input) {{ {body} }},
    }};
    """
    return _engine() + source_section(script.encode())


@cache
def _engine() -> bytes:
    return ENGINE.read_bytes()  # `make -C sdk/javascript` builds it
