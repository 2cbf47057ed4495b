"""A Redis server of one test, which it may stall, kill and start again on the same folder."""

import subprocess
from pathlib import Path

from app.dev.find import redis_binary


class Server:
    """The server's binary on a unix socket in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url = folder, f"unix://{folder}/s"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = f"--port 0 --unixsocket {self.folder}/s --dir {self.folder} --save".split()
        command = [str(redis_binary()), *options, ""]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.process.stdout
        for line in self.process.stdout:
            if b"ready to accept connections" in line.lower():
                return
        raise AssertionError("the server ended before it was ready")

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None
