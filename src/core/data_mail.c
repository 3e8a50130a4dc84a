#include "core/data_mail.h"

#include "base/str.h"
#include "base/time.h"
#include "core/command_body.h"
#include "core/setting.h"

/* From the one that says least of a person to the one that says most. */
static const char *const classes[] = { "none", "public", "internal", "personal",
	"sensitive" };

bool data_mail_class_ok(struct str s)
{
	return kind_find(s, classes, COUNT(classes)) >= 0;
}

enum err data_mail_settings(struct ctx *cx, struct data_mail *ret)
{
	struct str bytes = { 0 };
	*ret = (struct data_mail){ 0 };
	enum err e = setting_find(cx, STR("mail-data-class"), &ret->largest);
	if (!e)
		e = setting_find(cx, STR("mail-data-bytes"), &bytes);
	if (!e)
		e = setting_find(cx, STR("mail-domains"), &ret->domains);
	if (!data_mail_class_ok(ret->largest))
		ret->largest = STR("internal");
	if (!str_i64(bytes, &ret->bytes) || ret->bytes < 0 ||
	    ret->bytes > DATA_MAIL_MOST)
		ret->bytes = DATA_MAIL_BYTES;
	return e;
}

/* "example.ac.th" and what is below it. */
static bool is_below(struct str host, struct str domain)
{
	return str_eq_nocase(host, domain) ||
	       (host.n > domain.n &&
		   str_eq_nocase(str_from(host, host.n - domain.n), domain) &&
		   host.p[host.n - domain.n - 1] == '.');
}

bool email_is_in(struct str email, struct str domains)
{
	struct str host = str_from(email, str_index(email, '@') + 1), one;
	if (domains.n == 0 || str_index(email, '@') == email.n)
		return false;
	for (bool more = true; more;) {
		more = str_cut(domains, ',', &one, &domains);
		if (is_below(str_trim(host), str_trim(one)))
			return true;
	}
	return false;
}

/* A finished file says nothing of its columns: then what was asked for does. */
static int class_of_file(const struct case_file *f)
{
	struct str who = json_text(f->answers, "identifiability");
	bool persons =
	    str_eq(who, STR("identified")) || str_eq(who, STR("pseudonymous"));
	return kind_find(persons ? STR("personal") : STR("internal"), classes,
	    COUNT(classes));
}

static int class_of_part(const struct case_file *f, const json_t *part)
{
	const json_t *columns = json_list(part, "columns");
	int most = json_text(part, "sql").n == 0 ? class_of_file(f) : 0;
	for (size_t i = 0; i < json_array_size(columns); i++) {
		const json_t *c = json_array_get(columns, i);
		int class =
		    kind_find(json_text(c, "class"), classes, COUNT(classes));
		if (str_eq(json_text(c, "mask"), STR("drop")))
			continue;
		/* One that has none may be anything. */
		if (class < 0)
			class = COUNT(classes) - 1;
		most = class > most ? class : most;
	}
	return most;
}

struct str data_mail_why(const struct data_mail *s, const struct case_file *f)
{
	const json_t *documents = json_list(f->artefact, "documents");
	const json_t *parts = json_list(f->artefact, "parts");
	int largest = kind_find(s->largest, classes, COUNT(classes));
	int64_t bytes = 0;
	if (f->secrecy.n > 0 && !str_eq(f->secrecy, STR("none")))
		return STR("secret");
	if (json_array_size(documents) == 0)
		return STR("nothing");
	for (size_t i = 0; i < json_array_size(parts); i++)
		if (class_of_part(f, json_array_get(parts, i)) > largest)
			return STR("class");
	for (size_t i = 0; i < json_array_size(documents); i++)
		bytes += json_int(json_array_get(documents, i), "bytes", 0);
	if (largest == 0)
		return STR("class");
	if (bytes > s->bytes)
		return STR("size");
	return email_is_in(f->requester, s->domains) ? STR("") : STR("address");
}

/* Who agreed to another channel, when and how; once one of these is said, all
 * of it is. */
