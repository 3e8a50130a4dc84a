/* Which papers there are, and who signs them. */
#include "core/papers.h"

#include <string.h>

#include "base/str.h"
#include "core/delegation.h"
#include "core/disposal_carry.h"
#include "core/policy.h"
#include "core/signing.h"

const char *const papers_names[PAPERS] = {
#define PAPERS_OF_CASE(name, signers, when) [PAPERS_##name] = #name,
#include "core/papers.def"
#undef PAPERS_OF_CASE
	[PAPERS_register] = "register",
	[PAPERS_procedure] = "procedure",
	[PAPERS_disposal] = "disposal",
	[PAPERS_committee] = "committee",
};

static const char *const signers[PAPERS_OF_CASES] = {
#define PAPERS_OF_CASE(name, signers, when) [PAPERS_##name] = signers,
#include "core/papers.def"
#undef PAPERS_OF_CASE
};

const struct run *papers_answer(const struct case_file *f)
{
	for (size_t i = f->runs.n; i-- > 0;) {
		const struct run *r = &f->runs.v[i];
		if (r->kind == STAGE_consent && r->role == ROLE_owner &&
		    r->by.n > 0 && r->until != 0)
			return r;
	}
	return NULL;
}

bool papers_refused(const struct case_file *f)
{
	return f->outcome == OUTCOME_rejected || f->outcome == OUTCOME_cannot ||
	       f->outcome == OUTCOME_declined;
}

bool papers_there(const struct case_file *f, enum papers kind)
{
	switch (kind) {
#define PAPERS_OF_CASE(name, signers, when) \
	case PAPERS_##name:                 \
		return when;
#include "core/papers.def"
#undef PAPERS_OF_CASE
	case PAPERS_register:
	case PAPERS_procedure:
	case PAPERS_disposal:
	case PAPERS_committee:
	case PAPERS:
		break;
	}
	return false;
}

static bool is_officer(const struct case_file *f, const struct person *p)
{
	for (size_t i = 0; i < f->officers.n; i++)
		if (str_eq_nocase(f->officers.v[i], p->email))
			return true;
	return str_eq_nocase(f->prepared_by, p->email);
}

static bool signs_as(const struct case_file *f, const struct person *p, char c)
{
	const struct run *r = papers_answer(f);
	switch (c) {
	case 'r':
		return !p->absent && case_is_own(f, p->email);
	case 'o':
		return r != NULL && str_eq_nocase(r->by, p->email);
	case 'd':
		return person_holds(p, ROLE_director, f->office, STR(""));
	case 'e':
		return person_holds(p, ROLE_executive, f->office, STR(""));
	case 'f':
		return is_officer(f, p);
	default:
		return false;
	}
}

/* Nobody signs for the office what he asked it for. */
bool papers_may_sign(const struct facts *facts, const struct case_file *f,
    const struct person *p, enum papers kind)
{
	(void)facts;
	if (kind >= PAPERS_OF_CASES || !papers_there(f, kind))
		return false;
	for (const char *c = signers[kind]; *c; c++)
		if (signs_as(f, p, *c) &&
		    (*c == 'r' || !case_is_own(f, p->email)))
			return true;
	return false;
}

bool papers_may_scan(
    const struct case_file *f, const struct person *p, enum papers kind)
{
	if (kind >= PAPERS_OF_CASES || strchr(signers[kind], '-') != NULL)
		return false;
	if (case_is_own(f, p->email))
		return strchr(signers[kind], 'r') != NULL;
	return person_in_office(p, f->office) ||
	       strchr(signers[kind], 'o') != NULL;
}

bool papers_may_scan_late(const struct facts *facts, const struct case_file *f,
    const struct person *p, enum papers kind)
{
	return !case_is_own(f, p->email) && papers_may_scan(f, p, kind) &&
	       papers_may_sign(facts, f, p, kind);
}

bool papers_room(const struct case_file *f)
{
	return f->papers.n < PAPERS_MAX_KEPT;
}

