"""The wires: codecs from HTTP to calls and from outcomes to bytes; `litestar.py` alone knows the framework."""
