#include "core/prior.h"

#include "base/crypt.h"
#include "base/str.h"
#include "base/thai.h"
#include "base/time.h"
#include "sql/sql.h"

enum { ID_CHARS = 12, MAX_COLUMNS = 200, MAX_PURPOSE = 5000, MAX_LISTED = 500 };

static struct prior from_row(struct ctx *cx, struct row r)
{
	json_t *columns = NULL;
	struct str text = row_str(r, "columns");
	struct ctx own = *cx;
	if (text.n > 0 && json_parse(&own, text, 1 << 20, &columns) != OK)
		columns = json_new_array(cx->arena);
	return (struct prior){ .id = row_str(r, "id"),
		.unit = row_str(r, "unit"),
		.asker = row_str(r, "asker"),
		.system = row_str(r, "system"),
		.purpose = row_str(r, "purpose"),
		.columns = columns,
		.until = row_str(r, "until"),
		.note = row_str(r, "note"),
		.by = row_str(r, "actor"),
		.at = row_i64(r, "at"),
		.revoked = row_i64(r, "revoked"),
		.revoked_by = row_str(r, "revoked_by"),
		.reason = row_str(r, "reason") };
}

static void all_from(struct ctx *cx, const struct rows *rows,
    const struct prior **ret, size_t *ret_n)
{
	struct prior *v = ARENA_ARRAY(cx->arena, struct prior, rows->n + 1);
	for (size_t i = 0; i < rows->n; i++)
		v[i] = from_row(cx, rows->row[i]);
	*ret = v;
	*ret_n = rows->n;
}

static struct str today(const struct ctx *cx)
{
	return date_iso(cx->arena, date_of_ms(cx->now));
}

bool prior_in_force(const struct ctx *cx, const struct prior *s)
{
	struct date last;
	return s->revoked == 0 && date_parse_iso(s->until, &last) &&
	       date_cmp(date_of_ms(cx->now), last) <= 0;
}

static enum err may_write(struct ctx *cx)
{
	enum err e = actor_may_write(cx);
	if (e)
		return e;
	if (!person_signs(&cx->actor->person, STR("")))
		return fail(cx, ERR_DENIED, MSG_error_only_owners);
	return OK;
}

/* The system, and the owner unit of which the person may speak. */
static enum err take_system(struct ctx *cx, const json_t *body, struct prior *s)
{
	const struct system *all;
	size_t n;
	enum err e = system_list(cx, STR(""), &all, &n);
	if (e)
		return e;
	struct str code = str_trim(json_text(body, "system"));
	const struct system *found = system_find(all, n, code);
	if (code.n == 0)
		field_wrong(cx, STR("system"), MSG_field_required, STR(""));
	else if (found == NULL || !found->active)
		field_wrong(cx, STR("system"), MSG_field_bad_choice, code);
	else if (found->owner_unit.n == 0 ||
		 !person_signs(&cx->actor->person, found->owner_unit))
		field_wrong(cx, STR("system"), MSG_field_not_owner, code);
	else
		*s = (struct prior){ .system = found->code,
			.unit = found->owner_unit };
	return OK;
}

static enum err take_asker(struct ctx *cx, const json_t *body, struct prior *s)
{
	struct unit unit;
	bool found = false;
	struct str named = thai_normal(cx->arena, json_text(body, "asker"));
	enum err e = named.n > 0 ? unit_find(cx, named, &unit, &found) : OK;
	if (e)
		return e;
	if (named.n == 0)
		field_wrong(cx, STR("asker"), MSG_field_required, STR(""));
	else if (!found)
		field_wrong(cx, STR("asker"), MSG_field_bad_choice, named);
	else
		s->asker = unit.code;
	return OK;
}

static void take_columns(struct ctx *cx, const json_t *body, struct prior *s)
{
	const json_t *list = json_value(body, "columns");
	json_t *out = json_new_array(cx->arena);
	if (list == NULL)
		return;
	if (!json_is_array(list) || json_array_size(list) > MAX_COLUMNS) {
		field_wrong(cx, STR("columns"), MSG_field_bad_type, STR(""));
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str name = thai_normal(
		    cx->arena, json_as_text(json_array_get(list, i)));
		if (name.n == 0 || str_chars(name) > 200)
			field_wrong(
			    cx, STR("columns"), MSG_field_bad_type, STR(""));
		else
			json_add_text(out, name);
	}
	if (json_array_size(out) > 0)
		s->columns = out;
}

