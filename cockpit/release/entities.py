"""What events are about: the names of their entities."""

from __future__ import annotations

RUN = "run"  # the entity of the run itself
SERVICE = "service"
REVIEW = "review"  # the service's reviews
ITEM_PREFIX = "item:"


def item_entity(item_id: str) -> str:
    """Return the entity under which an item's events stand."""
    return f"{ITEM_PREFIX}{item_id}"


def probe_entity(environment: str, name: str) -> str:
    """Return the entity, of the service, under which stands what people and watchers say of an environment's probe."""
    return f"probe:{environment}/{name}"


def execution_entity(execution: str) -> str:
    """Return the entity under which an execution's events stand."""
    return f"execution:{execution}"


def trigger_entity(name: str) -> str:
    """Return the entity under which a rollback trigger's events stand, in the run."""
    return f"trigger:{name}"
