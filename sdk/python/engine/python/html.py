import re as _re

# What HTML 4 calls by name of Latin-1, from 160 on; and some that texts have.
_LATIN = (
    "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute "
    "micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig "
    "Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash "
    "Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute "
    "ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc "
    "uuml yacute thorn yuml"
)
_OTHERS = {
    "amp": 38,
    "lt": 60,
    "gt": 62,
    "quot": 34,
    "apos": 39,
    "ndash": 0x2013,
    "mdash": 0x2014,
    "lsquo": 0x2018,
    "rsquo": 0x2019,
    "sbquo": 0x201A,
    "ldquo": 0x201C,
    "rdquo": 0x201D,
    "bdquo": 0x201E,
    "bull": 0x2022,
    "hellip": 0x2026,
    "euro": 0x20AC,
    "trade": 0x2122,
    "larr": 0x2190,
    "rarr": 0x2192,
    "OElig": 0x152,
    "oelig": 0x153,
}


def escape(s, quote=True):
    s = s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return s.replace('"', "&quot;").replace("'", "&#x27;") if quote else s


def unescape(s):
    if "&" not in s:
        return s
    known = dict(_OTHERS)
    known.update(zip(_LATIN.split(), range(160, 256)))

    def character(match):
        name = match.group(1)
        if not name.startswith("#"):
            return chr(known[name]) if name in known else match.group()
        code = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
        return "\ufffd" if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000 else chr(code)

    return _re.sub("&(#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);", character, s)
