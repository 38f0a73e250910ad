"""The certificates that are trusted: the system's, certifi's and, where one is named, a file's; made once each."""

from __future__ import annotations

import ssl
from pathlib import Path


class UnusableRootsError(Exception):
    """A file of certificates to trust cannot be used: nothing is said about the target. The text names the file."""


class TrustedRoots:
    """Gives TLS contexts; `own` replaces all of them."""

    def __init__(self, directory: Path, own: ssl.SSLContext | None = None) -> None:
        self._directory = directory
        self._own = own
        self._made: dict[tuple[str, bool], ssl.SSLContext] = {}

    def context(self, ca_file: str = "", *, verify: bool = True) -> ssl.SSLContext:
        """Return the context for these; UnusableRootsError where `ca_file` cannot be read."""
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
            try:
                context.load_verify_locations(cafile=str(self._directory / ca_file))
            except OSError as error:
                why = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
                raise UnusableRootsError(f"ca_file cannot be used ({why}): look at {ca_file}") from None
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context
