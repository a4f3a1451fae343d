from _pocket import entropy as urandom

from pocket_plugin._host import env as environ


def getenv(key, default=None):
    return environ.get(key, default)
