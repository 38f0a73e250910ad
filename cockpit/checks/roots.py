"""Whom a check trusts: the system's and certifi's certificates, and those of a file where one is named."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx


def trusting(ca_file: Path | None = None) -> ssl.SSLContext:
    """Return a context that verifies chain and name; OSError where the file cannot be read or holds no certificate."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    if ca_file is not None:
        context.load_verify_locations(cafile=str(ca_file))
    return context
