#include "core/retention.h"

#include "base/str.h"
#include "core/command_body.h"
#include "core/data_files.h"
#include "core/decide.h"
#include "core/disposal_carry.h"

const char *const retention_names[RETENTIONS] = {
#define RETENTION(name, years) [RETENTION_##name] = #name,
#include "core/retention.def"
#undef RETENTION
};
const int retention_years[RETENTIONS] = {
#define RETENTION(name, years) [RETENTION_##name] = years,
#include "core/retention.def"
#undef RETENTION
};

enum err decide_keep(struct decision *d)
{
	struct str outcome = json_text(d->form, "outcome");
	bool holds = str_eq(outcome, STR("held"));
	d->type = EVENT_kept;
	body_needs(d->cx, d->form, "outcome");
	body_needs(d->cx, d->form, "reason");
	if (holds)
		body_needs(d->cx, d->form, "kind");
	if (outcome.n > 0 && !holds && d->f->keeping.at == 0)
		field_wrong(d->cx, STR("outcome"), MSG_field_not_held, STR(""));
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	json_put_text(d->data, "outcome", outcome);
	return OK;
}

void retention_take(struct case_file *f, const struct event *e)
{
	if (e->type == EVENT_disposed) {
		disposed_take(f, e);
		return;
	}
	const json_t *form = json_value(e->data, "form");
	bool holds = str_eq(json_text(e->data, "outcome"), STR("held"));
	f->keeping = (struct records_hold){ 0 };
	if (holds)
		f->keeping =
		    (struct records_hold){ .kind = json_text(form, "kind"),
			    .reason = json_text(form, "reason"),
			    .by = e->actor,
			    .at = e->at };
}

static bool is_letter(const struct case_file *f, struct str file)
{
	for (size_t i = 0; i < f->letters.n; i++)
		if (str_eq(f->letters.v[i].file, file))
			return true;
	for (size_t i = 0; i < f->papers.n; i++)
		if (str_eq(f->papers.v[i].file, file))
			return true;
	for (size_t i = 0; i < f->runs.n; i++)
		if (str_eq(f->runs.v[i].evidence, file))
			return true;
	return false;
}

size_t retention_records(struct arena *a, const struct case_file *f,
    struct keeping keeping, struct kept_record **ret)
{
	size_t n = 0;
	struct kept_record *v =
	    ARENA_ARRAY(a, struct kept_record, f->files.n + f->data.n + 2);
	for (size_t i = 0; i < f->files.n; i++) {
		const struct attached *t = &f->files.v[i];
		v[n++] =
		    (struct kept_record){ .class = is_letter(f, t->id)
			                               ? RETENTION_memo
			                               : RETENTION_attachment,
			    .id = t->id,
			    .name = t->name,
			    .sha256 = t->sha256,
			    .at = t->at,
			    .gone = f->disposed.at };
	}
	for (size_t i = 0; i < f->data.n; i++) {
		const struct data_file *d = &f->data.v[i];
		v[n++] = (struct kept_record){ .class = RETENTION_data,
			.name = d->name,
			.sha256 = d->sha256,
			.at = d->made,
			.due = data_file_due(f, d, keeping),
			.gone = d->gone };
	}
	if (f->register_no != 0)
		v[n++] = (struct kept_record){ .class = RETENTION_register,
			.name =
			    str_fmt(a, "%lld/%lld", (long long)f->register_no,
				(long long)f->register_year),
			.at = f->received };
	v[n++] = (struct kept_record){ .class = RETENTION_events,
		.name = str_fmt(a, "%lld", (long long)f->version),
		.at = f->created };
	*ret = v;
	return n;
}

struct date retention_until(const struct case_file *f, enum retention class)
{
	if (f->state != STATE_closed || f->keeping.at != 0 ||
	    retention_years[class] == 0)
		return (struct date){ 0 };
	struct date closed = date_of_ms(f->closed);
	return (struct date){ .year = closed.year + retention_years[class],
		.month = 12,
		.day = 31 };
}

static json_t *record_json(
    struct arena *a, const struct case_file *f, const struct kept_record *r)
{
	struct date until = retention_until(f, r->class);
	json_t *o = json_new_object(a);
	json_put_text(o, "class", str_of(retention_names[r->class]));
	json_put_text_or_null(o, "id", r->id);
	json_put_text(o, "name", r->name);
	json_put_text_or_null(o, "sha256", r->sha256);
	json_put_text(o, "at", time_iso(a, r->at));
	json_put_text_or_null(
	    o, "kept_until", date_is_set(until) ? date_iso(a, until) : STR(""));
	json_put_text_or_null(
	    o, "destroy_after", r->due ? time_iso(a, r->due) : STR(""));
	json_put_text_or_null(
	    o, "destroyed", r->gone ? time_iso(a, r->gone) : STR(""));
	return o;
}

json_t *retention_json(
    struct arena *a, const struct case_file *f, struct keeping keeping)
{
	struct kept_record *v;
	size_t n = retention_records(a, f, keeping, &v);
	json_t *o = json_new_object(a), *list = json_new_array(a);
	for (size_t i = 0; i < n; i++)
		json_add(list, record_json(a, f, &v[i]));
	json_put(o, "records", list);
	json_t *held = json_null();
	if (f->keeping.at != 0) {
		held = json_new_object(a);
		json_put_text(held, "kind", f->keeping.kind);
		json_put_text(held, "reason", f->keeping.reason);
		json_put_text(held, "by", f->keeping.by);
		json_put_text(held, "at", time_iso(a, f->keeping.at));
	}
	json_put(o, "held", held);
	return o;
}
