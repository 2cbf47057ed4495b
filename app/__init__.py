"""The engine: everything a procedure needs, nothing that a product decides."""
