"""The application log (app.log) and the access log (access.log, combined format)."""

import logging
import time
from pathlib import Path


def configure(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    logging.addLevelName(logging.WARNING, "WARN")

    application = logging.FileHandler(directory / "app.log")
    formatter = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)-5s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    application.setFormatter(formatter)
    shop = logging.getLogger("shop")
    shop.addHandler(application)
    shop.setLevel(logging.INFO)

    access = logging.FileHandler(directory / "access.log")
    access.setFormatter(logging.Formatter("%(message)s"))
    log = logging.getLogger("access")
    log.addHandler(access)
    log.setLevel(logging.INFO)
    log.propagate = False
