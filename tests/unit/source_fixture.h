/* source_fixture.h - a small source in a temporary file, for test_source.c and
 * test_query.c. */
#ifndef TESTS_UNIT_SOURCE_FIXTURE_H
#define TESTS_UNIT_SOURCE_FIXTURE_H

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "source/source.h"
#include "t.h"

static char fixture_path[] = "/tmp/pratu-source-XXXXXX";
static struct source fixture;

static inline void fixture_remove(void)
{
	unlink(fixture_path);
}

/* Runs `sql` on the file as its owner would. */
static inline void fixture_exec(const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	REQUIRE(sqlite3_open(fixture_path, &db) == SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
		printf("Bail out! %s\n", why);
		exit(1);
	}
	REQUIRE(sqlite3_close(db) == SQLITE_OK);
}

static inline void fixture_make(struct ctx *cx)
{
	int fd = mkstemp(fixture_path);

	REQUIRE(fd >= 0);
	close(fd);
	atexit(fixture_remove);
	fixture_exec(
	    "create table student(id integer primary key, name text, "
	    "  name_en varchar(40), gpa real, faculty text, born date, "
	    "  seen datetime, active boolean, photo blob, nick);"
	    "insert into student values"
	    " (1,'สมชาย ใจดี','Somchai',3.25,'SCI','2005-01-31',"
	    "  '2026-11-20 08:30:00',1,x'00ff','ชาย'),"
	    " (2,'สมหญิง รักเรียน','Somying',3.0,'ENG','2004-02-29',"
	    "  '2026-11-20 09:00:00',0,null,'หญิง'),"
	    " (3,'มานะ','MANA',null,'sci','2003-12-01',null,null,null,null),"
	    " (4,'O''Brien \"x\" 100%','o_brien',0.1,'ENG','2005-06-15',"
	    "  null,1,null,'%'),"
	    " (5,'','Émile',-1e300,null,'2005-06-16',null,0,x'','_');"
	    "create table odd(\"a \"\"b\" integer, \"select\" text, "
	    "  \"ชื่อ\" text);"
	    "insert into odd values (1,'x','ก'),(2,'y','ข');"
	    "create view sci as select id, name from student "
	    "  where faculty = 'SCI';"
	    "create view bad as select randomblob(5) as r;"
	    "create virtual table words using fts5(w);"
	    "insert into words values ('hello');"
	    "create index student_faculty on student(faculty);"
	    "analyze;");
	REQUIRE(source_parse(cx,
		    str_cat(cx->arena, STR("sqlite:"), str_of(fixture_path)),
		    &fixture) == OK);
}

#endif
