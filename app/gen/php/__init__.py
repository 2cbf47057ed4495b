"""The PHP client, from the surface and the hand-written runtime."""

from app.gen.php.package import php_files

__all__ = ["php_files"]
