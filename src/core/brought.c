#include "core/brought.h"

#include "base/read_as.h"
#include "base/str.h"
#include "base/time.h"
#include "core/cases.h"

static size_t index_of(const struct case_file *f, struct str upload)
{
	size_t i = 0;
	while (i < f->brought.n && !str_eq(f->brought.v[i].upload, upload))
		i++;
	return i;
}

static struct brought *find(struct case_file *f, struct str upload)
{
	size_t i = index_of(f, upload);
	return i < f->brought.n ? &f->brought.v[i] : NULL;
}

const struct brought *brought_of(const struct case_file *f, struct str upload)
{
	size_t i = index_of(f, upload);
	return i < f->brought.n ? &f->brought.v[i] : NULL;
}

static void came(struct case_file *f, const struct event *e)
{
	struct str upload = json_text(e->data, "upload");
	struct brought *b = find(f, upload);
	if (b == NULL) {
		LIST_ADD(f->arena, &f->brought, (struct brought){ 0 });
		b = &f->brought.v[f->brought.n - 1];
	}
	b->upload = upload;
	b->name = json_text(e->data, "name");
	b->sha256 = json_text(e->data, "sha256");
	b->sender = json_text(e->data, "sender");
	b->destroy_on = json_text(e->data, "destroy_on");
	b->bytes = json_int(e->data, "bytes", 0);
	b->received = json_int(e->data, "received", e->at);
	b->state = str_of(event_names[e->type]);
	b->told = e->data;
	b->at = e->at;
}

static void used(struct case_file *f, const struct event *e)
{
	const json_t *list = json_list(e->data, "tables");
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct brought *b =
		    find(f, json_text(json_array_get(list, i), "upload"));
		if (b == NULL)
			continue;
		b->used = json_text(e->data, "digest");
		b->used_at = e->at;
	}
}

static void went(struct case_file *f, const struct event *e)
{
	const json_t *list = json_list(e->data, "tables");
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct brought *b =
		    find(f, json_text(json_array_get(list, i), "upload"));
		if (b == NULL)
			continue;
		b->returned_at = json_int(e->data, "handed", e->at);
		if (json_text(e->data, "delivery").n == 0)
			continue;
		b->handed_at = b->returned_at;
		b->handed_to = e->actor;
	}
}

static void gone(struct case_file *f, const struct event *e)
{
	const json_t *list = json_list(e->data, "files");
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct brought *b =
		    find(f, json_text(json_array_get(list, i), "upload"));
		if (b == NULL)
			continue;
		b->state = STR("destroyed");
		b->at = json_int(json_array_get(list, i), "at", e->at);
	}
}

bool brought_is_news(enum event_type type)
{
	return type == EVENT_brought || type == EVENT_unusable ||
	       type == EVENT_lost || type == EVENT_returned;
}

void brought_take(struct case_file *f, const struct event *e)
{
	if (e->type == EVENT_brought || e->type == EVENT_unusable ||
	    e->type == EVENT_lost)
		came(f, e);
	else if (e->type == EVENT_used)
		used(f, e);
	else if (e->type == EVENT_returned)
		went(f, e);
	else if (e->type == EVENT_destroyed)
		gone(f, e);
}

/* A heading may be somebody's name, where a file has none: it is not kept for
 * good. */
static json_t *finding_kept(struct arena *a, const json_t *finding)
{
	json_t *o = json_new_object(a);
	struct str code = json_text(finding, "code");
	json_put_text(o, "code", code);
	json_put_int(o, "row", json_int(finding, "row", 0));
	json_put_int(o, "column", json_int(finding, "column", 0));
	if (!str_starts(code, STR("heading")))
		json_put_text(o, "detail", json_text(finding, "detail"));
	return o;
}

static void put_found(json_t *o, const json_t *found)
{
	json_put_int(o, "rows", json_int(found, "rows", 0));
	json_put_int(o, "columns",
	    (int64_t)json_array_size(json_list(found, "columns")));
	json_put_int(o, "wrong", json_int(found, "wrong", 0));
	json_put_int(o, "double", json_int(found, "double", 0));
	json_put_text(o, "sheet", json_text(found, "sheet"));
}