static void take_texts(struct ctx *cx, const json_t *body, struct prior *s)
{
	struct date last;
	s->purpose = thai_normal_lines(cx->arena, json_text(body, "purpose"));
	s->note = thai_normal_lines(cx->arena, json_text(body, "note"));
	s->until = str_trim(json_text(body, "until"));
	if (s->purpose.n == 0)
		field_wrong(cx, STR("purpose"), MSG_field_required, STR(""));
	if (str_chars(s->purpose) > MAX_PURPOSE)
		field_wrong(
		    cx, STR("purpose"), MSG_field_too_long, STR("5000"));
	if (str_chars(s->note) > MAX_PURPOSE)
		field_wrong(cx, STR("note"), MSG_field_too_long, STR("5000"));
	if (s->until.n == 0)
		field_wrong(cx, STR("until"), MSG_field_required, STR(""));
	else if (!date_parse(s->until, &last))
		field_wrong(cx, STR("until"), MSG_field_bad_date, s->until);
	else if (date_cmp(last, date_of_ms(cx->now)) < 0)
		field_wrong(cx, STR("until"), MSG_field_in_past, STR(""));
	else
		s->until = date_iso(cx->arena, last);
}

enum err prior_add(struct ctx *cx, const json_t *body, struct prior *ret)
{
	struct prior s = { 0 };
	enum err e = may_write(cx);
	if (!e)
		e = take_system(cx, body, &s);
	if (!e)
		e = take_asker(cx, body, &s);
	if (e)
		return e;
	take_columns(cx, body, &s);
	take_texts(cx, body, &s);
	e = fields_end(cx);
	if (e)
		return e;
	s.id = random_id(cx->arena, ID_CHARS);
	s.by = str_lower(cx->arena, cx->actor->person.email);
	s.at = cx->now;
	e = sql_exec(cx,
	    SQL("insert into standing_consent (id, unit, asker, system, purpose,"
		" columns, until, note, actor, at, revoked, revoked_by, reason)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, '', '')"),
	    VALS(val_str(s.id), val_str(s.unit), val_str(s.asker),
		val_str(s.system), val_str(s.purpose),
		val_str(
		    s.columns ? json_canonical(cx->arena, s.columns) : STR("")),
		val_str(s.until), val_str(s.note), val_str(s.by),
		val_i64(s.at)),
	    NULL);
	if (!e)
		*ret = s;
	return e;
}

static bool sees(const struct person *p, const struct prior *s)
{
	if (str_eq(p->unit, s->asker) ||
	    person_holds(p, ROLE_owner, STR(""), s->unit) ||
	    person_holds(p, ROLE_owner, STR(""), s->asker))
		return true;
	for (size_t i = 0; i < p->n_roles; i++)
		if (role_sees[p->roles[i].role] == 'a' ||
		    role_sees[p->roles[i].role] == 'o')
			return true;
	return false;
}

enum err prior_revoke(
    struct ctx *cx, struct str id, struct str reason, struct prior *ret)
{
	struct row row = { 0 };
	bool found = false;
	enum err e = may_write(cx);
	if (!e)
		e = sql_find(cx,
		    SQL("select id, unit, asker, system, purpose, columns, until,"
			" note, actor, at, revoked, revoked_by, reason"
			" from standing_consent where id = $1"),
		    VALS(val_str(id)), &row, &found);
	if (e)
		return e;
	struct prior s = found ? from_row(cx, row) : (struct prior){ 0 };
	if (!found || !sees(&cx->actor->person, &s))
		return fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (!person_signs(&cx->actor->person, s.unit))
		return fail(cx, ERR_DENIED, MSG_error_only_owners);
	if (s.revoked != 0)
		return fail(cx, ERR_CONFLICT, MSG_error_revoked_already);
	s.reason = thai_normal_lines(cx->arena, reason);
	if (s.reason.n == 0)
		field_wrong(cx, STR("reason"), MSG_field_required, STR(""));
	if (str_chars(s.reason) > MAX_PURPOSE)
		field_wrong(cx, STR("reason"), MSG_field_too_long, STR("5000"));
	e = fields_end(cx);
	if (e)
		return e;
	s.revoked = cx->now;
	s.revoked_by = str_lower(cx->arena, cx->actor->person.email);
	e = sql_exec(cx,
	    SQL("update standing_consent set revoked = $2, revoked_by = $3,"
		" reason = $4 where id = $1 and revoked = 0"),
	    VALS(val_str(id), val_i64(s.revoked), val_str(s.revoked_by),
		val_str(s.reason)),
	    NULL);
	if (!e)
		*ret = s;
	return e;
}

