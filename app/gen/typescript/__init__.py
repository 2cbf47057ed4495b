"""The TypeScript client, from the surface and the hand-written runtime."""

from app.gen.typescript.package import typescript_files

__all__ = ["typescript_files"]
