"""A psql that stays, so that a look at a store costs a look and not a process and a
session each time. Each text is sent whole; what it prints comes back. One that
fails ends it, as ON_ERROR_STOP does, and the next text has another."""
import os
import subprocess
import tempfile
import threading

END = "end-of-what-was-asked"


class Psql:
    def __init__(self, url, env=None):
        self.url, self.env = url, {**os.environ, **(env or {})}
        self.process, self.lock = None, threading.Lock()

    def start(self):
        self.said = tempfile.TemporaryFile("w+", errors="replace")
        self.process = subprocess.Popen(
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said,
            text=True, encoding="utf-8", env=self.env)

    def ask(self, sql):
        with self.lock:
            if self.process is None:
                self.start()
            out = []
            try:
                self.process.stdin.write(f"{sql}\n;\nselect '{END}';\n")
                self.process.stdin.flush()
            except BrokenPipeError:
                pass
            for line in self.process.stdout:
                if line.rstrip("\n") == END:
                    return "".join(out)
                out.append(line)
            code = self.process.wait()
            self.said.seek(0)
            why = self.said.read()
            self.close()
            raise subprocess.CalledProcessError(code, ["psql", sql],
                                                "".join(out), why)

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait(20)
            self.said.close()
            self.process = None
