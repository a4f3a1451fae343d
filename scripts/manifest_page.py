"""The page on manifests: an example that is checked, and every field of the schema."""

from __future__ import annotations

from markdown import properties, table

from pocket.plugin.manifest import manifest_schema, parse_manifest

EXAMPLE = """\
name: sentiment-analyzer
version: 1.0.0
description: Sentiment analysis plugin for Pocket
author: Your Name
license: MIT

runtime: wasm
binary: plugin.wasm

nodes:
  - type: sentiment
    category: ai
    description: Analyze text sentiment

requirements:
  pocket: ">=0.5.0"
  memory: 50MB

permissions:
  memory: 50MB
  cpu: 100ms
  timeout: 2s
  network: [api.example.com, "*.trusted-domain.com"]
  env: [API_KEY]
  filesystem: [read:/data, write:/data/out]
  disk: 10MB
  store: 1MB

state: fresh
"""


def manifest_page() -> str:
    """Give docs/manifest.md, without the note above it."""
    parse_manifest(EXAMPLE.encode(), "docs/manifest.md")
    rows = list(properties(manifest_schema()))
    return f"""# The manifest

`manifest.yaml` stands at the top of a package, beside the wasm file or above its folder. An unknown
key is an error; `pocket plugins validate DIR` shows every error at once, with its line and column.

```yaml
{EXAMPLE}```

{table(["field", "type", "default", ""], rows)}

Sizes are written like `50MB` or `50MiB`, both of 1024 x 1024 bytes; durations as in Go: `300ms`,
`1.5s`, `1h30m`. Permissions default to nothing but the limits above; [permissions](permissions.md)
says what each of them gives. They may also be a list:

```yaml
permissions:
  - memory: 50MB
  - cpu: 100ms
```

`binary: plugin.wasm` also finds `dist/plugin.wasm`, if exactly one file of the package has that
name.
"""
