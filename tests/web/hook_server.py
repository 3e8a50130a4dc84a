"""Another system on loopback that is told of events, over TLS or in the open, and
that misbehaves when asked to.

    server = HookServer(folder)          # a certificate of its own for localhost
    server.got                           # Told(id, body, headers, status)
    server.answer = lambda told: 200     # or 410, (302, {"Location": …}),
                                         # "drop", "hang", bytes as the answer
"""
import base64
import hashlib
import hmac
import http.server
import json
import ssl
import threading
import time
from dataclasses import dataclass

from conftest import free_port
from mail_server import certificate


def signature(secret, message, timestamp, body):
    """As docs/HOOKS.md says."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = b".".join([message.encode(), timestamp.encode(), body])
    mac = hmac.new(key, text, hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode()


@dataclass
class Told:
    path: str
    headers: dict
    raw: bytes
    answered: object = None

    @property
    def body(self):
        return json.loads(self.raw)

    @property
    def id(self):
        return self.headers["webhook-id"]

    def signed_by(self, secret):
        h = self.headers
        assert abs(time.time() - int(h["webhook-timestamp"])) < 60
        return signature(secret, h["webhook-id"], h["webhook-timestamp"],
                         self.raw) in h["webhook-signature"].split(" ")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        owner = self.server.owner
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        told = Told(self.path, {k.lower(): v for k, v in
                                self.headers.items()}, raw)
        with owner.lock:
            told.answered = owner.answer(told)
            owner.got.append(told)
        self.reply(told.answered)

    do_GET = do_POST

    def reply(self, answer):
        headers, body = {}, b"ok"
        if answer == "hang":
            self.server.owner.end.wait(30)
        if answer in ("drop", "hang"):
            self.close_connection = True
            return
        if isinstance(answer, bytes):
            answer, body = 200, answer
        if isinstance(answer, tuple):
            answer, headers = answer
        self.send_response(answer)
        for k, v in headers.items():
            self.send_header(k, v)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that goes away is the client's business."""


class HookServer:
    def __init__(self, folder, tls=True):
        self.got, self.answer = [], lambda told: 200
        self.lock, self.end = threading.Lock(), threading.Event()
        self.port, self.tls = free_port(), tls
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.server.owner = self
        self.cert, key = certificate(folder)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.cert, key)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True,
                do_handshake_on_connect=False)
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       kwargs={"poll_interval": 0.05})
        self.thread.start()

    @property
    def url(self):
        scheme = "https" if self.tls else "http"
        return f"{scheme}://localhost:{self.port}/told"

    def taken(self):
        return [t for t in self.got if t.answered == 200]

    def stop(self):
        self.end.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
