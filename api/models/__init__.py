"""What the interface keeps: the keys of writes, so that none is done twice."""

from api.models.idempotency import IdempotencyKey

__all__ = ["IdempotencyKey"]
