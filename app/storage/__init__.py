"""Storage of uploaded files: a local folder or S3."""

from app.storage.keys import object_key, part_key, whole_key
from app.storage.store import ObjectMissing, Storage, StorageUnavailable, StoredObject

__all__ = ["ObjectMissing", "Storage", "StorageUnavailable", "StoredObject", "object_key", "part_key", "whole_key"]