static void take_agreed(struct decision *d)
{
	static const struct {
		const char *field, *key;
	} parts[] = { { "agreed_by", "by" }, { "agreed_on", "on" },
		{ "agreed_how", "how" } };
	json_t *agreed = json_new_object(d->cx->arena);
	struct str by = json_text(d->form, "agreed_by");
	bool any = false;
	for (size_t i = 0; i < COUNT(parts); i++)
		any |= json_text(d->form, parts[i].field).n > 0;
	if (!any)
		return;
	body_needs(d->cx, d->form, "channel_note");
	for (size_t i = 0; i < COUNT(parts); i++) {
		body_needs(d->cx, d->form, parts[i].field);
		json_put_text(
		    agreed, parts[i].key, json_text(d->form, parts[i].field));
	}
	if (by.n > 0 && !case_is_own(d->f, by))
		field_wrong(
		    d->cx, STR("agreed_by"), MSG_field_not_requester, by);
	struct date on;
	if (date_parse_iso(json_text(d->form, "agreed_on"), &on) &&
	    date_cmp(on, date_of_ms(d->cx->now)) > 0)
		field_wrong(d->cx, STR("agreed_on"), MSG_field_in_future,
		    json_text(d->form, "agreed_on"));
	json_put(d->data, "agreed", agreed);
}

void decision_channel(struct decision *d)
{
	struct str channel = json_text(d->form, "channel");
	struct str to = json_text(d->form, "channel_to");
	if (!str_eq(channel, STR("other")))
		return;
	take_agreed(d);
	json_put_text(
	    d->data, "channel_to", to.n > 0 ? to : d->f->requester_name);
}

void decision_mailed(struct decision *d)
{
	static const struct data_mail usual = { .largest = { "internal", 8 },
		.bytes = DATA_MAIL_BYTES };
	if (!str_eq(json_text(d->form, "channel"), STR("mail")))
		return;
	const struct data_mail *s =
	    d->facts->data_mail ? d->facts->data_mail : &usual;
	const json_t *documents = json_list(d->data, "documents");
	struct str why = data_mail_why(s, d->f);
	json_t *mailed = json_new_object(d->cx->arena);
	json_t *ids = json_new_array(d->cx->arena);
	json_put_flag(mailed, "attached", why.n == 0);
	json_put_text(mailed, "to", d->f->requester);
	if (why.n > 0)
		json_put_text(mailed, "why", why);
	for (size_t i = 0; why.n == 0 && i < json_array_size(documents); i++)
		json_add_text(
		    ids, json_text(json_array_get(documents, i), "id"));
	json_put(mailed, "documents", ids);
	json_put(d->data, "mailed", mailed);
}

struct str data_mail_files(struct arena *a, const struct event *e)
{
	const json_t *ids =
	    json_list(json_value(e->data, "mailed"), "documents");
	struct str all = STR("");
	for (size_t i = 0; i < json_array_size(ids); i++)
		all = str_fmt(a, "%.*s%sdocument:%.*s", STR_ARG(all),
		    i ? " " : "",
		    STR_ARG(json_as_text(json_array_get(ids, i))));
	return all;
}

void channel_take(struct case_file *f, const struct event *e)
{
	struct str channel = json_text(e->data, "channel");
	LIST_ADD(f->arena, &f->channels,
	    (struct channel_used){
		.channel = channel.n > 0 ? channel : STR("gate"),
		.note = json_text(e->data, "channel_note"),
		.to = json_text(e->data, "channel_to"),
		.digest = json_text(e->data, "digest"),
		.by = e->actor,
		.agreed = json_value(e->data, "agreed"),
		.mailed = json_value(e->data, "mailed"),
		.at = e->at });
}

json_t *channels_json(struct arena *a, const struct case_file *f)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < f->channels.n; i++) {
		const struct channel_used *c = &f->channels.v[i];
		json_t *o = json_new_object(a);
		json_put_text(o, "at", time_iso(a, c->at));
		json_put_text(o, "by", c->by);
		json_put_text(o, "channel", c->channel);
		json_put_text_or_null(o, "note", c->note);
		json_put_text_or_null(o, "to", c->to);
		json_put_text(o, "digest", c->digest);
		json_put(o, "agreed", c->agreed ? c->agreed : json_null());
		json_put(o, "mailed", c->mailed ? c->mailed : json_null());
		json_add(list, o);
	}
	return list;
}