enum err cases_may_paper(struct ctx *cx, const struct case_file *f,
    const struct facts *facts, enum papers kind, bool is_scan)
{
	const struct person *p = &cx->actor->person;
	struct str act = msg_text(
	    cx->lang, is_scan ? MSG_act_scan_paper : MSG_act_sign_paper);
	if (cx->actor->read_only)
		return fail(cx, ERR_DENIED, MSG_error_read_only_token);
	if (!papers_there(f, kind))
		return fail(cx, ERR_CONFLICT, MSG_error_no_such_paper);
	enum err e = disposed_refuse(cx, f);
	if (e)
		return e;
	/* Asked before anything is printed, and again under the lock. */
	if (!papers_room(f))
		return fail1(cx, ERR_CONFLICT, MSG_error_paper_count,
		    str_fmt(cx->arena, "%d", PAPERS_MAX_KEPT));
	if (is_scan && !papers_may_scan(f, p, kind))
		return fail1(cx, ERR_DENIED, MSG_error_not_yours, act);
	/* A delivery note or a reply is there only when all is over. */
	if (is_scan && papers_may_scan_late(facts, f, p, kind))
		return actor_may_write(cx);
	if (is_scan)
		return cases_may_attach(cx, f->no);
	if (!papers_may_sign(facts, f, p, kind))
		return fail1(cx, ERR_DENIED, MSG_error_not_yours, act);
	/* As a decision is signed. */
	return signing_may(cx, f, COMMAND_decide);
}

/* What the event says of the signer. */
static void put_signer(struct ctx *cx, json_t *data)
{
	const struct person *p = &cx->actor->person;
	const json_t *how = signing_json(cx);
	json_t *o = json_new_object(cx->arena);
	json_put_text(o, "name", p->name);
	json_put_text(o, "position", p->position);
	if (how != NULL)
		json_put(data, "signed", how);
	json_put(data, "signer", o);
}

static json_t *event_data(struct ctx *cx, const struct papers_act *act)
{
	json_t *data = json_new_object(cx->arena);
	json_put_text(data, "paper", str_of(papers_names[act->kind]));
	json_put_text(
	    data, "how", act->is_scan ? STR("scanned") : STR("signed"));
	json_put_text(data, "id", act->file.id);
	json_put_text(data, "name", act->file.name);
	json_put_text(data, "type", act->file.type);
	json_put_text(data, "sha256", act->file.sha256);
	json_put_int(data, "bytes", act->file.bytes);
	if (act->is_scan)
		return data;
	json_put_text(data, "code", act->code);
	json_t *text = json_new_object(cx->arena);
	json_put_text(text, "office", act->text->office);
	json_put_int(text, "version", act->text->version);
	json_put_text(text, "digest", act->text->digest);
	json_put(data, "text", text);
	if (act->copy_sha256.n > 0) {
		json_t *copy = json_new_object(cx->arena);
		json_put_text(copy, "sha256", act->copy_sha256);
		json_put_int(copy, "bytes", act->copy_bytes);
		json_put(data, "copy", copy);
	}
	put_signer(cx, data);
	return data;
}

enum err cases_paper(struct ctx *cx, struct str no,
    const struct papers_act *act, struct case_file *ret)
{
	struct case_file f;
	struct facts facts;
	enum err e = chain_lock(cx);
	if (!e)
		e = cases_get(cx, no, &f);
	if (!e)
		e = cases_facts(cx, &f, &facts);
	if (!e)
		e = cases_may_paper(cx, &f, &facts, act->kind, act->is_scan);
	if (!e)
		e = cases_match(cx, &f, act->version);
	if (e)
		return e;
	struct event ev =
	    cases_event(cx, &f, EVENT_papered, event_data(cx, act));
	return cases_take(cx, &facts, &f, &ev, ret);
}

struct str papers_code_new(struct arena *a, struct str request)
{
	return str_fmt(
	    a, "%.*s-%.*s", STR_ARG(request), STR_ARG(random_id(a, 10)));
}

/* The number of the request stands before the last '-'. */
enum err papers_verify(struct ctx *cx, struct str code, struct str *ret_request,
    struct papered *ret)
{
	struct case_file f;
	size_t at = code.n;
	while (at > 0 && code.p[at - 1] != '-')
		at--;
	if (at < 2 || code.n > 100 ||
	    cases_load(cx, str_upto(code, at - 1), &f) != OK)
		return fail(cx, ERR_NOT_FOUND, MSG_error_no_such_code);
	for (size_t i = 0; i < f.papers.n; i++)
		if (str_eq(f.papers.v[i].code, code)) {
			*ret_request = f.no;
			*ret = f.papers.v[i];
			return OK;
		}
	return fail(cx, ERR_NOT_FOUND, MSG_error_no_such_code);
}
