"""The admin log-in."""

import hmac
import logging

log = logging.getLogger("shop.admin")


def log_in(user: str, password: str, *, expected: str, address: str) -> bool:
    if expected and user == "admin" and hmac.compare_digest(password.encode(), expected.encode()):
        log.info("admin logged in user=%s from=%s", user, address)
        return True
    log.warning("admin login failed user=%s from=%s", user[:40], address)
    return False
