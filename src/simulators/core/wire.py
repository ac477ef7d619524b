"""What can be done to a connection."""

import socket
import struct

from aiohttp import web


def cut(request: web.Request) -> None:
    """Reset the connection: the client sees ECONNRESET and no answer."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
