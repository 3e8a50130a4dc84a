"""The backup of the documents, as it stands there, and what is restored of it."""
import re
import subprocess

from conftest import ROOT, run_pratu, wait_until
from journey import desk, good  # noqa: F401
from test_papers import sign


def script():
    text = (ROOT / "docs" / "OPERATING.md").read_text()
    return re.search(r"```text\n(#!/bin/sh\n# backup .*?)```", text, re.S)[1]


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes()
            for p in folder.rglob("*") if p.is_file()}


def test_the_backup_has_every_file_an_event_or_a_mail_speaks_of(
        desk, tmp_path):  # noqa: F811
    no = desk.icit.until("acceptance")
    done = good(sign(desk.icit.director, no, "notice"), 201)
    wait_until("a quiet courier", lambda: desk.store(
        "select id from outbox where done = 0") == [])
    people = desk.university.dir / "people"
    for name in ("mails/ab", "spool"):
        (people / name).mkdir(parents=True, exist_ok=True)
    (people / "mails/ab/abcd").write_bytes(b"as it was sent")
    (people / "spool/123456.eml").write_bytes(b"on its way")
    (people / "hooks.key").write_bytes(b"opens the secrets of hooks")
    try:
        (tmp_path / "backup").write_text(script())
        subprocess.run(["sh", tmp_path / "backup", desk.university.dir,
                        tmp_path / "copy"], check=True)
        kept = files(tmp_path / "copy" / "people")
        there = {name: data for name, data in files(people).items()
                 if not name.startswith("desk.")}
        assert kept.pop("desk.db")
        # The chain's head may be signed in between.
        assert there.pop("heads").startswith(kept.pop("heads"))
        assert kept == there
        digest = done["copy_sha256"]
        assert f"copies/{digest[:2]}/{digest}" in kept
    finally:
        for name in ("mails/ab/abcd", "spool/123456.eml", "hooks.key"):
            (people / name).unlink()
    for command in (["verify"], ["rebuild", "--check"]):
        done = run_pratu(*command, "--dir", tmp_path / "copy")
        assert done.returncode == 0, done.stdout + done.stderr
