/* What is recorded, and the receipts for it. */
#include "gate/record.h"

#include <pthread.h>

#include "base/crypt.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "core/look.h"
#include "evidence/ledger.h"
#include "evidence/receipt.h"
#include "evidence/record.h"
#include "evidence/trail.h"
#include "gate/recorder.h"
#include "sql/sql.h"

static enum err append(
    struct ctx *cx, struct gate *gate, const struct record *r)
{
	uint64_t index;
	struct ledger *l = recorder_log(gate->recorder);
	enum err e =
	    l ? ledger_append(cx, l, record_leaf(cx->arena, r), &index)
	      : fail_detail(cx, ERR_BUSY, "there is no log of evidence");
	return e ? gate_not_recorded(cx) : OK;
}

static struct record begin_of(
    struct ctx *cx, enum record_kind kind, struct delivery *d)
{
	if (d->id.n == 0)
		d->id = delivery_id(cx->arena);
	d->at = cx->now;
	return (struct record){ .kind = kind,
		.id = d->id,
		.connection = d->connection,
		.document = d->document,
		.request = d->request,
		.contract = d->digest,
		.purpose = d->purpose,
		.basis = d->basis,
		.key = d->key,
		.address = d->address,
		.form = d->form,
		.asked = d->query,
		.query = sha256_hex(cx->arena, sha256_of(d->query)),
		.reading = d->reading,
		.at = d->at };
}

enum err record_intent(struct ctx *cx, struct gate *gate, struct delivery *d)
{
	struct record r = begin_of(cx, RECORD_intent, d);
	return append(cx, gate, &r);
}

static enum err look_in_turn(
    struct ctx *cx, struct gate *gate, struct delivery *d)
{
	/* The looks before this one are in the table then. */
	enum err e = recorder_settle(cx, gate->recorder);
	if (!e)
		e = store_read(cx, gate->shared);
	if (!e)
		e = look_left(cx, d->key);
	store_end(cx);
	return e ? e : record_intent(cx, gate, d);
}

enum err record_look(struct ctx *cx, struct gate *gate, struct delivery *d)
{
	static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
	pthread_mutex_lock(&turn);
	enum err e = look_in_turn(cx, gate, d);
	pthread_mutex_unlock(&turn);
	return e;
}

/* No header can say it: how many is known at the end. */
static void tell_bad_texts(struct ctx *cx, struct str id, int64_t n)
{
	if (n > 0)
		LOG("warn", "gate.bad_text", { "delivery", id },
		    { "count", str_fmt(cx->arena, "%lld", (long long)n) });
}

enum err record_whole(struct ctx *cx, struct gate *gate, struct delivery *d,
    int64_t rows, int64_t bytes, struct str sha256)
{
	struct record r = begin_of(cx, RECORD_delivery, d);
	r.outcome = STR("whole");
	r.rows = rows;
	r.bytes = bytes;
	r.sha256 = sha256;
	r.bad_texts = d->bad_texts;
	tell_bad_texts(cx, d->id, d->bad_texts);
	return append(cx, gate, &r);
}

enum err record_result(struct ctx *cx, struct gate *gate, struct str id,
    bool whole, int64_t rows, int64_t bytes, int64_t bad_texts,
    struct str sha256)
{
	struct record r = { .kind = RECORD_result,
		.bad_texts = bad_texts,
		.id = id,
		.at = cx->now,
		.outcome = whole ? STR("whole") : STR("cut"),
		.rows = rows,
		.bytes = bytes,
		.sha256 = sha256 };
	tell_bad_texts(cx, id, bad_texts);
	return append(cx, gate, &r);
}

enum err record_find(
    struct ctx *cx, struct gate *gate, struct str id, struct delivered *ret)
{
	enum err e = recorder_settle(cx, gate->recorder);
	if (!e)
		e = store_read(cx, gate->shared);
	if (!e)
		e = delivery_get(cx, id, ret);
	store_end(cx);
	return e;
}

/* The log that the delivery is in: this gate's, or another's beside it. */
static enum err note_of(
    struct ctx *cx, struct ledger *l, struct str folder, struct str *ret)
{
	struct trail *t;
	if (l) {
		*ret = ledger_note(cx->arena, l);
		return OK;
	}
	enum err e = trail_open(cx, folder, &t);
	return e ? e : trail_note(cx, t, ret);
}

enum err record_receipt(struct ctx *cx, struct gate *gate,
    const struct delivered *d, json_t *object)
{
	struct str note, folder = recorder_folder(cx->arena, gate, d->log);
	uint64_t leaves[2] = { (uint64_t)d->leaf, (uint64_t)d->result_leaf };
	size_t n = d->result_leaf >= 0 ? 2 : 1;
	struct ledger *l = recorder_log(gate->recorder);
	if (d->leaf < 0 || d->log.n == 0)
		return OK; /* from before there were logs */
	if (l && !str_eq(ledger_id(l), d->log))
		l = NULL;
	enum err e = note_of(cx, l, folder, &note);
	if (!e)
		e = receipt_put(cx, folder, note, leaves, n, object);
	if (e == ERR_STALE && l) {
		e = ledger_sign(cx, l, NULL);
		if (!e)
			e = receipt_put(cx, folder, ledger_note(cx->arena, l),
			    leaves, n, object);
	}
	/* Another gate's is signed within the minute. */
	return e == ERR_STALE ? fail_detail(cx, ERR_BUSY, "not signed yet") : e;
}
