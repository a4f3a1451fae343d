import re as _re

_BREAKS = "\\s+|(?:[^\\s]*?\\w\\w-(?=\\w\\w))|\\S+"


def _pieces(text, width, first, rest):
    for blank in "\t\n\v\f\r":
        text = text.replace(blank, " " if blank != "\t" else "        ")
    chunks = _re.findall(_BREAKS, text)
    chunks.reverse()
    lines = []
    while chunks:
        room = width - len(rest if lines else first)
        if lines and not chunks[-1].strip():
            chunks.pop()
        line, used = [], 0
        while chunks and used + len(chunks[-1]) <= room:
            used += len(chunks[-1])
            line.append(chunks.pop())
        if chunks and len(chunks[-1]) > room:
            # Longer than any line: it is broken where this one ends.
            part = max(room - used, 0) if room > 0 else 1
            if part or line:
                word = chunks.pop()
                line.append(word[:part])
                chunks.append(word[part:])
        if line and not line[-1].strip() and line[-1]:
            line.pop()
        if line:
            lines.append("".join(line))
    return lines


def wrap(
    text, width=70, *, initial_indent="", subsequent_indent="", max_lines=None, placeholder=" [...]"
):
    if width <= 0:
        raise ValueError("invalid width %r (must be > 0)" % (width,))
    lines = _pieces(text, width, initial_indent, subsequent_indent)
    indents = [initial_indent if at == 0 else subsequent_indent for at in range(len(lines))]
    if max_lines is not None and len(lines) > max_lines:
        words = lines[max_lines - 1].split()
        room = width - len(indents[max_lines - 1]) - len(placeholder)
        while words and len(" ".join(words)) > room:
            words.pop()
        last = " ".join(words) + placeholder if words else placeholder.lstrip()
        lines = lines[: max_lines - 1] + [last]
    return [indents[at] + line for at, line in enumerate(lines)]


def fill(text, width=70, **options):
    return "\n".join(wrap(text, width, **options))


def shorten(text, width, *, placeholder=" [...]"):
    return fill(" ".join(text.split()), width, max_lines=1, placeholder=placeholder)


def indent(text, prefix, predicate=None):
    wanted = predicate or (lambda line: line.strip())
    return "".join([prefix + line if wanted(line) else line for line in text.splitlines(True)])


def dedent(text):
    lines = [line if line.strip() else "" for line in text.split("\n")]
    margin = None
    for line in lines:
        if line:
            blank = line[: len(line) - len(line.lstrip(" \t"))]
            if margin is None:
                margin = blank
            while not blank.startswith(margin):
                margin = margin[:-1]
    return "\n".join([line[len(margin or "") :] for line in lines])
