# Read by CPython and by the engine: everything that `re` says of a pattern and a text.

import re


def probe(pattern, flags, text):
    try:
        compiled = re.compile(pattern, flags)
    except (re.error, OverflowError) as problem:
        return ["error", getattr(problem, "msg", "overflow"), getattr(problem, "pos", None)]

    def seen(match):
        if match is None:
            return None
        spans = [match.span(group) for group in range(compiled.groups + 1)]
        return [spans, match.groups(), match.lastindex, match.lastgroup]

    return [
        compiled.groups,
        sorted(compiled.groupindex.items()),
        compiled.flags,
        seen(compiled.match(text)),
        seen(compiled.fullmatch(text)),
        seen(compiled.search(text)),
        seen(compiled.search(text, 1, 4)),
        [seen(match) for match in compiled.finditer(text)],
        compiled.findall(text),
        compiled.split(text),
        compiled.split(text, 1),
        compiled.subn("<\\g<0>>", text),
        compiled.sub(lambda match: "[" + match.group() + "]", text, 2),
    ]


def probe_all(cases):
    return [probe(*case) for case in cases]
