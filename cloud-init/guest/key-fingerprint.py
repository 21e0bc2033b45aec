#!/usr/bin/env python3
"""Prints the fingerprint of each primary key in an armoured OpenPGP key file, one a line.

A version 4 fingerprint is the SHA-1 of 0x99, the length of the public-key packet in two octets, and the packet
(RFC 9580, section 5.5.4.2). That is all that is needed to compare a fetched key with a pinned fingerprint, in a
guest that may have no gnupg.
"""

import base64
import hashlib
import re
import sys

PUBLIC_KEY = 6


def dearmor(text):
    blocks = re.findall(
        r"-----BEGIN PGP PUBLIC KEY BLOCK-----(.*?)-----END PGP PUBLIC KEY BLOCK-----", text, re.S
    )
    if not blocks:
        raise ValueError("no armoured public key in the file")
    for block in blocks:
        # Headers end at the first empty line; a line that starts with `=` is the check sum.
        _, _, body = block.replace("\r", "").lstrip(" \t").partition("\n\n")
        lines = [line.strip() for line in body.split("\n")]
        yield base64.b64decode("".join(line for line in lines if not line.startswith("=")), validate=True)


def new_length(data, at):
    first = data[at]
    if first < 192:
        return first, at + 1
    if first < 224:
        return ((first - 192) << 8) + data[at + 1] + 192, at + 2
    if first == 255:
        return int.from_bytes(data[at + 1 : at + 5], "big"), at + 5
    raise ValueError("partial packet lengths do not belong in a key")


def packets(data):
    at = 0
    while at < len(data):
        header = data[at]
        if not header & 0x80:
            raise ValueError("not an OpenPGP packet")
        if header & 0x40:
            tag = header & 0x3F
            length, start = new_length(data, at + 1)
        else:
            tag = (header >> 2) & 0x0F
            size = (1, 2, 4)[header & 3] if header & 3 < 3 else None
            if size is None:
                raise ValueError("a packet of indeterminate length does not belong in a key")
            start = at + 1 + size
            length = int.from_bytes(data[at + 1 : start], "big")
        if start + length > len(data):
            raise ValueError("the key is cut short")
        yield tag, data[start : start + length]
        at = start + length


def main(path):
    with open(path, encoding="ascii", errors="strict") as file:
        text = file.read()
    found = 0
    for block in dearmor(text):
        for tag, body in packets(block):
            if tag != PUBLIC_KEY:
                continue
            if body[0] != 4:
                raise ValueError(f"key version {body[0]}; only version 4 is known")
            print(hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body).hexdigest().upper())
            found += 1
    if not found:
        raise ValueError("no public key in the file")


main(sys.argv[1])
