#include "evidence/receipt.h"

#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "evidence/record.h"
#include "evidence/trail.h"

#define MAX_RECEIPT ((size_t)1 << 20)

static json_t *proof_json(struct arena *a, const struct merkle_proof *p)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < p->n; i++)
		json_add_text(list, base64(a, str_n((const char *)p->v[i].b,
						  sizeof p->v[i].b)));
	return list;
}

static enum err put_leaf(struct ctx *cx, struct trail *t, uint64_t index,
    uint64_t size, json_t *list)
{
	struct merkle_proof proof;
	struct str leaf = { 0 };
	enum err e = trail_seek(cx, t, index);
	if (!e)
		e = trail_next(cx, t, &leaf);
	if (e)
		return e;
	if (!merkle_inclusion(&t->nodes, index, size, &proof))
		return fail_detail(cx, ERR_BROKEN, "evidence: hashes");
	json_t *o = json_new_object(cx->arena);
	json_put_int(o, "index", (int64_t)index);
	json_put_text(o, "leaf", leaf);
	json_put(o, "proof", proof_json(cx->arena, &proof));
	json_add(list, o);
	return OK;
}

enum err receipt_put(struct ctx *cx, struct str folder, struct str note,
    const uint64_t *index, size_t n, json_t *object)
{
	/* Its size alone: who signed it is known to who brings it. */
	static const struct note_keys none;
	struct trail *t;
	struct checkpoint c;
	json_t *list = json_new_array(cx->arena);
	bool covers = note_read(cx->arena, &none, note, &c) != NOTE_FORM;
	for (size_t i = 0; i < n && covers; i++)
		covers = index[i] < c.size;
	if (!covers)
		return fail_detail(cx, ERR_STALE, "an older checkpoint");
	enum err e = trail_open(cx, folder, &t);
	for (size_t i = 0; i < n && !e; i++)
		e = put_leaf(cx, t, index[i], c.size, list);
	if (e)
		return e;
	json_put(object, "records", list);
	json_put_text(object, "checkpoint", note);
	return OK;
}

/* The checking of one receipt. */
struct check {
	struct ctx *cx;
	const struct evidence_report *report;
	const json_t *receipt;
	struct checkpoint c;
	bool is_signed;
	bool only;           /* it has one leaf */
	struct trail *trail; /* the log at hand; or NULL */
	uint64_t bad;
};

static void bad(struct check *k, enum evidence_fault f, uint64_t leaf)
{
	k->bad++;
	k->report->fault(k->report->arg, f, leaf);
}

static bool read_proof(
    struct arena *a, const json_t *list, struct merkle_proof *ret)
{
	ret->n = 0;
	if (json_array_size(list) > COUNT(ret->v))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str bytes;
		if (!base64_decode(
			a, json_as_text(json_array_get(list, i)), &bytes) ||
		    bytes.n != sizeof ret->v[0].b)
			return false;
		memcpy(ret->v[ret->n++].b, bytes.p, bytes.n);
	}
	return true;
}

/* What the receipt says beside its leaves is what the leaves say. */
static bool says(const struct check *k, const char *name, struct str want)
{
	return str_eq(json_text(k->receipt, name), want);
}

static bool same_begin(const struct check *k, const struct record *r)
{
	return says(k, "connection", r->connection) &&
	       says(k, "document", r->document) &&
	       says(k, "request", r->request) &&
	       says(k, "digest", r->contract) && says(k, "format", r->form) &&
	       says(k, "at", time_iso(k->cx->arena, r->at));
}

static bool same_end(const struct check *k, const struct record *r)
{
	return says(k, "status", r->outcome) && says(k, "sha256", r->sha256) &&
	       json_int(k->receipt, "rows", -1) == r->rows &&
	       json_int(k->receipt, "bytes", -1) == r->bytes;
}

static void check_record(struct check *k, struct str leaf, uint64_t index)
{
	struct record r;
	if (record_read(k->cx, leaf, &r) != OK)
		bad(k, EVIDENCE_record, index);
	else if (!says(k, "id", r.id) ||
		 (r.kind != RECORD_result && !same_begin(k, &r)) ||
		 (r.kind != RECORD_intent && !same_end(k, &r)) ||
		 (r.kind == RECORD_intent && k->only &&
		     !says(k, "status", STR("open"))))
		bad(k, EVIDENCE_receipt, index);
}

static void check_at_hand(struct check *k, struct str leaf, uint64_t index)
{
	struct str there;
	if (!k->trail)
		return;
	if (trail_seek(k->cx, k->trail, index) != OK ||
	    trail_next(k->cx, k->trail, &there) != OK || !str_eq(there, leaf))
		bad(k, EVIDENCE_absent, index);
	k->cx->fault = (struct fault){ 0 };
}

static void check_leaf(struct check *k, const json_t *o)
{
	struct arena *a = k->cx->arena;
	struct merkle_proof proof;
	struct str leaf = json_text(o, "leaf");
	int64_t at = json_int(o, "index", -1);
	uint64_t index = (uint64_t)at;
	struct sha256 hash = merkle_leaf(a, leaf);
	check_record(k, leaf, index);
	if (at < 0 || !k->is_signed ||
	    !read_proof(a, json_list(o, "proof"), &proof) ||
	    !merkle_inclusion_holds(
		&proof, &hash, index, k->c.size, &k->c.root))
		bad(k, EVIDENCE_proof, index);
	check_at_hand(k, leaf, index);
}

static enum err open_at_hand(struct check *k, struct str folder)
{
	struct str id = k->c.origin;
	if (folder.n == 0 || !str_take(&id, STR(EVIDENCE_ORIGIN "/")) ||
	    !trail_is_id(id))
		return OK;
	enum err e = trail_open(k->cx,
	    str_fmt(k->cx->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(id)),
	    &k->trail);
	if (e != ERR_NOT_FOUND)
		return e;
	k->cx->fault = (struct fault){ 0 };
	return OK;
}

enum err receipt_verify(struct ctx *cx, struct str text,
    const struct note_keys *keys, struct str folder,
    const struct evidence_report *report, uint64_t *ret_bad, bool *ret_found)
{
	struct check k = { .cx = cx, .report = report };
	json_t *o;
	enum err e = json_parse(cx, text, MAX_RECEIPT, &o);
	const json_t *list = e ? NULL : json_list(o, "records");
	size_t n = json_array_size(list);
	if (!e && (n == 0 || n > 2))
		e = fail_detail(cx, ERR_SYNTAX, "no receipt");
	if (e)
		return e;
	k.receipt = o;
	k.only = n == 1;
	enum note_fault f =
	    note_read(cx->arena, keys, json_text(o, "checkpoint"), &k.c);
	k.is_signed = f == NOTE_GOOD;
	if (f != NOTE_GOOD)
		bad(&k,
		    f == NOTE_FORM        ? EVIDENCE_note
		    : f == NOTE_SIGNATURE ? EVIDENCE_signature
					  : EVIDENCE_key,
		    0);
	else
		e = open_at_hand(&k, folder);
	for (size_t i = 0; i < n && !e; i++)
		check_leaf(&k, json_array_get(list, i));
	*ret_bad = k.bad;
	*ret_found = k.trail != NULL;
	return e;
}
