"""A real IMAP server on loopback: Debian's Dovecot with a configuration, a
certificate and a mailbox of its own in a temporary folder.

    server = ImapServer(); server.start()
    server.conf()            # the lines of [replies]
    server.deliver(message)  # a mail arrives
    server.seen()            # how many are read, of how many
"""
import mailbox
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from conftest import free_port, wait_until
from mail_server import certificate

USER, SECRET = "replies", "read it"
ADDRESS = "desk@example.ac.th"

CONF = """
protocols = imap
base_dir = {dir}/run
state_dir = {dir}/run
log_path = {dir}/log
listen = 127.0.0.1
ssl = {ssl}
ssl_cert = <{cert}
ssl_key = <{key}
ssl_min_protocol = TLSv1.2
auth_mechanisms = plain
disable_plaintext_auth = {only_tls}
mail_location = maildir:{dir}/mail
mail_fsync = never
first_valid_uid = 1
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = passwd-file
  args = {dir}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/mail
}}
"""


class ImapServer:
    """`kind`: "tls", "starttls", or "open" without either."""

    def __init__(self, kind="tls"):
        self.kind = kind
        self.dir = Path(tempfile.mkdtemp(prefix="pratu-imap-"))
        self.imap, self.imaps = free_port(), free_port()
        self.process = None
        self.dir.chmod(0o755)
        self.cert, key = certificate(self.dir)
        (self.dir / "secret").write_text(SECRET + "\n")
        (self.dir / "secret").chmod(0o600)
        who = pwd.getpwnam("mail" if os.getuid() == 0
                           else pwd.getpwuid(os.getuid()).pw_name)
        self.box = mailbox.Maildir(self.dir / "mail", factory=None)
        self.owner = who.pw_uid, who.pw_gid
        for p in [self.dir / "mail", *(self.dir / "mail").iterdir()]:
            os.chown(p, *self.owner)
        (self.dir / "users").write_text(f"{USER}:{{PLAIN}}{SECRET}\n")
        text = CONF.format(
            dir=self.dir, cert=self.cert, key=key, imap=self.imap,
            imaps=self.imaps, uid=who.pw_uid,
            gid=who.pw_gid, ssl="no" if kind == "open" else "required",
            only_tls="no" if kind == "open" else "yes")
        if kind == "open":
            text = text.replace("    ssl = yes\n", "")
        if os.getuid() != 0:
            text += (f"default_internal_user = {who.pw_name}\n"
                     f"default_login_user = {who.pw_name}\n"
                     f"default_internal_group = {who.pw_gid}\n")
        (self.dir / "conf").write_text(text)

    def start(self):
        self.process = subprocess.Popen(
            ["/usr/sbin/dovecot", "-F", "-c", self.dir / "conf"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def listens():
            log = self.dir / "log"
            assert self.process.poll() is None, log.read_text()
            return log.exists() and "starting up" in log.read_text()
        wait_until("the IMAP server to start", listens)

    def pause(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.process = None

    def stop(self):
        self.pause()
        shutil.rmtree(self.dir, ignore_errors=True)

    def conf(self, **more):
        scheme, port = (("imaps", self.imaps) if self.kind == "tls"
                        else ("imap", self.imap))
        lines = {"url": f"{scheme}://localhost:{port}", "user": USER,
                 "secret_file": self.dir / "secret", "address": ADDRESS,
                 "ca_file": self.cert, "every": "1s"}
        if self.kind == "open":
            lines["starttls"] = "none"
        lines |= more
        return "\n[replies]\n" + "".join(
            f"{k} = {v}\n" for k, v in lines.items() if v is not None)

    def deliver(self, message):
        """Bytes, or what `email` makes."""
        name = self.box.add(message)
        for folder in ("new", "cur"):
            path = self.dir / "mail" / folder / name
            if path.exists():
                os.chown(path, *self.owner)

    def seen(self):
        names = [p.name for f in ("new", "cur")
                 for p in (self.dir / "mail" / f).iterdir()]
        return sum("S" in n.partition(":2,")[2] for n in names), len(names)

    def number_anew(self):
        """The mailbox is built anew: every mail has another number."""
        self.pause()
        for path in (self.dir / "mail").glob("dovecot*"):
            path.unlink()
        # Its new UIDVALIDITY is the second at which it is made.
        self.start()
