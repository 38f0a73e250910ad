"""Settings, all from the environment."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    port: int
    database: Path
    logs: Path
    pool_size: int
    pool_patience: float  # seconds to wait for one busy connection before trying the next
    admin_password: str


def settings() -> Settings:
    env = os.environ
    return Settings(
        port=int(env.get("SHOP_PORT", "8000")),
        database=Path(env.get("SHOP_DATABASE", "shop.db")),
        logs=Path(env.get("SHOP_LOGS", "logs")),
        pool_size=int(env.get("SHOP_POOL_SIZE", "30")),
        pool_patience=int(env.get("SHOP_POOL_PATIENCE_MS", "80")) / 1000,
        admin_password=env.get("SHOP_ADMIN_PASSWORD", ""),
    )
