/* Receipts. Lines: how many leaves the log has, which of them the receipt is of,
 * and a number that says what is changed in it; then a receipt as somebody shows
 * it. Our own holds, printed in any way; with a byte of its leaf, proof, root or
 * signature changed, or as another leaf's, it does not. One that was shown can
 * hold only if its leaves are those of the log whose root was signed. */
#include <string.h>

#include "base/time.h"
#include "evidence/merkle.h"
#include "evidence/receipt.h"
#include "evidence/record.h"
#include "evidence_work.h"

enum { LEAVES = 40 };

struct log {
	struct str leaf[LEAVES];
	struct sha256 node[2 * LEAVES];
	uint64_t n_nodes;
	struct sha256 root[LEAVES + 1]; /* over so many */
	struct merkle_nodes nodes;
};

static bool read_node(void *arg, uint64_t place, struct sha256 *ret)
{
	const struct log *l = arg;
	if (place >= l->n_nodes)
		return false;
	*ret = l->node[place];
	return true;
}

static struct record record_of(struct arena *a, size_t i)
{
	return (struct record){ .kind = RECORD_delivery,
		.id = str_fmt(a, "delivery%d", (int)i),
		.connection = STR("6dhnopa6e5s5z6r6fupsyi7o"),
		.request = STR("ICIT-2569-00001"),
		.contract = STR("contract"),
		.purpose = STR("งานวิจัย"),
		.form = STR("json"),
		.at = 1795000000000 + (int64_t)i,
		.outcome = STR("whole"),
		.rows = 3,
		.bytes = 99,
		.sha256 = STR("rows") };
}

/* The same in each run. */
static const struct log *the_log(void)
{
	static struct arena *a;
	static struct log *l;
	if (l)
		return l;
	a = arena_new();
	l = ARENA_NEW(a, struct log);
	struct merkle_edge edge = { 0 };
	l->nodes = (struct merkle_nodes){ read_node, l };
	for (size_t i = 0; i < LEAVES; i++) {
		struct record r = record_of(a, i);
		struct sha256 v[MERKLE_LEVELS];
		l->leaf[i] = record_leaf(a, &r);
		size_t n =
		    merkle_edge_add(&edge, merkle_leaf(a, l->leaf[i]), v);
		memcpy(&l->node[l->n_nodes], v, n * sizeof v[0]);
		l->n_nodes += n;
		l->root[i + 1] = merkle_edge_root(&edge);
	}
	return l;
}

/* What a receipt is made of. */
struct parts {
	size_t index;
	struct str leaf, note;
	struct merkle_proof proof;
};

static struct parts parts_of(
    struct arena *a, const struct log *l, size_t leaves, size_t index)
{
	struct parts p = { .index = index, .leaf = l->leaf[index] };
	REQUIRE(merkle_inclusion(&l->nodes, index, leaves, &p.proof));
	p.note = note_make(a, evidence_signer(), STR("pratu.gate/fuzz"), leaves,
	    &l->root[leaves]);
	return p;
}

static json_t *leaf_json(struct arena *a, const struct parts *p)
{
	json_t *o = json_new_object(a), *list = json_new_array(a);
	for (size_t i = 0; i < p->proof.n; i++)
		json_add_text(
		    list, base64(a, str_n((const char *)p->proof.v[i].b,
					sizeof p->proof.v[i].b)));
	json_put_int(o, "index", (int64_t)p->index);
	json_put_text(o, "leaf", p->leaf);
	json_put(o, "proof", list);
	return o;
}

/* Beside the leaf it says what the true leaf says. */
static json_t *receipt_of(struct arena *a, const struct parts *p, size_t index)
{
	struct record r = record_of(a, index);
	json_t *o = json_new_object(a), *list = json_new_array(a);
	json_add(list, leaf_json(a, p));
	json_put_text(o, "id", r.id);
	json_put_text(o, "connection", r.connection);
	json_put_text(o, "request", r.request);
	json_put_text(o, "digest", r.contract);
	json_put_text(o, "at", time_iso(a, r.at));
	json_put_text(o, "format", r.form);
	json_put_text(o, "status", r.outcome);
	json_put_text(o, "sha256", r.sha256);
	json_put_int(o, "rows", r.rows);
	json_put_int(o, "bytes", r.bytes);
	json_put(o, "records", list);
	json_put_text(o, "checkpoint", p->note);
	return o;
}

static void ignore(void *arg, enum evidence_fault f, uint64_t leaf)
{
	(void)arg;
	(void)leaf;
	REQUIRE(f < EVIDENCE_FAULTS);
}

