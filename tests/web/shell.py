"""The store as its own shell shows it: what an auditor reads, and what someone
changes who goes behind the desk's back. Python's sqlite3, or psql as the role
that owns the schema; neither asks Pratu."""
import json
import os
import re
import sqlite3
import subprocess


class Shell:
    """schema is "people" or "shared"."""

    def __init__(self, place, schema="people"):
        self.place = place
        self.schema = schema
        if not place.dsn:
            name = "desk.db" if schema == "people" else "gate.db"
            self.file = place.dir / schema / name

    def _psql(self, sql, *options):
        database, rest = re.search(r"/(\w+)\?(.*)$", self.place.dsn).groups()
        user, secret = (self.place.dir / "people" /
                        "store.secret").read_text().split()
        done = subprocess.run(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *options, "-d",
             f"postgresql://{user}@/{database}?{rest}"],
            input=f"set search_path = {self.schema};\n{sql};\n", text=True,
            check=True, stdout=subprocess.PIPE, encoding="utf-8",
            env={**os.environ, "PGPASSWORD": secret,
                 "PGOPTIONS": "-c client_min_messages=error"})
        return done.stdout

    def rows(self, sql):
        """What a query gives, as a list of dicts."""
        if self.place.dsn:
            out = self._psql(f"select coalesce(json_agg(t), '[]') from ({sql})"
                             " t", "-A", "-t")
            return json.loads(out)
        db = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True,
                             timeout=30)
        db.row_factory = sqlite3.Row
        try:
            return [dict(r) for r in db.execute(sql)]
        finally:
            db.close()

    def change(self, *statements):
        """All of them, in one transaction."""
        if self.place.dsn:
            self._psql(";\n".join(statements), "-1")
            return
        db = sqlite3.connect(self.file, timeout=30, isolation_level=None)
        try:
            db.execute("begin immediate")
            for one in statements:
                db.execute(one)
            db.execute("commit")
        finally:
            db.close()


def text(value):
    """A literal of both databases."""
    return "'" + value.replace("'", "''") + "'"
