"""The Python client, from the surface and the hand-written runtime."""

from app.gen.python.package import python_files

__all__ = ["python_files"]
