/* A round as the API gives it. */
#include "base/str.h"
#include "base/time.h"
#include "core/disposal_round.h"

static const struct {
	const char *name;
	enum disposal_act act;
} may[] = {
#define DISPOSAL_ACT(name, who, from) { #name, DISPOSAL_ACT_##name },
#include "core/disposal_acts.def"
#undef DISPOSAL_ACT
};

static void put_step(
    struct arena *a, json_t *o, const char *key, const struct round_step *s)
{
	json_t *step = json_null();
	if (s->at != 0) {
		step = json_new_object(a);
		json_put_text(step, "by", s->by);
		json_put_text(step, "at", time_iso(a, s->at));
		json_put_text_or_null(step, "outcome", s->outcome);
		json_put_text_or_null(step, "no", s->no);
		json_put_text_or_null(step, "on", s->on);
		json_put_text_or_null(step, "note", s->note);
		json_put(step, "acting_for",
		    s->acting_for ? s->acting_for : json_null());
	}
	json_put(o, key, step);
}

static json_t *opinions_json(struct arena *a, const struct round_line *l)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < l->opinions.n; i++) {
		const struct round_opinion *p = &l->opinions.v[i];
		json_t *o = json_new_object(a);
		json_put_text(o, "by", p->by);
		json_put_text(
		    o, "opinion", p->destroy ? STR("destroy") : STR("keep"));
		json_put_text_or_null(o, "until", p->until);
		json_put_text_or_null(o, "reason", p->reason);
		json_put_text(o, "at", time_iso(a, p->at));
		json_add(list, o);
	}
	return list;
}

static json_t *line_json(struct arena *a, const struct disposal_round *r,
    size_t i, const struct person *reader)
{
	const struct round_line *l = &r->lines[i];
	struct round_verdict v = round_verdict(r, l);
	json_t *o = disposal_line_json(a, &l->of);
	bool own = reader != NULL && round_line_is_own(l, reader->email);
	json_put_int(o, "line", (int64_t)i + 1);
	json_put(o, "opinions", opinions_json(a, l));
	json_put_text(o, "verdict", str_of(disposal_fates[v.fate]));
	json_put_text(o, "fate", str_of(disposal_fates[l->fate]));
	json_put_text_or_null(o, "until", l->until);
	json_put_text_or_null(o, "why", l->why);
	json_put_text_or_null(o, "kept_by", l->kept_by);
	json_put_flag(o, "own", own);
	json_put(o, "destroyed", l->files ? l->files : json_new_array(a));
	return o;
}

static json_t *members_json(struct arena *a, const struct disposal_round *r)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < r->members.n; i++) {
		const struct round_member *m = &r->members.v[i];
		json_t *o = json_new_object(a);
		json_put_text(o, "email", m->email);
		json_put_text(o, "name", m->name);
		json_put_text(o, "position", m->position);
		json_put_flag(o, "chair", i == 0);
		json_put_int(o, "missing", (int64_t)round_missing(r, m->email));
		json_add(list, o);
	}
	return list;
}

static json_t *allowed_json(
    struct ctx *cx, const struct disposal_round *r, const struct person *reader)
{
	json_t *list = json_new_array(cx->arena);
	struct fault before = cx->fault;
	for (size_t i = 0; reader != NULL && i < COUNT(may); i++)
		if (round_may(cx, r, reader, may[i].act) == OK)
			json_add_text(list, str_of(may[i].name));
	cx->fault = before;
	return list;
}

json_t *round_json(
    struct ctx *cx, const struct disposal_round *r, const struct person *reader)
{
	struct arena *a = cx->arena;
	json_t *o = json_new_object(a), *lines = json_new_array(a);
	struct date silence = round_silence(r);
	json_put_text(o, "id", r->id);
	json_put_text(o, "office", r->office);
	json_put_int(o, "year", r->year);
	json_put_int(o, "nth", r->nth);
	json_put_int(o, "version", r->version);
	json_put_text(o, "state", str_of(disposal_states[r->state]));
	json_put(o, "members", members_json(a, r));
	put_step(a, o, "opened", &r->opened);
	put_step(a, o, "named", &r->named);
	put_step(a, o, "reported", &r->reported);
	put_step(a, o, "decided", &r->decided);
	put_step(a, o, "sent", &r->sent);
	put_step(a, o, "answered", &r->answered);
	put_step(a, o, "carried", &r->carried);
	put_step(a, o, "dropped", &r->dropped);
	json_put_text_or_null(
	    o, "done", r->done ? time_iso(a, r->done) : STR(""));
	json_put_text_or_null(o, "digest", r->digest);
	json_put_text_or_null(o, "silence_from",
	    date_is_set(silence) ? date_iso(a, silence) : STR(""));
	json_put(o, "allowed", allowed_json(cx, r, reader));
	for (size_t i = 0; i < r->n_lines; i++)
		json_add(lines, line_json(a, r, i, reader));
	json_put(o, "lines", lines);
	return o;
}

json_t *round_entries_json(
    struct arena *a, const struct round_entry *v, size_t n)
{
	json_t *o = json_new_object(a), *list = json_new_array(a);
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_new_object(a);
		json_put_text(one, "id", v[i].id);
		json_put_text(one, "office", v[i].office);
		json_put_int(one, "year", v[i].year);
		json_put_int(one, "nth", v[i].nth);
		json_put_text(
		    one, "state", str_of(disposal_states[v[i].state]));
		json_put_int(one, "lines", v[i].lines);
		json_put_text(one, "opened", time_iso(a, v[i].opened));
		json_add(list, one);
	}
	json_put(o, "rounds", list);
	return o;
}
