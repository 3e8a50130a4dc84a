#include "core/disposal_carry.h"

#include "base/str.h"
#include "core/cases.h"
#include "sql/sql.h"

typedef LIST(struct carry_file) carry_list;

void disposed_take(struct case_file *f, const struct event *e)
{
	f->disposed = (struct disposed){ .round = json_text(e->data, "round"),
		.files = json_list(e->data, "files"),
		.at = e->at };
}

enum err disposed_put(struct ctx *cx, const struct case_file *f)
{
	if (f->disposed.at == 0)
		return OK;
	return sql_exec(cx,
	    SQL("insert into disposed (request, round, at) values ($1, $2, $3)"
		" on conflict (request) do update set round = $2, at = $3"),
	    VALS(val_str(f->no), val_str(f->disposed.round),
		val_i64(f->disposed.at)),
	    NULL);
}

enum err disposed_same(struct ctx *cx, const struct case_file *f, bool *ret)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx,
	    SQL("select round, at from disposed where request = $1"),
	    VALS(val_str(f->no)), &row, &found);
	*ret = !e && found == (f->disposed.at != 0) &&
	       (!found || (str_eq(row_str(row, "round"), f->disposed.round) &&
			      row_i64(row, "at") == f->disposed.at));
	return e;
}

enum err disposed_refuse(struct ctx *cx, const struct case_file *f)
{
	if (f->disposed.at == 0)
		return OK;
	return fail1(cx, ERR_GONE, MSG_error_disposed,
	    date_short(cx->arena, cx->lang, date_of_ms(f->disposed.at)));
}

enum err carry_round(struct ctx *cx, struct str after, struct str *ret)
{
	struct row row;
	bool found = false, blind = true;
	enum err e = projection_needed(cx, &blind);
	*ret = STR("");
	if (e || blind)
		return e;
	e = sql_find(cx,
	    SQL("select id from disposal_round where state = 'carrying'"
		" order by case when id > $1 then 0 else 1 end, id limit 1"),
	    VALS(val_str(after)), &row, &found);
	if (!e && found)
		*ret = row_str(row, "id");
	return e;
}

static void add(struct arena *a, carry_list *all, const char *kind,
    struct str name, struct str sha256, int64_t bytes)
{
	if (sha256.n > 0)
		LIST_ADD(a, all,
		    (struct carry_file){ .kind = str_of(kind),
			.name = name,
			.sha256 = sha256,
			.bytes = bytes });
}

static void add_rows(
    struct arena *a, carry_list *all, const char *kind, const struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		add(a, all, kind, row_str(rows->row[i], "name"),
		    row_str(rows->row[i], "sha256"),
		    row_i64(rows->row[i], "bytes"));
}

static bool has(const carry_list *all, const char *kind, struct str sha256)
{
	for (size_t i = 0; i < all->n; i++)
		if (str_eq(all->v[i].kind, str_of(kind)) &&
		    str_eq(all->v[i].sha256, sha256))
			return true;
	return false;
}

/* Files that came with a mail and were not entered: too many, or set aside. They
 * have no row of their own. */
static enum err add_left_out(
    struct ctx *cx, const struct rows *replies, carry_list *all)
{
	for (size_t i = 0; i < replies->n; i++) {
		json_t *files;
		enum err e = json_parse(
		    cx, row_str(replies->row[i], "files"), 1 << 20, &files);
		if (e)
			return e;
		for (size_t k = 0; k < json_array_size(files); k++) {
			const json_t *o = json_array_get(files, k);
			struct str sha256 = json_text(o, "sha256");
			if (!has(all, "attachment", sha256))
				add(cx->arena, all, "attachment",
				    json_text(o, "name"), sha256,
				    json_int(o, "bytes", 0));
		}
	}
	return OK;
}