static json_t *told(
    struct ctx *cx, const struct case_file *f, const struct inbound *in)
{
	json_t *o = json_new_object(cx->arena);
	json_put_text(o, "upload", in->upload);
	json_put_text(o, "name", in->name);
	json_put_text(o, "sha256", in->sha256);
	json_put_int(o, "bytes", in->bytes);
	json_put_int(o, "received", in->received);
	json_put_text(o, "sender", in->actor);
	json_put_text(o, "unit", f->unit);
	json_put_text(o, "purpose", in->purpose);
	json_put_text(o, "destroy_on", in->destroy_on);
	json_put_text(o, "replaces", in->replaces);
	if (in->state == INBOUND_read)
		put_found(o, in->found);
	else
		json_put(o, "finding", finding_kept(cx->arena, in->finding));
	return o;
}

/* That what was lost is there again stands in the event that says so, and in no
 * other; told twice, it is the same event. */
static bool is_told(
    const struct brought *before, enum event_type type, json_t *data)
{
	if (before == NULL || !str_eq(before->state, str_of(event_names[type])))
		return false;
	bool again = json_flag(before->told, "found_again");
	if (again)
		json_put_flag(data, "found_again", true);
	bool same = json_equal(before->told, data);
	if (again)
		json_object_del(data, "found_again");
	return same;
}

static bool type_of(enum inbound_state state, enum event_type *ret)
{
	if (state == INBOUND_read)
		*ret = EVENT_brought;
	else if (state == INBOUND_refused)
		*ret = EVENT_unusable;
	else if (state == INBOUND_lost)
		*ret = EVENT_lost;
	else
		return false;
	return true;
}

static struct event event_of(struct ctx *cx, const struct case_file *f,
    enum event_type type, struct str actor, json_t *data)
{
	return (struct event){ .version = f->version + 1,
		.at = cx->now,
		.type = type,
		.request = f->no,
		.actor = actor,
		.data = data };
}

enum err brought_record(struct ctx *cx, const struct inbound *in)
{
	struct case_file f, after;
	struct facts facts;
	enum event_type type;
	if (!type_of(in->state, &type))
		return OK;
	enum err e = chain_lock(cx);
	if (!e)
		e = cases_load(cx, in->request, &f);
	if (!e)
		e = cases_facts(cx, &f, &facts);
	if (e)
		return e;
	json_t *data = told(cx, &f, in);
	const struct brought *before = brought_of(&f, in->upload);
	/* Read anew with the same outcome, or told twice. */
	if (is_told(before, type, data))
		return OK;
	if (before != NULL && type != EVENT_lost &&
	    str_eq(before->state, str_of(event_names[EVENT_lost])))
		json_put_flag(data, "found_again", true);
	struct event ev = event_of(cx, &f, type, STR("system"), data);
	return cases_take(cx, &facts, &f, &ev, &after);
}

static bool has(const json_t *list, struct str s)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_as_text(json_array_get(list, i)), s))
			return true;
	return false;
}

static json_t *named(
    struct arena *a, struct str upload, struct str name, struct str sha256)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "upload", upload);
	json_put_text(o, "name", name);
	json_put_text(o, "sha256", sha256);
	return o;
}

json_t *brought_tables(struct arena *a, const struct case_file *f)
{
	const json_t *parts = json_list(f->artefact, "parts");
	json_t *ids = json_new_array(a), *list = json_new_array(a);
	for (size_t i = 0; i < json_array_size(parts); i++) {
		const json_t *tables =
		    json_list(json_array_get(parts, i), "tables");
		for (size_t k = 0; k < json_array_size(tables); k++) {
			const json_t *t = json_array_get(tables, k);
			struct str id = json_text(t, "file");
			const struct brought *b = brought_of(f, id);
			if (id.n == 0 || has(ids, id))
				continue;
			json_add_text(ids, id);
			json_add(list, named(a, id, b ? b->name : STR(""),
					   json_text(t, "sha256")));
		}
	}
	return list;
}

