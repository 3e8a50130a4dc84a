/* A draft that is kept while one types, and one that is made from an older
 * request. */
#include "base/str.h"
#include "base/time.h"
#include "core/answers.h"
#include "desk/page_form.h"
#include "desk/pages.h"

/* Of what is typed so far, all that would do: a day half written is no reason to
 * lose the rest. *ret_wrong says whether something was left out. */
static json_t *keep_right(
    struct visit *v, const json_t *before, const json_t *typed, bool *ret_wrong)
{
	json_t *kept = json_new_object(v->cx.arena), *merged;
	json_t *all = json_keep(v->cx.arena, json_deep_copy(typed));
	const char *key;
	json_t *value;
	*ret_wrong = false;
	json_object_foreach(all, key, value)
	{
		struct ctx probe = v->cx;
		json_t *one = json_new_object(v->cx.arena);
		probe.fault = (struct fault){ 0 };
		json_put(one, key, value);
		if (answers_merge(&probe, before, one, &merged) == OK)
			json_put(kept, key, value);
		else
			*ret_wrong = true;
	}
	return kept;
}

struct keeping {
	struct str no;
	const json_t *answers;
	int64_t if_match;
	struct case_file f;
};

static enum err keep(struct visit *v, void *arg)
{
	struct keeping *k = arg;
	return cases_redraft(&v->cx, k->no, k->answers, k->if_match, &k->f);
}

/* Nothing new is no event. */
static bool is_new(
    struct visit *v, const struct draft *d, const json_t *answers)
{
	struct ctx probe = v->cx;
	json_t *merged;
	probe.fault = (struct fault){ 0 };
	return answers_merge(&probe, d->f.answers, answers, &merged) != OK ||
	       !json_equal(merged, d->f.answers);
}

enum err page_form_autosave(struct visit *v)
{
	struct draft d;
	struct keeping k = { .no = visit_arg(v, 0) };
	bool wrong;
	enum err e = draft_read(v, k.no, &d);
	if (e)
		return e;
	/* Without a version nobody knows what would be overwritten. */
	if (!str_i64(visit_form(v, "version"), &k.if_match) || k.if_match < 1)
		k.if_match = -1;
	k.answers = keep_right(
	    v, d.f.answers, form_answers(v, d.facts.procedure), &wrong);
	k.f = d.f;
	if (is_new(v, &d, k.answers) || k.if_match != d.f.version)
		e = visit_change(v, keep, &k);
	if (e)
		return e;
	struct str at = time_short(v->cx.arena, v->cx.lang, v->cx.now);
	json_t *o = json_new_object(v->cx.arena);
	json_put_int(o, "version", k.f.version);
	json_put_text(o, "said",
	    msg_fill(v->cx.arena, v->cx.lang,
		wrong ? MSG_draft_saved_partly : MSG_pages_form_saved, &at, 1));
	return visit_json(v, 200, o);
}

static enum err copy(struct visit *v, void *arg)
{
	struct case_file f;
	enum err e = cases_copy(&v->cx, visit_arg(v, 0), &f);
	if (!e)
		*(struct str *)arg = f.no;
	return e;
}

enum err page_copy(struct visit *v)
{
	struct str no;
	enum err e = visit_change(v, copy, &no);
	return e ? e : visit_go(v, draft_url(v, "/requests/{}/edit", no).s);
}
