/* Which columns of a result tell its rows apart for certain: the primary key of
 * a table that the query goes through once. Grouping and DISTINCT only thin its
 * rows out; anything else in the plan (a join, a subquery, a compound) could
 * double them, and leaves the key unknown. */
#include "base/buf.h"
#include "base/str.h"
#include "source/lite.h"

#define EXPLAIN "explain query plan "

static sqlite3_stmt *prepared(struct lite *l, struct str sql)
{
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(l->db, sql.p, (int)sql.n, &st, NULL) !=
	    SQLITE_OK)
		return NULL;
	return st;
}

/* The one table that is read; absent when there are others. */
static struct str only_table(const struct description *d)
{
	struct str table = { 0 };

	for (size_t i = 0; i < d->n_reads; i++) {
		if (table.p != NULL && !str_eq_nocase(table, d->reads[i].table))
			return (struct str){ 0 };
		table = d->reads[i].table;
	}
	return table;
}

/* Whether the plan is one walk, and perhaps sorting. */
static bool goes_once(struct ctx *cx, struct lite *l, struct str sql)
{
	sqlite3_stmt *st = prepared(l, str_cat(cx->arena, STR(EXPLAIN), sql));
	size_t walks = 0;
	bool plain = true;

	while (st != NULL && sqlite3_step(st) == SQLITE_ROW) {
		struct str said =
		    str_of((const char *)sqlite3_column_text(st, 3));
		bool walk = str_starts(said, STR("SCAN ")) ||
		            str_starts(said, STR("SEARCH "));

		walks += walk;
		plain &= walk || str_starts(said, STR("USE TEMP B-TREE FOR "));
	}
	sqlite3_finalize(st);
	return plain && walks == 1;
}

/* The name in the result of that column of the table; absent: not shown. */
static struct str shown_as(
    const struct description *d, struct str table, struct str column)
{
	for (size_t i = 0; i < d->columns.n; i++) {
		if (str_eq_nocase(d->origins[i].table, table) &&
		    str_eq_nocase(d->origins[i].column, column))
			return d->columns.v[i].name;
	}
	return (struct str){ 0 };
}

static struct str all_of(struct ctx *cx, struct str table)
{
	struct buf b = buf_new(cx->arena, 2 * table.n + 64);

	buf_str(&b, STR("select * from \""));
	for (size_t i = 0; i < table.n; i++) {
		if (table.p[i] == '"')
			buf_char(&b, '"');
		buf_char(&b, table.p[i]);
	}
	buf_char(&b, '"');
	return buf_view(&b);
}

void lite_key(
    struct ctx *cx, struct lite *l, struct str sql, struct description *d)
{
	struct str table = only_table(d);

	if (table.n == 0 || !goes_once(cx, l, sql))
		return;

	sqlite3_stmt *st = prepared(l, all_of(cx, table));
	int n = st == NULL ? 0 : sqlite3_column_count(st);
	struct str *key = ARENA_ARRAY(cx->arena, struct str, (size_t)n + 1);
	size_t n_key = 0;
	bool whole = true;

	for (int i = 0; i < n && whole; i++) {
		const char *name = sqlite3_column_name(st, i);
		int part = 0;

		if (sqlite3_table_column_metadata(l->db, NULL,
			str_cstr(cx->arena, table), name, NULL, NULL, NULL,
			&part, NULL) != SQLITE_OK)
			whole = false;
		if (part == 0)
			continue;
		key[n_key] = shown_as(d, table, str_of(name));
		whole &= key[n_key++].n > 0;
	}
	sqlite3_finalize(st);
	if (whole && n_key > 0) {
		d->key = key;
		d->n_key = n_key;
	}
}