enum err prior_list(struct ctx *cx, const struct prior **ret, size_t *ret_n)
{
	struct rows rows;
	size_t n = 0;
	if (cx->actor == NULL)
		return fail(cx, ERR_UNAUTHENTICATED, MSG_error_unauthenticated);
	/* The newest of all, as far as a page goes: who sees which is told by
	 * his roles. */
	enum err e = sql_all(cx,
	    SQL_SCAN(
		"select id, unit, asker, system, purpose, columns, until, note,"
		" actor, at, revoked, revoked_by, reason from standing_consent"
		" order by at desc, id limit $1"),
	    VALS(val_i64(MAX_LISTED)), &rows);
	if (e)
		return e;
	struct prior *v = ARENA_ARRAY(cx->arena, struct prior, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++) {
		v[n] = from_row(cx, rows.row[i]);
		n += sees(&cx->actor->person, &v[n]);
	}
	*ret = v;
	*ret_n = n;
	return OK;
}

enum err prior_for(
    struct ctx *cx, struct str asker, const struct prior **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select id, unit, asker, system, purpose, columns, until, note,"
		" actor, at, revoked, revoked_by, reason from standing_consent"
		" where asker = $1 and revoked = 0 and until >= $2"
		" order by at, id"),
	    VALS(val_str(asker), val_str(today(cx))), &rows);
	if (!e)
		all_from(cx, &rows, ret, ret_n);
	return e;
}

/* Word for word, but for spaces, capitals and digits. */
static bool same_purpose(
    struct arena *a, const struct case_file *f, const struct prior *s)
{
	return str_eq(thai_search_key(a, json_text(f->answers, "purpose")),
	    thai_search_key(a, s->purpose));
}

const struct prior *prior_covers(struct arena *a, const struct prior *v,
    size_t n, const struct case_file *f, struct str owner)
{
	const struct prior *first = NULL;
	for (size_t i = 0; i < f->systems.n; i++) {
		const struct prior *found = NULL;
		if (!str_eq(f->systems.v[i].owner_unit, owner))
			continue;
		for (size_t k = 0; k < n && found == NULL; k++)
			if (str_eq(v[k].unit, owner) &&
			    str_eq(v[k].asker, f->unit) &&
			    str_eq(v[k].system, f->systems.v[i].code) &&
			    same_purpose(a, f, &v[k]))
				found = &v[k];
		/* What is pinned is one: several systems are asked about. */
		if (found == NULL || (first != NULL && first != found))
			return NULL;
		first = found;
	}
	return first;
}

bool prior_still(struct arena *a, const json_t *pinned,
    const struct case_file *f, struct str owner)
{
	struct prior s = { .unit = json_text(pinned, "unit"),
		.asker = json_text(pinned, "asker"),
		.system = json_text(pinned, "system"),
		.purpose = json_text(pinned, "purpose") };
	return prior_covers(a, &s, 1, f, owner) != NULL;
}

json_t *prior_pinned(struct arena *a, const struct prior *s)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "id", s->id);
	json_put_text(o, "unit", s->unit);
	json_put_text(o, "asker", s->asker);
	json_put_text(o, "system", s->system);
	json_put_text(o, "purpose", s->purpose);
	if (s->columns != NULL)
		json_put(o, "columns", s->columns);
	json_put_text(o, "until", s->until);
	return o;
}

json_t *prior_json(struct arena *a, const struct ctx *cx, const struct prior *s)
{
	json_t *o = prior_pinned(a, s);
	if (s->columns == NULL)
		json_put(o, "columns", json_null());
	json_put_text_or_null(o, "note", s->note);
	json_put_text(o, "by", s->by);
	json_put_text(o, "at", time_iso(a, s->at));
	json_put_flag(o, "in_force", prior_in_force(cx, s));
	json_put_text_or_null(
	    o, "revoked", s->revoked ? time_iso(a, s->revoked) : STR(""));
	json_put_text_or_null(o, "revoked_by", s->revoked_by);
	json_put_text_or_null(o, "reason", s->reason);
	return o;
}
