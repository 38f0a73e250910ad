"""The admin log-in."""

import hmac
import logging
import time

log = logging.getLogger("shop.admin")


def log_in(user: str, password: str, *, expected: str, address: str) -> bool:
    if expected and user == "admin" and hmac.compare_digest(password.encode(), expected.encode()):
        log.info("admin logged in user=%s from=%s", user, address)
        return True
    time.sleep(0.2)  # slows guessing down
    log.warning("admin login failed user=%s from=%s", user[:40], address)
    return False
