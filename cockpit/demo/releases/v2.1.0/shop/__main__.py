"""`python3 -m shop`: serve until SIGTERM."""

import logging
import os
import signal
import threading

from shop import VERSION, logs
from shop.routes import Shop
from shop.server import Server
from shop.settings import settings

log = logging.getLogger("shop.server")


def main() -> None:
    chosen = settings()
    logs.configure(chosen.logs)
    server = Server(chosen.port, Shop(chosen))
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    log.info("shop %s listening on 127.0.0.1:%d database=%s", VERSION, chosen.port, chosen.database.name)
    if ready := os.environ.get("SHOP_READY_FD"):
        os.write(int(ready), b"ready\n")  # whoever started us waits for this line
        os.close(int(ready))
    server.serve_forever(poll_interval=0.05)
    server.server_close()
    log.info("shop %s stopped", VERSION)


if __name__ == "__main__":
    main()
