"""The certificates that are trusted: the system's, certifi's and, where one is named, a file's; made once each."""

from __future__ import annotations

import ssl
from pathlib import Path


class TrustedRoots:
    """Gives TLS contexts; `own` replaces all of them."""

    def __init__(self, directory: Path, own: ssl.SSLContext | None = None) -> None:
        self._directory = directory
        self._own = own
        self._made: dict[tuple[str, bool], ssl.SSLContext] = {}

    def context(self, ca_file: str = "", *, verify: bool = True) -> ssl.SSLContext:
        """Return the context for these; OSError (ssl.SSLError is one) where `ca_file` cannot be read."""
        if self._own is not None and verify and not ca_file:
            return self._own
        key = (ca_file, verify)
        if key not in self._made:
            self._made[key] = self._make(ca_file, verify=verify)
        return self._made[key]

    def _make(self, ca_file: str, *, verify: bool) -> ssl.SSLContext:
        import certifi  # read only where TLS is spoken

        context = ssl.create_default_context(cafile=certifi.where() if verify else None)
        context.load_default_certs()
        if ca_file:
            context.load_verify_locations(cafile=str(self._directory / ca_file))
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context