static bool holds(struct ctx *cx, struct str text)
{
	static const struct evidence_report report = { ignore, NULL };
	uint64_t bad = 1;
	bool found = true;
	enum err e = receipt_verify(
	    cx, text, evidence_keys(), STR(""), &report, &bad, &found);
	REQUIRE(e == OK || e == ERR_SYNTAX || e == ERR_TOO_LARGE);
	if (e)
		fuzz_failed(cx, e);
	REQUIRE(e || !found);
	return !e && bad == 0;
}

static bool parts_hold(struct ctx *cx, const struct parts *p, size_t index)
{
	return holds(
	    cx, json_compact(cx->arena, receipt_of(cx->arena, p, index)));
}

/* A byte of one part, or the proof a node longer or shorter. Text that is not
 * UTF-8 cannot stand in a receipt. */
static void change(struct arena *a, struct parts *p, size_t what)
{
	size_t at = what / 8;
	struct str s;
	switch (what % 4) {
	case 0:
		s = changed_at(a, p->leaf, at, (unsigned char)(1 << at % 5));
		p->leaf = str_utf8(s) ? s : str_cat(a, p->leaf, STR(" "));
		break;
	case 1:
		s = changed_at(a, p->note, at, (unsigned char)(1 << at % 5));
		p->note = str_utf8(s) ? s : str_upto(p->note, at % p->note.n);
		break;
	case 2:
		if (p->proof.n == 0)
			p->proof.v[p->proof.n++] = sha256_of(p->leaf);
		else
			p->proof.v[at % p->proof.n].b[at % 32] ^=
			    (unsigned char)(1 << at % 8);
		break;
	default:
		if (at % 2 && p->proof.n > 0)
			p->proof.n--;
		else
			p->proof.v[p->proof.n++] = sha256_of(p->leaf);
	}
}

static void check_own(struct ctx *cx, const struct log *l, size_t leaves,
    size_t index, size_t what)
{
	struct arena *a = cx->arena;
	struct parts p = parts_of(a, l, leaves, index), other = p;
	json_t *o = receipt_of(a, &p, index);
	REQUIRE(holds(cx, json_compact(a, o)));
	REQUIRE(holds(cx, json_canonical(a, o)));
	change(a, &other, what);
	REQUIRE(!parts_hold(cx, &other, index));
	/* Another place, another leaf, another tree. */
	other = p;
	other.index = (index + 1 + what % LEAVES) % (LEAVES + 1);
	REQUIRE(other.index == index || !parts_hold(cx, &other, index));
	size_t stranger = (index + 1) % LEAVES;
	other = p;
	other.leaf = l->leaf[stranger];
	REQUIRE(!parts_hold(cx, &other, stranger));
	if (leaves < LEAVES) {
		other = p;
		other.note = parts_of(a, l, leaves + 1, index).note;
		REQUIRE(!parts_hold(cx, &other, index));
	}
}

/* Beside the leaf it says what the leaf says. */
static void check_beside(struct arena *a, const json_t *o, size_t index)
{
	struct record r = record_of(a, index);
	REQUIRE(json_int(o, "rows", 0) == r.rows &&
		json_int(o, "bytes", 0) == r.bytes);
	REQUIRE(str_eq(json_text(o, "id"), r.id) &&
		str_eq(json_text(o, "digest"), r.contract) &&
		str_eq(json_text(o, "sha256"), r.sha256) &&
		str_eq(json_text(o, "at"), time_iso(a, r.at)));
}

/* Nobody else can sign, so what holds is of this log. */
static void check_shown(struct ctx *cx, const struct log *l, struct str text)
{
	struct checkpoint c;
	json_t *o;
	if (!holds(cx, text))
		return;
	REQUIRE(json_parse(cx, text, text.n, &o) == OK);
	REQUIRE(holds(cx, json_canonical(cx->arena, o)));
	REQUIRE(note_read(cx->arena, evidence_keys(),
		    json_text(o, "checkpoint"), &c) == NOTE_GOOD);
	REQUIRE(c.size <= LEAVES && sha256_eq(&c.root, &l->root[c.size]));
	const json_t *list = json_list(o, "records");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		int64_t index = json_int(one, "index", -1);
		REQUIRE(index >= 0 && (uint64_t)index < c.size);
		REQUIRE(str_eq(json_text(one, "leaf"), l->leaf[index]));
		check_beside(cx->arena, o, (size_t)index);
	}
}

void fuzz_one(struct ctx *cx, struct str in)
{
	const struct log *l = the_log();
	int64_t leaves, index, what;
	struct str line[3];
	for (size_t i = 0; i < COUNT(line); i++)
		line[i] = fuzz_line(&in);
	check_shown(cx, l, in);
	if (str_i64(line[0], &leaves) && str_i64(line[1], &index) &&
	    str_i64(line[2], &what) && leaves > 0 && leaves <= LEAVES &&
	    index >= 0 && index < leaves && what >= 0)
		check_own(cx, l, (size_t)leaves, (size_t)index, (size_t)what);
}
