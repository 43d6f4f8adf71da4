"""A certificate of an authority, whose key nobody has: for what only names whom to trust."""

import json
from typing import Final

AUTHORITY: Final = """\
-----BEGIN CERTIFICATE-----
MIIBoDCCAUegAwIBAgIUR84FlZfWeTM/UrG+L4rOzLyttoEwCgYIKoZIzj0EAwIw
JTEjMCEGA1UEAwwadGVuYW50cGxhbmUgdGVzdCBhdXRob3JpdHkwIBcNMjYxMTIy
MDkxNzU3WhgPMjEyNjEwMjkwOTE3NTdaMCUxIzAhBgNVBAMMGnRlbmFudHBsYW5l
IHRlc3QgYXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/FsNjQlk
U+Ct/ikby/+Mvc1DUY4TAKmSF7C2vDo8HqCNTP71YpClwbG+2w7SDR/U9QgNJbtm
xMjEwNyV4RyyW6NTMFEwHQYDVR0OBBYEFPbVwOZV5XrjZsOrt/NJw5o99U0lMB8G
A1UdIwQYMBaAFPbVwOZV5XrjZsOrt/NJw5o99U0lMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDRwAwRAIgRRw82qoFPFNjDYoHme1+766DiiI0I0RT5CVyuTVr
NTgCIAD8YUVrKcjxtlUf7QmCX2/jQhnGDXoz7EWPPZBGz47s
-----END CERTIFICATE-----
"""
AUTHORITY_YAML: Final = json.dumps(AUTHORITY)
"""The same on one line of YAML."""
