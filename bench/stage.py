"""Where the lines play: deterministic rows, a demo university that serves one
connection to them on loopback, and the peers. The installation lies on the
disk, so that its records are as durable as they will be; rows and answers lie in
memory (tmpfs)."""
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
import time
from functools import cached_property
from pathlib import Path

from conftest import ROOT, University, free_port, wait_until
from gate_work import Connection, add_source, deliver, memory_kib
from journey import Desk

BENCH = ROOT / "bench"
TABLE = ("create table student (id integer primary key, code integer,"
         " name text, faculty text, gpa real, fee real, born date,"
         " note text)")
PG_TABLE = ("create table student (id bigint primary key, code bigint,"
            " name text, faculty text, gpa double precision,"
            " fee double precision, born date, note text)")
COLUMNS = ["id", "code", "name", "faculty", "gpa", "fee", "born", "note"]
QUERY = "select " + ", ".join(COLUMNS) + " from student"
FIRST = ["สมชาย", "สมหญิง", "พิมพ์ชนก", "ธนกฤต", "ณัฐวุฒิ", "กมลชนก", "วรัญญา"]
LAST = ["ใจดี", "ศรีสุข", "ทองคำ", "รุ่งเรืองกิจ", "แสงอรุณ", "บุญมาก"]
FACULTIES = ["คณะวิศวกรรมศาสตร์", "คณะวิทยาศาสตร์", "คณะสถาปัตยกรรมศาสตร์",
             "คณะเทคโนโลยีสารสนเทศ", "วิทยาลัยนานาชาติ"]
NOTES = [None, "ปกติ", 'ทุน "เรียนดี"', "ย้ายมา, เทียบโอน 12 หน่วยกิต",
         "exchange student", "ลาพักการศึกษา 1 ภาค"]


class Absent(Exception):
    """What a line needs is not in this build, or not on this machine."""


def rows_of(n):
    """The rows: always the same."""
    r = random.Random(2569)
    for i in range(1, n + 1):
        yield (i, 6_000_000_000 + i * 7 % 99_999_989,
               r.choice(FIRST) + " " + r.choice(LAST), r.choice(FACULTIES),
               r.randrange(150, 401) / 100, r.randrange(10**8) / 64,
               f"{r.randrange(1995, 2009)}-{r.randrange(1, 13):02}-"
               f"{r.randrange(1, 29):02}", r.choice(NOTES))


class Stage:
    def __init__(self, rows, rounds):
        self.n_rows, self.rounds = rows, rounds
        self.dir = Path(tempfile.mkdtemp(prefix="pratu-bench.",
                                         dir="/dev/shm"))
        self.dir.chmod(0o755)
        self.dbs, self.grants, self.tools, self.ended = {}, {}, {}, []

    def close(self):
        for end in reversed(self.ended):
            end()
        shutil.rmtree(self.dir, ignore_errors=True)

    # -- rows

    def db(self, n=None):
        """A SQLite file of that many rows."""
        n = n or self.n_rows
        if n not in self.dbs:
            path = self.dir / "rows" / f"student{n}.db"
            path.parent.mkdir(exist_ok=True)
            with sqlite3.connect(path) as db:
                db.execute("pragma journal_mode = delete")
                db.execute("pragma synchronous = off")
                db.execute(TABLE)
                marks = ",".join("?" * len(COLUMNS))
                db.executemany(f"insert into student values ({marks})",
                               rows_of(n))
            db.close()
            self.dbs[n] = path
        return self.dbs[n]

    @cached_property
    def pg(self):
        """The DSN of a PostgreSQL database with the same rows."""
        base = os.environ["PRATU_TEST_PG"]
        psql(base, "create database bench")
        dsn = base.replace("@/postgres", "@/bench")
        psql(dsn, PG_TABLE)
        feed = subprocess.Popen(
            ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", dsn, "-c",
             "copy student from stdin"], stdin=subprocess.PIPE, text=True)
        for row in rows_of(self.n_rows):
            feed.stdin.write("\t".join("\\N" if v is None else str(v)
                                       for v in row) + "\n")
        feed.stdin.close()
        assert feed.wait() == 0
        psql(dsn, "vacuum (freeze, analyze) student")
        return dsn

    # -- Pratu

    def university(self, durable=True):
        """A demo university that serves; without `durable` every fdatasync of
        its processes answers at once."""
        key = "durable" if durable else "hasty"
        if key not in self.tools:
            place = University()
            if not durable:
                os.environ["LD_PRELOAD"] = str(self.no_sync)
            try:
                place.demo()
            finally:
                os.environ.pop("LD_PRELOAD", None)
            self.ended.append(place.remove)
            place.as_desk = Desk(place)
            self.tools[key] = place
        return self.tools[key]

    def grant(self, source="sqlite", n=None, durable=True):
        """A connection to all rows, and its key."""
        n = n or self.n_rows
        if (source, n, durable) not in self.grants:
            place = self.university(durable)
            name = f"BENCH{source}{n}"
            if source == "sqlite":
                add_source(place, name, self.db(n))
            else:
                self.add_pg(place, name)
            grant = wait_until("the source", lambda: self.delivered(
                place, name), 20)
            self.grants[source, n, durable] = grant
        return self.grants[source, n, durable]

    @staticmethod
    def delivered(place, name):
        """None while the gate starts anew to see the source's folder."""
        try:
            return deliver(place.as_desk, source=name, sql=QUERY,
                           formats=["json", "csv", "xlsx"],
                           filterable=["id"]).connection()
        except AssertionError:
            time.sleep(0.3)
            return None

    def add_pg(self, place, name):
        done = place.pratu("source", "add", name, "--system", "HRIS",
                           "--dsn", self.pg)
        if done.returncode != 0:
            raise Absent(done.stderr.strip())

    def gate_pid(self, durable=True):
        return self.university(durable).processes()["pratu-gate"]

    def anon_kib(self):
        return memory_kib(self.gate_pid(), "RssAnon")

    # -- peers

    def compile(self, name, *flags):
        out = self.dir / Path(name).stem
        if not out.exists():
            subprocess.run(["cc", "-O2", "-o", out, BENCH / name, *flags],
                           check=True)
        return out

    @property
    def xlsx_peer(self):
        return self.compile("xlsx_peer.c", "-lxlsxwriter", "-lsqlite3")

    @property
    def no_sync(self):
        return self.compile("no_sync.c", "-shared", "-fPIC")

    def nginx(self, body):
        """The URL of an nginx that returns the constant."""
        if "nginx" not in self.tools:
            self.tools["nginx"] = start_nginx(self, body)
        return self.tools["nginx"]


def psql(dsn, sql):
    subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", dsn, "-c",
                    sql], check=True)


NGINX = """
daemon off;
worker_processes auto;
pid {dir}/nginx.pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type application/json; return 200 '{body}'; }}
  }}
}}
"""


def start_nginx(stage, body):
    port, home = free_port(), stage.dir / "nginx"
    home.mkdir()
    conf = home / "nginx.conf"
    conf.write_text(NGINX.format(dir=home, port=port,
                                 body=body.replace("'", "\\'")))
    server = subprocess.Popen(["nginx", "-p", home, "-c", conf],
                              stderr=open(home / "log", "w"))

    def end():
        server.terminate()
        server.wait(10)
    stage.ended.append(end)
    wait_until("nginx", lambda: (home / "nginx.pid").exists(), 10)
    return f"http://127.0.0.1:{port}/"
