import binascii


def b64encode(s):
    return binascii.b2a_base64(s, newline=False)


def b64decode(s):
    return binascii.a2b_base64(s)


def urlsafe_b64encode(s):
    return b64encode(s).replace(b"+", b"-").replace(b"/", b"_")


def urlsafe_b64decode(s):
    text = s if isinstance(s, str) else s.decode()
    return b64decode(text.replace("-", "+").replace("_", "/"))
