"""Sockets to addresses that were checked; no name comes this far."""

from __future__ import annotations

import socket
from functools import partial
from typing import Protocol

from pocket.capability.interruption import interruptible
from pocket.plugin.host_name import IPAddress


class Connector(Protocol):
    """Connects to an address."""

    def connect(self, address: IPAddress, port: int, timeout_s: float) -> socket.socket:
        """Give a connected TCP socket.

        Raises:
            OSError: nobody answers there, or not in time.
        """


class SystemConnector:
    """The sockets of this machine."""

    def connect(self, address: IPAddress, port: int, timeout_s: float) -> socket.socket:
        """See `Connector`."""
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout_s)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with interruptible(partial(connection.shutdown, socket.SHUT_RDWR)):
                connection.connect((str(address), port))
        except BaseException:
            connection.close()
            raise
        return connection