/* All that stands on the disk for the request. */
static enum err find_files(
    struct ctx *cx, const struct case_file *f, carry_list *ret)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select name, sha256, bytes from attachment where request = $1"
		" order by at, id"),
	    VALS(val_str(f->no)), &rows);
	if (e)
		return e;
	add_rows(cx->arena, ret, "attachment", &rows);
	for (size_t i = 0; i < f->papers.n; i++)
		add(cx->arena, ret, "copy", f->papers.v[i].code,
		    f->papers.v[i].copy, f->papers.v[i].copy_bytes);
	e = sql_all(cx,
	    SQL("select m.message_id as name, m.sha256, m.bytes from mail m"
		" where m.request = $1 order by m.notice"),
	    VALS(val_str(f->no)), &rows);
	if (e)
		return e;
	add_rows(cx->arena, ret, "mail", &rows);
	e = sql_all(cx,
	    SQL("select message_id as name, sha256, bytes, files from reply"
		" where request = $1 and state <> 'held' order by id"),
	    VALS(val_str(f->no)), &rows);
	if (e)
		return e;
	add_rows(cx->arena, ret, "reply", &rows);
	return add_left_out(cx, &rows, ret);
}

/* What a mail said stands beside the file too. */
static enum err forget_words(struct ctx *cx, struct str no)
{
	enum err e = sql_exec(cx,
	    SQL("update outbox set body = '' where request = $1"
		" and done > 0"),
	    VALS(val_str(no)), NULL);
	if (!e)
		e = sql_exec(cx,
		    SQL("update reply set body = '' where request = $1"
			" and state <> 'held'"),
		    VALS(val_str(no)), NULL);
	return e;
}

static json_t *files_json(struct arena *a, const carry_list *files)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < files->n; i++) {
		const struct carry_file *c = &files->v[i];
		json_t *o = json_new_object(a);
		json_put_text(o, "kind", c->kind);
		json_put_text(o, "name", c->name);
		json_put_text(o, "sha256", c->sha256);
		json_put_int(o, "bytes", c->bytes);
		json_add(list, o);
	}
	return list;
}

static enum err record(struct ctx *cx, const struct disposal_round *r,
    int64_t line, struct case_file *f)
{
	carry_list files = { 0 };
	struct facts facts;
	struct case_file after;
	json_t *data = json_new_object(cx->arena);
	enum err e = find_files(cx, f, &files);
	if (!e)
		e = forget_words(cx, f->no);
	if (!e)
		e = cases_facts(cx, f, &facts);
	if (e)
		return e;
	json_put_text(data, "round", r->id);
	json_put_int(data, "line", line);
	json_put_text(data, "list", r->digest);
	json_put_text(data, "approved_by", r->decided.by);
	json_put(data, "files", files_json(cx->arena, &files));
	struct event ev = { .version = f->version + 1,
		.at = cx->now,
		.type = EVENT_disposed,
		.request = f->no,
		.actor = STR("system"),
		.data = data };
	e = cases_take(cx, &facts, f, &ev, &after);
	if (!e)
		*f = after;
	return e;
}

static enum err find_notices(
    struct ctx *cx, struct str no, struct carry_line *ret)
{
	struct rows rows;
	enum err e =
	    sql_all(cx, SQL("select notice from mail where request = $1"),
		VALS(val_str(no)), &rows);
	if (e)
		return e;
	int64_t *v = ARENA_ARRAY(cx->arena, int64_t, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = row_i64(rows.row[i], "notice");
	ret->notices = v;
	ret->n_notices = rows.n;
	return OK;
}

/* From the request's event, whoever wrote it. */
static enum err line_of(struct ctx *cx, int64_t line, const struct case_file *f,
    struct carry_line *ret)
{
	size_t n = json_array_size(f->disposed.files);
	*ret = (struct carry_line){ .line = line,
		.request = f->no,
		.files = ARENA_ARRAY(cx->arena, struct carry_file, n + 1),
		.n_files = n };
	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(f->disposed.files, i);
		ret->files[i] =
		    (struct carry_file){ .kind = json_text(o, "kind"),
			    .name = json_text(o, "name"),
			    .sha256 = json_text(o, "sha256"),
			    .bytes = json_int(o, "bytes", 0) };
	}
	return find_notices(cx, f->no, ret);
}

