from collections import namedtuple

_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"


def quote(string, safe="/"):
    data = string.encode() if isinstance(string, str) else string
    kept = _SAFE + safe
    return "".join(
        [chr(byte) if byte < 128 and chr(byte) in kept else "%%%02X" % byte for byte in data]
    )


def quote_plus(string, safe=""):
    return quote(string, safe + " ").replace(" ", "+")


def unquote_to_bytes(string):
    data = string.encode() if isinstance(string, str) else bytes(string)
    parts = data.split(b"%")
    made = [parts[0]]
    for part in parts[1:]:
        try:
            if not all([byte in b"0123456789abcdefABCDEF" for byte in part[:2]]):
                raise ValueError
            made.append(bytes([int(part[:2].decode(), 16)]) + part[2:])
        except ValueError:
            made.append(b"%" + part)
    return b"".join(made)


def unquote(string):
    if "%" not in string:
        return string
    data = unquote_to_bytes(string)
    try:
        return data.decode()
    except UnicodeError:
        return _replaced(data)


def _replaced(data):
    # What is no UTF-8 is U+FFFD.
    parts, at = [], 0
    while at < len(data):
        lead = data[at]
        size = 1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
        try:
            parts.append(data[at : at + size].decode())
            at += size
        except UnicodeError:
            parts.append("\ufffd")
            at += 1
    return "".join(parts)


def unquote_plus(string):
    return unquote(string.replace("+", " "))


def urlencode(query, doseq=False, safe="", quote_via=quote_plus):
    pairs = []
    for key, value in query.items() if isinstance(query, dict) else query:
        values = value if doseq and isinstance(value, (list, tuple)) else [value]
        for each in values:
            texts = [part if isinstance(part, (str, bytes)) else str(part) for part in (key, each)]
            pairs.append(quote_via(texts[0], safe) + "=" + quote_via(texts[1], safe))
    return "&".join(pairs)


def parse_qsl(qs, keep_blank_values=False, strict_parsing=False, *, separator="&"):
    pairs = []
    for part in qs.split(separator) if qs else []:
        name, equals, value = part.partition("=")
        if not equals and (strict_parsing and part):
            raise ValueError("bad query field: %r" % (part,))
        if (value or keep_blank_values) and part:
            pairs.append((unquote_plus(name), unquote_plus(value)))
    return pairs


def parse_qs(qs, keep_blank_values=False, strict_parsing=False, *, separator="&"):
    found = {}
    for name, value in parse_qsl(qs, keep_blank_values, strict_parsing, separator=separator):
        found.setdefault(name, []).append(value)
    return found


_Split = namedtuple("SplitResult", "scheme netloc path query fragment")
_Parsed = namedtuple("ParseResult", "scheme netloc path params query fragment")


class _Location:
    # The parts of `netloc`, of either result.
    @property
    def _host(self):
        user, at, host = self.netloc.rpartition("@")
        name, password, port = host, None, ""
        if host.startswith("["):
            name, _, port = host[1:].partition("]")
            port = port[1:]
        else:
            name, _, port = host.partition(":")
        name_, colon, password = user.partition(":")
        return name.lower() or None, port, name_ if at else None, password if colon else None

    @property
    def hostname(self):
        return self._host[0]

    @property
    def port(self):
        text = self._host[1]
        if not text:
            return None
        if not text.isdigit():
            raise ValueError("Port could not be cast to integer value as " + repr(text))
        if int(text) > 65535:
            raise ValueError("Port out of range 0-65535")
        return int(text)

    @property
    def username(self):
        return self._host[2]

    @property
    def password(self):
        return self._host[3]

    def geturl(self):
        return urlunsplit(self) if len(self) == 5 else urlunparse(self)


class SplitResult(_Split, _Location):
    pass


class ParseResult(_Parsed, _Location):
    pass


def urlsplit(url, scheme="", allow_fragments=True):
    for character in "\t\r\n":
        url = url.replace(character, "")
    url = url.strip()
    netloc = query = fragment = ""
    head, colon, rest = url.partition(":")
    letters = "abcdefghijklmnopqrstuvwxyz"
    if colon and head and head[0].lower() in letters:
        if all([character in letters + "0123456789+-." for character in head.lower()]):
            scheme, url = head.lower(), rest
    if url[:2] == "//":
        end = min([at for at in [url.find(mark, 2) for mark in "/?#"] if at >= 0] + [len(url)])
        netloc, url = url[2:end], url[end:]
        if ("[" in netloc) != ("]" in netloc):
            raise ValueError("Invalid IPv6 URL")
    if allow_fragments:
        url, _, fragment = url.partition("#")
    url, _, query = url.partition("?")
    return SplitResult(scheme, netloc, url, query, fragment)


def urlparse(url, scheme="", allow_fragments=True):
    scheme, netloc, path, query, fragment = urlsplit(url, scheme, allow_fragments)
    last = path.rfind("/") + 1
    name, _, params = path[last:].partition(";")
    return ParseResult(scheme, netloc, path[:last] + name, params, query, fragment)


def urlunsplit(parts):
    scheme, netloc, url, query, fragment = parts
    if netloc or url[:2] == "//":
        url = "//" + netloc + ("/" if url and url[0] != "/" else "") + url
    url = scheme + ":" + url if scheme else url
    url += "?" + query if query else ""
    return url + ("#" + fragment if fragment else "")


def urlunparse(parts):
    scheme, netloc, url, params, query, fragment = parts
    return urlunsplit((scheme, netloc, url + ";" + params if params else url, query, fragment))


def urljoin(base, url, allow_fragments=True):
    if not base or not url:
        return url or base
    old = urlsplit(base)
    new = urlsplit(url, old.scheme, allow_fragments)
    if new.scheme != old.scheme:
        return url
    if new.netloc:
        return urlunsplit(tuple(new))
    if not new.path:
        return urlunsplit((old.scheme, old.netloc, old.path, new.query or old.query, new.fragment))
    path = new.path if new.path.startswith("/") else old.path[: old.path.rfind("/") + 1] + new.path
    if old.netloc and not path.startswith("/"):
        path = "/" + path
    return urlunsplit((old.scheme, old.netloc, _without_dots(path), new.query, new.fragment))


def _without_dots(path):
    parts = path.split("/")
    kept = []
    for part in parts:
        if part == "..":
            if len(kept) > 1 or (kept and kept[0]):
                kept.pop()
        elif part != ".":
            kept.append(part)
    if parts[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def urldefrag(url):
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, parts.query, "")), parts.fragment
