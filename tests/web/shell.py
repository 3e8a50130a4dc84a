"""The store as its own shell shows it: what an auditor reads, and what someone
changes who goes behind the desk's back. Python's sqlite3, or psql as the role
that owns the schema; neither asks Pratu."""
import json
import re
import sqlite3


class Shell:
    """schema is "people" or "shared"."""

    def __init__(self, place, schema="people"):
        self.place = place
        self.schema = schema
        if not place.dsn:
            name = "desk.db" if schema == "people" else "gate.db"
            self.file = place.dir / schema / name

    def _psql(self, sql):
        database, rest = re.search(r"/(\w+)\?(.*)$", self.place.dsn).groups()
        user, secret = (self.place.dir / "people" /
                        "store.secret").read_text().split()
        return self.place.psql(
            f"postgresql://{user}@/{database}?{rest}",
            {"PGPASSWORD": secret,
             "PGOPTIONS": "-c client_min_messages=error"}).ask(
            f"set search_path = {self.schema};\n{sql}")

    def rows(self, sql):
        """What a query gives, as a list of dicts."""
        if self.place.dsn:
            out = self._psql(f"select coalesce(json_agg(t), '[]') from ({sql})"
                             " t")
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
            self._psql("begin;\n" + ";\n".join(statements) + ";\ncommit")
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
