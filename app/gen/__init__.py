"""The table of procedures as files: what clients and documents are made from."""
