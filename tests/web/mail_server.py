"""A real mail server on loopback, with faults: aiosmtpd with STARTTLS or TLS
from the first byte, and login.

    with MailServer(folder) as server:
        conf = server.conf()             # the lines of [mail]
        server.mails                     # what it accepted: Mail(to, bytes, …)
        server.fault = lambda step: …    # None, or what goes wrong at that step

Steps are "connect" "mail" "rcpt" "data" (before its 354), "middle" (in the
mail), "end" (the mail is whole), "answer" (accepted; its 250 is next). A fault is
a line that is answered ("451 later"), or "drop": the connection is cut.
"""
import base64
import email
import email.policy
import logging
import socket
import ssl
import subprocess
import threading
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

logging.getLogger("mail.log").setLevel(logging.ERROR)
USER, SECRET, TOKEN = "data@example.ac.th", "p@ss word", "ya29.a-token"


def certificate(folder):
    """A key and a certificate of its own for localhost: (cert, key)."""
    cert, key = folder / "mail.crt", folder / "mail.key"
    if not cert.exists():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3",
             "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


@dataclass
class Mail:
    to: str
    data: bytes
    user: str = None
    tls: bool = False
    answered: bool = True  # its 250 went out
    sender: str = None     # on the envelope
    parsed: object = field(default=None, repr=False)

    def __post_init__(self):
        self.parsed = email.message_from_bytes(
            self.data, policy=email.policy.default)

    @property
    def id(self):
        return self.parsed["Message-ID"]

    @property
    def repeated(self):
        return self.parsed["X-Pratu-Repeated"]

    def text(self, kind="plain"):
        return self.parsed.get_body((kind,)).get_content()

    def files(self):
        return {p.get_filename(): p.get_content()
                for p in self.parsed.iter_attachments()
                if p.get_content_disposition() == "attachment"}


class Session(SMTP):
    """One connection, on which things may go wrong."""

    def fails(self, step):
        return self.owner.fault and self.owner.fault(step)

    def connection_made(self, transport):
        if self.fails("connect"):
            transport.abort()
            return
        super().connection_made(transport)

    def connection_lost(self, error):
        if self.session is not None:
            super().connection_lost(error)

    async def at(self, step):
        """True when the fault has been answered."""
        fault = self.fails(step)
        if fault == "drop":
            self.transport.abort()
        elif fault:
            await self.push(fault)
        return bool(fault)

    async def smtp_MAIL(self, arg):
        if not await self.at("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        if not await self.at("rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        if await self.at("data"):
            return
        if self.fails("middle"):
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Handler:
    def __init__(self, owner):
        self.owner = owner

    async def auth_XOAUTH2(self, server, args):
        if len(args) == 1:
            line = await server.challenge_auth("")
        else:
            line = base64.b64decode(args[1])
        want = f"user={USER}\1auth=Bearer {TOKEN}\1\1".encode()
        self.owner.logins.append("XOAUTH2")
        if line == want:
            return AuthResult(success=True, auth_data=USER)
        return AuthResult(success=False, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        refusal = self.owner.refused.get(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        fault = server.fails("end")
        if fault:
            if fault == "drop":
                server.transport.abort()
            return "451 not now"
        cut = server.fails("answer")
        for to in envelope.rcpt_tos:
            self.owner.mails.append(Mail(
                to, envelope.content, user=session.auth_data,
                tls=session.ssl is not None or self.owner.kind == "tls",
                answered=not cut, sender=envelope.mail_from))
        if cut:
            server.transport.abort()
        return "250 taken"


class MailServer(Controller):
    def __init__(self, folder, port, kind="starttls", login=True):
        self.folder, self.kind, self.login = folder, kind, login
        self.mails, self.logins, self.refused = [], [], {}
        self.fault = None
        self.lock = threading.Lock()
        cert, key = certificate(folder)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(cert, key)
        self.cert = cert
        (folder / "mail.secret").write_text(SECRET + "\n")
        (folder / "mail.token").write_text(TOKEN + "\n")
        super().__init__(
            Handler(self), hostname="127.0.0.1", port=port,
            ssl_context=self.tls if kind == "tls" else None)

    def factory(self):
        starttls = self.kind == "starttls"
        session = Session(
            self.handler, enable_SMTPUTF8=False, data_size_limit=30 << 20,
            tls_context=self.tls if starttls else None,
            require_starttls=starttls, auth_required=self.login,
            auth_require_tls=starttls, authenticator=self.check,
            ident="test")
        session.owner = self
        return session

    def check(self, server, session, envelope, mechanism, data):
        self.logins.append(mechanism)
        good = (data.login, data.password) == (USER.encode(), SECRET.encode())
        return AuthResult(success=good, auth_data=USER, handled=good)

    def _trigger_server(self):
        """How the controller learns that it listens."""
        socket.create_connection((self.hostname, self.port), 5).close()

    def conf(self, **more):
        scheme = "smtps" if self.kind == "tls" else "smtp"
        lines = {"url": f"{scheme}://localhost:{self.port}",
                 "from": "data@example.ac.th", "name": "ศูนย์ข้อมูล",
                 "ca_file": self.cert}
        if self.login:
            lines |= {"user": USER, "secret_file": self.folder / "mail.secret"}
        if self.kind == "open":
            lines["starttls"] = "none"
        lines |= more
        return "\n[mail]\n" + "".join(
            f"{k} = {v}\n" for k, v in lines.items() if v is not None)

    def to(self, address):
        return [m for m in self.mails if m.to == address]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
