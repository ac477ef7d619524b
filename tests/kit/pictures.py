"""Tiny pictures with a true header: any size costs a few hundred bytes."""

import struct
import zlib


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 800, height: int = 600, *, padding: int = 0) -> bytes:
    """A white PNG; `padding` adds so many bytes in a chunk nobody reads."""

    row = b"\0" + b"\xff" * ((width + 7) // 8)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
        + (chunk(b"tEXt", b"\0" * padding) if padding else b"")
        + chunk(b"IDAT", zlib.compress(row * height, 9))
        + chunk(b"IEND", b"")
    )


def jpeg(width: int = 800, height: int = 600) -> bytes:
    """The head of a JPEG: application data, a table, padding, then the frame header that tells the size."""
    application = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + b"\0" * 9
    table = b"\xff\xc4" + struct.pack(">H", 5) + b"\0" * 3
    frame = b"\xff\xff\xc2" + struct.pack(">HBHH", 11, 8, height, width) + b"\0" * 6
    return b"\xff\xd8" + application + table + frame
