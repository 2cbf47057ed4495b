"""Runs the local servers of a folder until its input ends: `python holder.py FOLDER`. Prints `ready` and their pids."""

import sys
from pathlib import Path

from app.dev import LocalServers

with LocalServers(Path(sys.argv[1]), environment={}) as servers:
    print("ready", *(child.pid for child in servers.children), flush=True)
    sys.stdin.read()