static void leave(json_t *left, int64_t line, struct str why)
{
	json_t *o = json_object();
	json_put_int(o, "line", line);
	json_put_text(o, "why", why);
	json_array_append_new(left, o);
}

/* Whether something came to the request after the list was closed: the committee has
 * not seen it. */
static enum err came_later(struct ctx *cx, const struct disposal_round *r,
    const struct case_file *f, bool *ret)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select count(*) as n from events where request = $1"
		" and type in ('attached', 'mailed', 'papered', 'lettered')"
		" and seq > (select seq from events where request = $2"
		" and version = 1)"),
	    VALS(val_str(f->no), val_str(r->id)), &row);
	*ret = !e && row_i64(row, "n") > 0;
	return e;
}

/* Whether a mail for it waits for a person: it may be evidence yet. */
static enum err mail_waits(struct ctx *cx, struct str no, bool *ret)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select count(*) as n from reply where request = $1"
		" and state = 'held'"),
	    VALS(val_str(no)), &row);
	*ret = !e && row_i64(row, "n") > 0;
	return e;
}

/* Why the line may not go now; *ret empty: it may. */
static enum err why_left(struct ctx *cx, const struct disposal_round *r,
    const struct case_file *f, struct str *ret)
{
	bool changed = false, waits = false;
	if (!disposal_may_go(f, r->year, ret))
		return OK;
	enum err e = came_later(cx, r, f, &changed);
	if (!e && changed)
		*ret = STR("changed");
	if (!e && !changed)
		e = mail_waits(cx, f->no, &waits);
	if (!e && waits)
		*ret = STR("mail");
	return e;
}

/* One whose events are not what was written is left: nothing goes by them. */
static enum err begin_line(struct ctx *cx, const struct disposal_round *r,
    size_t i, struct carry_lines *all, json_t *left)
{
	struct case_file f;
	struct str why = STR("");
	struct fault before = cx->fault;
	int64_t line = (int64_t)i + 1;
	enum err e = cases_load(cx, r->lines[i].of.request, &f);
	if (e == ERR_BROKEN || e == ERR_NOT_FOUND) {
		cx->fault = before;
		leave(left, line, STR("broken"));
		return OK;
	}
	if (e)
		return e;
	bool begun = f.disposed.at != 0;
	if (begun && !str_eq(f.disposed.round, r->id)) {
		leave(left, line, STR("other"));
		return OK;
	}
	if (!begun)
		e = why_left(cx, r, &f, &why);
	if (!e && why.n > 0)
		leave(left, line, why);
	if (e || why.n > 0)
		return e;
	if (!begun)
		e = record(cx, r, line, &f);
	if (!e)
		e = line_of(cx, line, &f, &all->v[all->n]);
	all->n += !e;
	return e;
}

static json_t *told(struct ctx *cx, const char *act, json_t *lines)
{
	json_t *data = json_new_object(cx->arena);
	json_put_text(data, "act", str_of(act));
	if (lines != NULL)
		json_put(data, "lines", lines);
	return data;
}

static enum err end_if_over(struct ctx *cx, struct disposal_round *r)
{
	if (r->state != DISPOSAL_carrying || round_count(r, FATE_destroy) > 0)
		return OK;
	json_t *data = told(cx, "done", NULL);
	json_put_int(data, "gone", (int64_t)round_count(r, FATE_gone));
	json_put_int(data, "left", (int64_t)round_count(r, FATE_left));
	return round_append(cx, r, data, STR("system"));
}

