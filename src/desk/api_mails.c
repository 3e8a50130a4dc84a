/* Mails that left for a request, and each as it was sent (N-35). */
#include "base/str.h"
#include "base/time.h"
#include "core/cases.h"
#include "core/disposal_carry.h"
#include "core/mails.h"
#include "desk/files.h"
#include "sql/sql.h"

static json_t *envelope_json(struct arena *a, const struct envelope *n)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "email", n->email);
	json_put_text(o, "state", str_of(envelope_state_names[n->state]));
	json_put_int(o, "attempts", n->attempts);
	json_put_flag(o, "repeated", n->unsure > 0);
	json_put_text(o, "answer", n->answer);
	json_put_text_or_null(o, "at", n->at ? time_iso(a, n->at) : STR(""));
	return o;
}

static json_t *mail_json(struct arena *a, const struct mail *m)
{
	json_t *o = json_new_object(a), *cc = json_new_array(a),
	       *envelopes = json_new_array(a);
	struct str left = m->cc, one;
	for (bool more = left.n > 0; more;) {
		more = str_cut(left, ',', &one, &left);
		json_add_text(cc, str_trim(one));
	}
	for (size_t i = 0; i < m->n_envelopes; i++)
		json_add(envelopes, envelope_json(a, &m->envelopes[i]));
	json_put_int(o, "id", m->notice);
	json_put_text(o, "kind", m->kind);
	json_put_text(o, "to", m->recipient);
	json_put(o, "cc", cc);
	json_put_text(o, "subject", m->subject);
	json_put_text(o, "message_id", m->message_id);
	json_put_text(o, "sha256", m->sha256);
	json_put_int(o, "bytes", m->bytes);
	json_put_text(o, "at", time_iso(a, m->at));
	json_put(o, "envelopes", envelopes);
	return o;
}

enum err api_mails(struct visit *v)
{
	struct case_file f;
	const struct mail *m = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, visit_arg(v, 0), &f);
	if (!e)
		e = mail_list(&v->cx, &f, &v->actor.person, &m, &n);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena),
	       *list = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		json_add(list, mail_json(v->cx.arena, &m[i]));
	json_put(o, "mails", list);
	return visit_json(v, 200, o);
}

static enum err find_mail(struct visit *v, struct mail *ret)
{
	struct case_file f;
	int64_t id = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, visit_arg(v, 0), &f);
	if (!e && !str_i64(visit_arg(v, 1), &id))
		e = fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (!e)
		e = disposed_refuse(&v->cx, &f);
	if (!e)
		e = mail_get(&v->cx, &f, &v->actor.person, id, ret);
	store_end(&v->cx);
	if (!e && ret->sha256.n == 0)
		e = fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	return e;
}

enum err api_mail(struct visit *v)
{
	struct mail m;
	enum err e = find_mail(v, &m);
	return e ? e
	         : files_send_mail(v, m.sha256, m.bytes,
		       str_fmt(v->cx.arena, "%.*s-%lld", STR_ARG(m.request),
			   (long long)m.notice));
}

enum err page_case_mail(struct visit *v)
{
	return api_mail(v);
}
