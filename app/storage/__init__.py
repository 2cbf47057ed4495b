"""Storage of uploaded files: a local folder or S3."""

from app.storage.keys import object_key
from app.storage.store import ObjectMissing, Storage, StorageUnavailable

__all__ = ["ObjectMissing", "Storage", "StorageUnavailable", "object_key"]
