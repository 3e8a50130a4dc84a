/* The texts that papers are made from: shipped ones, and each office's own. */
#include <string.h>

#include "base/crypt.h"
#include "base/str.h"
#include "core/line.h"
#include "core/office_settings.h"
#include "core/papers.h"
#include "sql/sql.h"

static struct str shipped(struct arena *a, enum papers kind, const char *end)
{
	struct str name = str_fmt(a, "%s.%s", papers_names[kind], end);
	for (size_t i = 0; i < papers_shipped_n; i++)
		if (str_eq(name, str_of(papers_shipped[i].name)))
			return str_n((const char *)papers_shipped[i].bytes,
			    papers_shipped[i].n);
	return (struct str){ 0 };
}

enum err papers_sample(struct ctx *cx, enum papers kind, const json_t **ret)
{
	json_t *v;
	struct str text = shipped(cx->arena, kind, "json");
	if (text.n == 0)
		text = shipped(cx->arena, PAPERS_case, "json");
	enum err e = json_parse(cx, text, 65536, &v);
	if (!e)
		*ret = v;
	return e;
}

static json_t *long_text(struct arena *a, struct str one)
{
	struct str all = one;
	while (one.n > 0 && all.n < PAPERS_LONG_TEXT)
		all = str_fmt(a, "%.*s %.*s", STR_ARG(all), STR_ARG(one));
	return json_stringn(all.p, all.n);
}

/* A copy of its own; lists hold one object many times. */
static json_t *lengthened(struct arena *a, json_t *v)
{
	const char *key;
	json_t *one, *copy = json_is_object(v) ? json_object() : json_array();
	if (json_is_object(v)) {
		json_object_foreach(v, key, one)
		    json_object_set_new(copy, key, lengthened(a, one));
		return copy;
	}
	if (json_is_array(v) && json_array_size(v) > 0) {
		one = lengthened(a, json_array_get(v, 0));
		for (size_t i = 0; i < PAPERS_LONG_LIST; i++)
			json_array_append(copy, one);
		json_decref(one);
		return copy;
	}
	json_decref(copy);
	return json_is_string(v) ? long_text(a, json_as_text(v))
	                         : json_incref(v);
}

enum err papers_sample_long(
    struct ctx *cx, enum papers kind, const json_t **ret)
{
	const json_t *sample;
	enum err e = papers_sample(cx, kind, &sample);
	if (!e)
		*ret = json_keep(cx->arena,
		    lengthened(cx->arena,
			json_keep(cx->arena, json_deep_copy(sample))));
	return e;
}

static struct papers_text first_of(
    struct ctx *cx, struct str office, enum papers kind)
{
	struct str text = shipped(cx->arena, kind, "paper");
	REQUIRE(text.n > 0);
	return (struct papers_text){ .office = office,
		.kind = kind,
		.text = text,
		.digest = sha256_hex(cx->arena, sha256_of(text)) };
}

static struct papers_text text_of(
    struct row r, struct str office, enum papers kind)
{
	return (struct papers_text){ .office = office,
		.kind = kind,
		.version = row_i64(r, "version"),
		.digest = row_str(r, "digest"),
		.by = row_str(r, "made_by"),
		.at = row_i64(r, "made") };
}

enum err papers_text_get(struct ctx *cx, struct str office, enum papers kind,
    int64_t version, struct papers_text *ret)
{
	struct row r = { 0 };
	bool found = false;
	enum err e = OK;
	if (version != 0)
		e = sql_find(cx,
		    SQL("select version, text, digest, made_by, made from paper_text"
			" where office = $1 and kind = $2"
			" and version between $3 and $4"
			" order by version desc limit 1"),
		    VALS(val_str(office), val_str(str_of(papers_names[kind])),
			val_i64(version < 0 ? 1 : version),
			val_i64(version < 0 ? INT64_MAX : version)),
		    &r, &found);
	if (e)
		return e;
	if (!found && version > 0)
		return fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	*ret = first_of(cx, office, kind);
	if (found) {
		*ret = text_of(r, office, kind);
		ret->text = row_str(r, "text");
	}
	return OK;
}

enum err papers_text_list(struct ctx *cx, struct str office, enum papers kind,
    const struct papers_text **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select version, digest, made_by, made from paper_text"
		" where office = $1 and kind = $2 order by version desc"),
	    VALS(val_str(office), val_str(str_of(papers_names[kind]))), &rows);
	if (e)
		return e;
	struct papers_text *v =
	    ARENA_ARRAY(cx->arena, struct papers_text, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = text_of(rows.row[i], office, kind);
	v[rows.n] = first_of(cx, office, kind);
	*ret = v;
	*ret_n = rows.n + 1;
	return OK;
}

enum err papers_text_put(struct ctx *cx, struct str office, enum papers kind,
    struct str text, int64_t *ret_version)
{
	struct papers_text now;
	enum err e = office_settings_may_put(cx, office);
	/* One after the other: versions have no gap. */
	if (!e)
		e = chain_lock(cx);
	if (!e)
		e = papers_text_get(cx, office, kind, PAPERS_NEWEST, &now);
	if (e)
		return e;
	struct str digest = sha256_hex(cx->arena, sha256_of(text));
	if (str_eq(digest, now.digest)) {
		field_wrong(cx, STR("text"), MSG_field_paper_same, STR(""));
		return fields_end(cx);
	}
	*ret_version = now.version + 1;
	return sql_exec(cx,
	    SQL("insert into paper_text (office, kind, version, text, digest,"
		" made_by, made) values ($1, $2, $3, $4, $5, $6, $7)"),
	    VALS(val_str(office), val_str(str_of(papers_names[kind])),
		val_i64(now.version + 1), val_str(text), val_str(digest),
		val_str(cx->actor->person.email), val_i64(cx->now)),
	    NULL);
}
