"""Bytes as text: multibase base 58 and base 64 for addresses. Source: W3C Controlled Identifiers 1.0, section 2.4."""

import base64

LONGEST = 200
"""Signs of base 58 that are read at most: a signature has 88, and the work grows with the square."""
LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(data: bytes) -> str:
    """Multibase `z`: base 58 as in Bitcoin, each leading zero byte as a `1`."""
    number, found = int.from_bytes(data), ""
    while number:
        number, rest = divmod(number, 58)
        found = LETTERS[rest] + found
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + found


def from_base58(text: str) -> bytes:
    """What `base58` made into text. Raises `ValueError` for anything else."""
    if not text.startswith("z"):
        raise ValueError("not multibase base 58")
    if len(text) > LONGEST:
        raise ValueError("too long")
    number = 0
    for letter in text[1:]:
        number = number * 58 + LETTERS.index(letter)
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def base64url(data: bytes) -> str:
    """Base 64 for addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """What `base64url` made into text. Raises `ValueError` for anything else."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