enum err carry_begin(struct ctx *cx, struct str round, size_t skip,
    size_t at_once, struct carry_lines *ret)
{
	REQUIRE(at_once > 0 && at_once <= CARRY_AT_ONCE);
	struct disposal_round r;
	json_t *left = json_new_array(cx->arena);
	enum err e = chain_lock(cx);
	if (!e)
		e = round_load(cx, round, &r);
	*ret = (struct carry_lines){ .round = round,
		.v = ARENA_ARRAY(cx->arena, struct carry_line, CARRY_AT_ONCE) };
	if (e || r.state != DISPOSAL_carrying)
		return e;
	for (size_t i = 0; i < r.n_lines && !e; i++) {
		if (r.lines[i].fate != FATE_destroy || skip > 0) {
			skip -= r.lines[i].fate == FATE_destroy;
			continue;
		}
		if (ret->passed == at_once)
			break;
		e = begin_line(cx, &r, i, ret, left);
		ret->passed += !e;
		ret->failed = e ? (int64_t)i + 1 : 0;
	}
	if (!e && json_array_size(left) > 0)
		e = round_append(cx, &r, told(cx, "left", left), STR("system"));
	return e ? e : end_if_over(cx, &r);
}

/* Of a request that is not destroyed itself. */
static enum err has_others(struct ctx *cx, struct sql sql, struct str sha256,
    struct str request, bool *ret)
{
	struct row row;
	enum err e =
	    sql_one(cx, sql, VALS(val_str(sha256), val_str(request)), &row);
	*ret = !e && row_i64(row, "n") > 0;
	return e;
}

/* A file that came with a mail that waits for a person has no row yet. */
static enum err waits_somewhere(struct ctx *cx, struct str sha256, bool *ret)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select count(*) as n from reply where state = 'held'"
		" and files like $1"),
	    VALS(val_str(str_fmt(cx->arena, "%%%.*s%%", STR_ARG(sha256)))),
	    &row);
	*ret = !e && row_i64(row, "n") > 0;
	return e;
}

enum err carry_shared(
    struct ctx *cx, struct str request, const struct carry_file *c, bool *ret)
{
	*ret = false;
	if (str_eq(c->kind, STR("copy")))
		return OK;
	if (str_eq(c->kind, STR("attachment"))) {
		enum err e = has_others(cx,
		    SQL("select count(*) as n from attachment t"
			" where t.sha256 = $1 and t.request <> $2"
			" and not exists (select 1 from disposed d"
			" where d.request = t.request)"),
		    c->sha256, request, ret);
		return e || *ret ? e : waits_somewhere(cx, c->sha256, ret);
	}
	enum err e = has_others(cx,
	    SQL("select count(*) as n from mail t where t.sha256 = $1"
		" and t.request <> $2 and not exists (select 1"
		" from disposed d where d.request = t.request)"),
	    c->sha256, request, ret);
	if (e || *ret)
		return e;
	return has_others(cx,
	    SQL("select count(*) as n from reply t where t.sha256 = $1"
		" and t.request <> $2 and not exists (select 1"
		" from disposed d where d.request = t.request)"),
	    c->sha256, request, ret);
}

static json_t *ended_json(struct arena *a, const struct carry_line *l)
{
	json_t *o = json_new_object(a), *list = json_new_array(a);
	json_put_int(o, "line", l->line);
	json_put_text(o, "request", l->request);
	for (size_t i = 0; i < l->n_files; i++) {
		json_t *one = json_new_object(a);
		json_put_text(one, "kind", l->files[i].kind);
		json_put_text(one, "sha256", l->files[i].sha256);
		json_put_text(one, "how", str_of(l->files[i].how));
		json_add(list, one);
	}
	json_put(o, "files", list);
	return o;
}

enum err carry_told(struct ctx *cx, const struct carry_lines *all)
{
	struct disposal_round r;
	json_t *lines = json_new_array(cx->arena);
	enum err e = chain_lock(cx);
	if (!e)
		e = round_load(cx, all->round, &r);
	/* Another courier may have told it meanwhile. */
	for (size_t i = 0; i < all->n && !e; i++) {
		const struct carry_line *l = &all->v[i];
		if (l->over && r.state == DISPOSAL_carrying &&
		    r.lines[l->line - 1].fate == FATE_destroy)
			json_add(lines, ended_json(cx->arena, l));
	}
	if (!e && json_array_size(lines) > 0)
		e = round_append(
		    cx, &r, told(cx, "gone", lines), STR("system"));
	return e ? e : end_if_over(cx, &r);
}
