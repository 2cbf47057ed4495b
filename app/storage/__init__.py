"""Storage of uploaded files: a local folder or S3."""

from app.storage.addresses import Download, DownloadAddresses
from app.storage.keys import object_key, part_key, whole_key
from app.storage.store import ObjectMissing, Opened, Storage, StorageUnavailable, StoredObject

__all__ = [
    "Download",
    "DownloadAddresses",
    "ObjectMissing",
    "Opened",
    "Storage",
    "StorageUnavailable",
    "StoredObject",
    "object_key",
    "part_key",
    "whole_key",
]