enum err brought_follow(struct ctx *cx, const struct facts *facts,
    enum command c, struct case_file *f)
{
	if (c != COMMAND_prepare && c != COMMAND_deliver)
		return OK;
	json_t *tables = brought_tables(cx->arena, f);
	if (json_array_size(tables) == 0)
		return OK;
	struct case_file before = *f;
	json_t *data = json_new_object(cx->arena);
	if (c == COMMAND_deliver)
		json_put_text(data, "what", STR("result"));
	json_put(data, "tables", tables);
	json_put_text(data, "digest", json_text(f->artefact, "digest"));
	struct event ev =
	    event_of(cx, f, c == COMMAND_prepare ? EVENT_used : EVENT_returned,
		str_lower(cx->arena, cx->actor->person.email), data);
	return cases_take(cx, facts, &before, &ev, f);
}

/* Whether the events say that this person had it when it was read this way. One
 * that names no delivery does not say it. */
static bool had_it(const struct events *events, const struct given_back *g)
{
	for (size_t i = 0; i < events->n; i++) {
		const struct event *ev = &events->v[i];
		if (ev->type == EVENT_returned &&
		    json_text(ev->data, "delivery").n > 0 &&
		    str_eq_nocase(ev->actor, g->to) &&
		    json_int(ev->data, "reading", 0) == g->reading &&
		    str_eq(json_text(
			       json_array_get(json_list(ev->data, "tables"), 0),
			       "upload"),
			g->upload))
			return true;
	}
	return false;
}

static json_t *handed(struct arena *a, const struct given_back *g)
{
	json_t *o = json_new_object(a), *tables = json_new_array(a);
	json_add(tables, named(a, g->upload, g->name, g->sha256));
	json_put_text(o, "what", STR("corrected"));
	json_put(o, "tables", tables);
	json_put_int(o, "reading", g->reading);
	json_put_text(o, "delivery", g->delivery);
	json_put_text(o, "log", g->log);
	json_put_int(o, "leaf", g->leaf);
	json_put_int(o, "handed", g->at);
	json_put_text(o, "sha256", g->digest);
	json_put_int(o, "bytes", g->bytes);
	return o;
}

enum err brought_returned(struct ctx *cx, const struct given_back *g)
{
	struct case_file f, after;
	struct facts facts;
	struct events events;
	enum err e = chain_lock(cx);
	if (!e)
		e = cases_load(cx, g->request, &f);
	if (!e)
		e = cases_facts(cx, &f, &facts);
	if (!e)
		e = events_load(cx, f.no, &events);
	if (e || had_it(&events, g))
		return e;
	struct event ev = event_of(cx, &f, EVENT_returned,
	    str_lower(cx->arena, g->to), handed(cx->arena, g));
	return cases_take(cx, &facts, &f, &ev, &after);
}

struct str brought_finding_text(
    struct arena *a, enum lang lang, const json_t *finding)
{
	struct str code = json_text(finding, "code");
	struct str detail = json_text(finding, "detail");
	const struct str args[] = { cell_place(a, json_int(finding, "row", 0),
					json_int(finding, "column", 0)),
		detail.n > 0 ? detail : STR("…") };
	enum msg m;
	if (code.n == 0)
		return STR("");
	if (str_eq(code, STR("list"))) {
		struct str title = json_text(
		    finding, lang == LANG_TH ? "title_th" : "title_en");
		return msg_fill(a, lang, MSG_codes_not_read, &title, 1);
	}
	if (str_eq(code, STR("absent")) || str_eq(code, STR("changed")))
		return msg_code(a, lang, STR("brought.lost-"), code);
	if (!msg_find(str_cat(a, STR("sheet."), code), &m))
		m = MSG_sheet_stopped;
	return msg_fill(a, lang, m, args, COUNT(args));
}
