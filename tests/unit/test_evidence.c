/* The log of evidence: the tree and its proofs against a few lines that follow
 * RFC 6962 word by word, notes, the log across openings and failures. What is
 * done to a log behind its back is in test_evidence_tamper.c. */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "evidence_log.h"
#include "t.h"

static struct arena *arena;
static struct ctx cx;

static void begin(void)
{
	arena_free(arena);
	arena = arena_new();
	cx = ctx_new(arena, time_now_ms(), LANG_EN);
}

/* -- the tree */

enum { TREES = 70 };

struct tree {
	struct sha256 leaf[TREES], node[2 * TREES];
	uint64_t n_nodes;
};

static bool read_node(void *arg, uint64_t place, struct sha256 *ret)
{
	const struct tree *t = arg;
	if (place >= t->n_nodes)
		return false;
	*ret = t->node[place];
	return true;
}

/* MTH of RFC 6962 2.1, word by word. */
static struct sha256 mth(const struct sha256 *leaf, uint64_t n)
{
	if (n == 0)
		return sha256_of(STR(""));
	if (n == 1)
		return leaf[0];
	uint64_t k = 1;
	while (k * 2 < n)
		k *= 2;
	struct sha256 left = mth(leaf, k), right = mth(leaf + k, n - k);
	return merkle_node(&left, &right);
}

static struct tree *tree_new(void)
{
	struct tree *t = ARENA_NEW(arena, struct tree);
	struct merkle_edge edge = { 0 };
	for (uint64_t i = 0; i < TREES; i++) {
		struct sha256 nodes[MERKLE_LEVELS];
		T_CHECK(merkle_places(i) == t->n_nodes, "%d", (int)i);
		t->leaf[i] =
		    merkle_leaf(arena, str_fmt(arena, "leaf %d", (int)i));
		size_t n = merkle_edge_add(&edge, t->leaf[i], nodes);
		T_CHECK(merkle_place(0, i) == t->n_nodes, "%d", (int)i);
		memcpy(&t->node[t->n_nodes], nodes, n * sizeof nodes[0]);
		t->n_nodes += n;
		struct sha256 want = mth(t->leaf, i + 1),
			      got = merkle_edge_root(&edge);
		T_CHECK(sha256_eq(&want, &got), "edge of %d", (int)i + 1);
	}
	return t;
}

static void known_roots(void)
{
	begin();
	/* The vectors of Certificate Transparency's own tests. */
	struct sha256 empty = merkle_leaf(arena, STR("")),
		      zero = merkle_leaf(arena, STR("\0")),
		      both = merkle_node(&empty, &zero);
	struct merkle_edge none = { 0 };
	T_TEXT(sha256_hex(arena, merkle_edge_root(&none)),
	    STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852"
		"b855"));
	T_TEXT(sha256_hex(arena, empty),
	    STR("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617af"
		"a01d"));
	T_TEXT(sha256_hex(arena, both),
	    STR("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3"
		"c125"));
}

static void inclusion(void)
{
	begin();
	struct tree *t = tree_new();
	struct merkle_nodes nodes = { read_node, t };
	for (uint64_t n = 1; n <= TREES; n++) {
		struct sha256 root = mth(t->leaf, n), got;
		T_CHECK(merkle_root(&nodes, n, &got) && sha256_eq(&root, &got),
		    "root of %d", (int)n);
		for (uint64_t i = 0; i < n; i++) {
			struct merkle_proof p;
			T_CHECK(merkle_inclusion(&nodes, i, n, &p), "nodes");
			T_CHECK(merkle_inclusion_holds(
				    &p, &t->leaf[i], i, n, &root),
			    "%d of %d", (int)i, (int)n);
			for (uint64_t k = 0; k < n; k++)
				T_CHECK(k == i || !merkle_inclusion_holds(&p,
						      &t->leaf[k], i, n, &root),
				    "%d as %d of %d", (int)k, (int)i, (int)n);
			T_CHECK(
			    n == 1 || !merkle_inclusion_holds(&p, &t->leaf[i],
					  (i + 1) % n, n, &root),
			    "%d elsewhere", (int)i);
			for (size_t k = 0; k < p.n; k++) {
				p.v[k].b[k % 32] ^= 1;
				T_CHECK(!merkle_inclusion_holds(
					    &p, &t->leaf[i], i, n, &root),
				    "changed");
				p.v[k].b[k % 32] ^= 1;
			}
			p.n++;
			T_CHECK(!merkle_inclusion_holds(
				    &p, &t->leaf[i], i, n, &root),
			    "longer");
		}
	}
}

static void consistency(void)
{
	begin();
	struct tree *t = tree_new();
	struct merkle_nodes nodes = { read_node, t };
	for (uint64_t n = 1; n <= TREES; n++)
		for (uint64_t m = 1; m <= n; m++) {
			struct sha256 old = mth(t->leaf, m),
				      new = mth(t->leaf, n), other = old;
			struct merkle_proof p;
			T_CHECK(merkle_consistency(&nodes, m, n, &p), "nodes");
			T_CHECK(merkle_consistency_holds(&p, m, &old, n, &new),
			    "%d to %d", (int)m, (int)n);
			other.b[3] ^= 1;
			T_CHECK(
			    !merkle_consistency_holds(&p, m, &other, n, &new),
			    "another old root");
			other = new;
			other.b[3] ^= 1;
			T_CHECK(
			    !merkle_consistency_holds(&p, m, &old, n, &other),
			    "another new root");
			for (size_t k = 0; k < p.n; k++) {
				p.v[k].b[k % 32] ^= 1;
				T_CHECK(!merkle_consistency_holds(
					    &p, m, &old, n, &new),
				    "changed");
				p.v[k].b[k % 32] ^= 1;
			}
		}
}

/* -- notes */

static void a_key_of_go(void)
{
	begin();
	/* From the documentation of Go's package note: another's work. */
	struct str path = str_cat(arena, scratch_folder(arena), STR("/keys"));
	struct note_keys keys;
	write_file(path, STR("PeterNeumann+c74f20a3+"
			     "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n"));
	T_OK(&cx, note_keys_read(&cx, path, &keys));
	T_CHECK(keys.n == 1, "%zu", keys.n);
	write_file(path, STR("PeterNeumann+c74f20a4+"
			     "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n"));
	T_ERR(&cx, note_keys_read(&cx, path, &keys), ERR_SYNTAX);
}

static void notes(void)
{
	begin();
	struct log_keys k = log_keys(&cx, scratch_folder(arena));
	struct sha256 root = sha256_of(STR("root"));
	struct checkpoint c;
	struct stat st;
	struct str note =
	    note_make(arena, &k.signer, STR("pratu.gate/x"), 7, &root);
	T_CHECK(note_read(arena, &k.keys, note, &c) == NOTE_GOOD, "good");
	T_CHECK(c.size == 7 && sha256_eq(&c.root, &root), "what it says");
	T_TEXT(c.origin, STR("pratu.gate/x"));
	T_CHECK(stat(str_cstr(arena, k.secret), &st) == 0 &&
		    (st.st_mode & 0777) == 0600,
	    "the secret key is ours alone");
	for (size_t i = 0; i < note.n; i++)
		for (int bit = 0; bit < 8; bit++) {
			char *p = arena_alloc(arena, note.n);
			memcpy(p, note.p, note.n);
			p[i] = (char)(p[i] ^ 1 << bit);
			T_CHECK(note_read(arena, &k.keys, str_n(p, note.n),
				    &c) != NOTE_GOOD,
			    "byte %zu, bit %d", i, bit);
		}
	for (size_t n = 0; n < note.n; n++)
		T_CHECK(note_read(arena, &k.keys, str_upto(note, n), &c) !=
			    NOTE_GOOD,
		    "its first %zu bytes", n);
	/* The same key again; and a key that is lost leaves the old one known. */
	struct note_signer again;
	T_OK(&cx, note_signer_open(
		      &cx, k.secret, k.public, STR("pratu.gate"), &again));
	T_TEXT(again.key.name, k.signer.key.name);
	unlink(str_cstr(arena, k.secret));
	T_OK(&cx, note_signer_open(
		      &cx, k.secret, k.public, STR("pratu.gate"), &again));
	T_OK(&cx, note_keys_read(&cx, k.public, &k.keys));
	T_CHECK(k.keys.n == 2, "%zu keys", k.keys.n);
	T_CHECK(note_read(arena, &k.keys, note, &c) == NOTE_GOOD, "old key");
}

static void notes_one_after_another(void)
{
	begin();
	struct str folder = scratch_folder(arena), note, last;
	struct log_keys k = log_keys(&cx, folder);
	struct str path = str_cat(arena, folder, STR("/notes"));
	struct str origin = STR("pratu.gate/x");
	struct sha256 root = sha256_of(STR("root"));
	int fd = open(str_cstr(arena, path), O_RDWR | O_CREAT, 0600);
	bool was_cut;
	T_OK(&cx, note_last(&cx, fd, origin, &last, &was_cut));
	T_CHECK(last.n == 0 && !was_cut, "none");
	for (uint64_t i = 1; i <= 40; i++) {
		note = note_make(arena, &k.signer, origin, i, &root);
		T_OK(&cx, note_append(&cx, fd, note));
		T_OK(&cx, note_last(&cx, fd, origin, &last, &was_cut));
		T_TEXT(last, note);
	}
	/* The next, written as far as it was when the power failed. */
	struct stat st;
	T_CHECK(fstat(fd, &st) == 0, "stat");
	note = note_make(arena, &k.signer, origin, 41, &root);
	for (size_t n = 1; n <= note.n; n++) {
		T_CHECK(note_is_begun(str_upto(note, n), origin), "%zu", n);
		T_CHECK(pwrite(fd, note.p, n, st.st_size) == (ssize_t)n, "w");
		T_OK(&cx, note_last(&cx, fd, origin, &last, &was_cut));
		T_CHECK(was_cut && str_has(last, STR("\n40\n")), "%zu", n);
	}
	T_CHECK(pwrite(fd, "x", 1, st.st_size) == 1, "w");
	T_ERR(&cx, note_last(&cx, fd, origin, &last, &was_cut), ERR_BROKEN);
	close(fd);
}

/* -- leaves */

static void leaves_are_canonical(void)
{
	begin();
	for (int kind = 0; kind < RECORD_KINDS; kind++) {
		struct record r = { .kind = (enum record_kind)kind,
			.id = STR("abc"),
			.connection = STR("c1"),
			.request = STR("ICIT-2569-00001"),
			.contract = STR("00ff"),
			.purpose = STR("งานวิจัย \"ก\" \\ \n\t\x01 / \x7f"),
			.basis = STR("pdpa-24-5"),
			.key = STR("k"),
			.address = STR("127.0.0.1"),
			.form = STR("json"),
			.asked = STR("a b"),
			.query = STR("ee"),
			.reading = kind == RECORD_delivery ? 7 : 0,
			.at = 1795000000000,
			.outcome = STR("whole"),
			.rows = 3,
			.bytes = 99,
			.sha256 = STR("aa") },
			      got;
		struct str leaf = record_leaf(arena, &r);
		json_t *o;
		T_OK(&cx, json_parse(&cx, leaf, 60000, &o));
		T_TEXT(leaf, json_canonical(arena, o));
		T_OK(&cx, record_read(&cx, leaf, &got));
		T_TEXT(record_leaf(arena, &got), leaf);
		/* Only where something is read. */
		T_CHECK(
		    got.reading == r.reading &&
			str_has(leaf, STR("\"reading\"")) == (r.reading > 0),
		    "%.*s", STR_ARG(leaf));
		/* However long: it fits a leaf. */
		char *p = arena_alloc(arena, 100000);
		memset(p, 1, 100000);
		r.purpose = r.asked = r.key = r.form = str_n(p, 100000);
		leaf = record_leaf(arena, &r);
		T_CHECK(leaf.n <= LEAF_MAX_BYTES, "%zu", leaf.n);
		r.purpose = str_n("กกกกกกกก", 24);
	}
	struct record got;
	T_ERR(&cx, record_read(&cx, STR("{\"kind\":\"x\"}"), &got), ERR_SYNTAX);
	T_ERR(&cx, record_read(&cx, STR("[]"), &got), ERR_SYNTAX);
	/* Nearly as it is written: no JSON, and so no record. */
	static const char *const wrong[] = {
		"{\"at\":1,\"kind\":\"result\",}",
		"{\"at\":01,\"kind\":\"result\"}",
		"{\"at\":,\"kind\":\"result\"}",
		"{\"at\":1\"kind\":\"result\"}",
		"{\"at\":1,\"kind\":\"result\"}}",
		"{\"at\":1,\"kind\":\"result\"",
		"{\"at\":1,\"kind\":\"result}",
		"{\"at\":1,\"id\":\"\xff\",\"kind\":\"result\"}",
		"{\"at\":1,\"id\":\"\n\",\"kind\":\"result\"}",
		"{\"at\":1,\"at\":1,\"kind\":\"result\"}",
	};
	for (size_t i = 0; i < COUNT(wrong); i++)
		T_ERR(
		    &cx, record_read(&cx, str_of(wrong[i]), &got), ERR_SYNTAX);
	/* In another order, or with an escape: the same record. */
	static const char *const same[] = {
		"{\"at\":7,\"id\":\"x\",\"kind\":\"result\"}",
		"{\"kind\":\"result\",\"id\":\"x\",\"at\":7}",
		"{\"at\": 7, \"id\": \"\\u0078\", \"kind\": \"result\"}",
	};
	for (size_t i = 0; i < COUNT(same); i++) {
		T_OK(&cx, record_read(&cx, str_of(same[i]), &got));
		T_CHECK(
		    got.at == 7 && got.kind == RECORD_result, "%s", same[i]);
		T_TEXT(got.id, STR("x"));
	}
}

/* -- the log */

static void across_openings(void)
{
	begin();
	struct log_keys k = log_keys(&cx, scratch_folder(arena));
	uint64_t n = 0;
	struct str id = { 0 };
	for (int round = 0; round < 6; round++) {
		struct ledger_opened o;
		struct ledger *l = log_open(&cx, &k, &o);
		T_CHECK(o.leaves == n && o.made == (round == 0) && !o.torn,
		    "%d leaves", (int)o.leaves);
		T_CHECK(round == 0 || str_eq(id, ledger_id(l)), "the same");
		id = str_dup(arena, ledger_id(l));
		for (int i = 0; i < 110; i++)
			log_add(&cx, l, n++);
		T_OK(&cx, ledger_tend(&cx, l));
		if (round % 2)
			T_OK(&cx, ledger_sign(&cx, l, NULL));
		ledger_close(l);
		struct evidence_found f = log_verify(&cx, &k);
		T_CHECK(f.bad == 0 && f.torn == 0 && f.leaves == n, "%d bad",
		    (int)f.bad);
		/* What can be derived is derived again. */
		if (round == 4)
			unlink(log_file(&cx, &k, "hashes"));
	}
	struct evidence_found f = log_verify(&cx, &k);
	T_CHECK(f.checkpoints == 3 && f.signed_leaves == n, "checkpoints");
	T_CHECK(access(log_file(&cx, &k, "00000002.seg"), F_OK) == 0,
	    "several segments");
	/* Every leaf can be read again, from any on. */
	struct trail *t;
	T_OK(&cx, trail_open(&cx, log_folder(&cx, &k), &t));
	for (uint64_t i = 0; i < n; i += 97) {
		struct str leaf;
		T_OK(&cx, trail_seek(&cx, t, i));
		T_OK(&cx, trail_next(&cx, t, &leaf));
		T_TEXT(leaf, log_leaf(arena, i));
	}
}

static void one_log_one_process(void)
{
	begin();
	struct log_keys k = log_keys(&cx, scratch_folder(arena));
	struct ledger_opened o;
	struct ledger *one = log_open(&cx, &k, &o),
		      *two = log_open(&cx, &k, &o);
	T_CHECK(o.made && !str_eq(ledger_id(one), ledger_id(two)), "two logs");
	log_add(&cx, one, 0);
	ledger_close(one);
	ledger_close(two);
}

enum { THREADS = 16, EACH = 60 };
struct adder {
	struct ledger *log;
	int number;
	uint64_t index[EACH];
	bool failed;
};

static void *add_many(void *arg)
{
	struct adder *a = arg;
	for (int i = 0; i < EACH; i++) {
		struct arena *own = arena_new();
		struct ctx c = ctx_new(own, 0, LANG_EN);
		uint64_t id = (uint64_t)(a->number * EACH + i);
		if (ledger_append(&c, a->log, log_leaf(own, id), &a->index[i]))
			a->failed = true;
		arena_free(own);
	}
	return NULL;
}

static void many_at_once(void)
{
	begin();
	struct log_keys k = log_keys(&cx, scratch_folder(arena));
	struct ledger_opened o;
	struct ledger *l = log_open(&cx, &k, &o);
	static struct adder adders[THREADS];
	pthread_t threads[THREADS];
	for (int i = 0; i < THREADS; i++) {
		adders[i] = (struct adder){ .log = l, .number = i };
		T_CHECK(pthread_create(
			    &threads[i], NULL, add_many, &adders[i]) == 0,
		    "thread");
	}
	for (int i = 0; i < 20; i++)
		T_OK(&cx, ledger_sign(&cx, l, NULL));
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	T_CHECK(ledger_leaves(l) == THREADS * EACH, "all of them");
	T_OK(&cx, ledger_sign(&cx, l, NULL));
	ledger_close(l);
	struct evidence_found f = log_verify(&cx, &k);
	T_CHECK(f.bad == 0 && f.leaves == THREADS * EACH, "it holds");
	/* Each stands where its thread was told, in that thread's order. */
	struct trail *t;
	T_OK(&cx, trail_open(&cx, log_folder(&cx, &k), &t));
	for (int i = 0; i < THREADS; i++) {
		T_CHECK(!adders[i].failed, "thread %d", i);
		for (int j = 0; j < EACH; j++) {
			struct str leaf;
			T_CHECK(j == 0 ||
				    adders[i].index[j] > adders[i].index[j - 1],
			    "order");
			T_OK(&cx, trail_seek(&cx, t, adders[i].index[j]));
			T_OK(&cx, trail_next(&cx, t, &leaf));
			T_TEXT(leaf, log_leaf(arena, (uint64_t)(i * EACH + j)));
		}
	}
}

/* A group that was on its way: its file ends anywhere, and the rest is zeros. */
static void a_torn_end_is_cut(void)
{
	begin();
	struct log_keys k = log_keys(&cx, scratch_folder(arena));
	struct ledger_opened o;
	struct ledger *l = log_open(&cx, &k, &o);
	for (uint64_t i = 0; i < 5; i++)
		log_add(&cx, l, i);
	T_OK(&cx, ledger_sign(&cx, l, NULL));
	ledger_close(l);
	const char *path = log_file(&cx, &k, "00000000.seg");
	struct str before = read_file(arena, path);
	l = log_open(&cx, &k, &o);
	log_add(&cx, l, 5);
	ledger_close(l);
	struct str after = read_file(arena, path);
	struct str hashes = read_file(arena, log_file(&cx, &k, "hashes"));
	size_t from = 0, end = after.n;
	while (after.p[from] == before.p[from])
		from++;
	while (end > 0 && after.p[end - 1] == 0)
		end--;
	for (size_t n = from + 1; n < end; n += 7) {
		struct str torn =
		    str_cat(arena, str_upto(after, n), str_from(before, n));
		write_file(str_of(path), torn);
		write_file(str_of(log_file(&cx, &k, "hashes")),
		    str_upto(hashes, 32 * merkle_places(5)));
		struct evidence_found f = log_verify(&cx, &k);
		T_CHECK(f.bad == 0 && f.torn > 0 && f.leaves == 5,
		    "at %zu: %d bad", n, (int)f.bad);
		l = log_open(&cx, &k, &o);
		T_CHECK(o.torn > 0 && o.leaves == 5, "at %zu", n);
		ledger_close(l);
		T_TEXT(sha256_hex(arena, sha256_of(read_file(arena, path))),
		    sha256_hex(arena, sha256_of(before)));
		f = log_verify(&cx, &k);
		T_CHECK(f.bad == 0 && f.torn == 0, "after the cut");
	}
	/* The same with the leaf's hash there: it had been synced, and is lost. */
	write_file(str_of(path), str_cat(arena, str_upto(after, end - 3),
				     str_from(before, end - 3)));
	write_file(str_of(log_file(&cx, &k, "hashes")), hashes);
	T_CHECK(log_verify(&cx, &k).bad > 0, "a leaf is lost");
	T_ERR(&cx, log_try(&cx, &k, &l, &o), ERR_BROKEN);
}

static void a_fault_before_the_end_is_no_torn_end(void)
{
	begin();
	struct log_keys k = log_keys(&cx, scratch_folder(arena));
	struct ledger_opened o;
	struct ledger *l = log_open(&cx, &k, &o);
	for (uint64_t i = 0; i < 20; i++)
		log_add(&cx, l, i);
	ledger_close(l);
	const char *path = log_file(&cx, &k, "00000000.seg");
	struct str good = read_file(arena, path);
	for (size_t at = 0; at < 3000; at += 131) {
		char *p = arena_alloc(arena, good.n);
		memcpy(p, good.p, good.n);
		if (at % 2)
			p[at] = (char)~p[at];
		else
			memset(p + at, 0, 100);
		write_file(str_of(path), str_n(p, good.n));
		T_ERR(&cx, log_try(&cx, &k, &l, &o), ERR_BROKEN);
		T_CHECK(log_verify(&cx, &k).bad > 0, "at %zu", at);
	}
	write_file(str_of(path), good);
	T_OK(&cx, log_try(&cx, &k, &l, &o));
	ledger_close(l);
}

/* The disk says no, by a limit of the process on the length of files. */
static void limit_files(rlim_t bytes)
{
	struct rlimit r = { bytes, RLIM_INFINITY };
	REQUIRE(setrlimit(RLIMIT_FSIZE, &r) == 0);
}

static void a_write_that_fails_ends_the_log(void)
{
	begin();
	struct log_keys k = log_keys(&cx, scratch_folder(arena));
	struct ledger_opened o;
	struct ledger *l = log_open(&cx, &k, &o);
	uint64_t index;
	log_add(&cx, l, 0);
	limit_files(100);
	T_ERR(
	    &cx, ledger_append(&cx, l, log_leaf(arena, 1), &index), ERR_BROKEN);
	limit_files(RLIM_INFINITY);
	T_CHECK(ledger_failed(l), "it is said");
	/* For good, whatever the disk says now. */
	T_ERR(
	    &cx, ledger_append(&cx, l, log_leaf(arena, 1), &index), ERR_BROKEN);
	T_ERR(&cx, ledger_sign(&cx, l, NULL), ERR_BROKEN);
	ledger_close(l);
	l = log_open(&cx, &k, &o);
	T_CHECK(o.leaves == 1, "%d", (int)o.leaves);
	log_add(&cx, l, 1);
	ledger_close(l);
	T_CHECK(log_verify(&cx, &k).bad == 0, "it holds");
}

static void no_room_for_a_segment_passes(void)
{
	begin();
	struct log_keys k = log_keys(&cx, scratch_folder(arena));
	struct ledger_opened o;
	struct ledger *l = log_open(&cx, &k, &o);
	uint64_t n = 0, index;
	enum err e = OK;
	/* The nodes still fit; a segment that is begun is full length. */
	for (; !e && n < 2000; n++) {
		if (n == 100)
			limit_files(LOG_SEGMENT - 1);
		e = ledger_append(&cx, l, log_leaf(arena, n), &index);
	}
	T_CHECK(e == ERR_BUSY && n < 2000, "error %u", e);
	T_ERR(&cx, ledger_append(&cx, l, log_leaf(arena, n), &index), ERR_BUSY);
	limit_files(RLIM_INFINITY);
	T_CHECK(!ledger_failed(l), "there may be room again");
	log_add(&cx, l, n - 1);
	ledger_close(l);
	struct evidence_found f = log_verify(&cx, &k);
	T_CHECK(f.bad == 0 && f.leaves == n, "%d bad", (int)f.bad);
}

/* -- receipts */

static void receipts(void)
{
	begin();
	struct log_keys k = log_keys(&cx, scratch_folder(arena));
	struct ledger_opened o;
	struct ledger *l = log_open(&cx, &k, &o);
	for (uint64_t i = 0; i < 300; i++)
		log_add(&cx, l, i);
	for (uint64_t i = 0; i < 300; i += 29) {
		struct str text = log_receipt(&cx, l, i);
		bool found;
		T_CHECK(receipt_bad(&cx, &k, text, &found) == 0 && found, "%d",
		    (int)i);
		/* Every byte of it that says something. */
		for (size_t at = 0; at < text.n && i == 29; at++) {
			char *p = arena_alloc(arena, text.n);
			memcpy(p, text.p, text.n);
			p[at] ^= 4;
			T_CHECK(
			    receipt_bad(&cx, &k, str_n(p, text.n), &found) != 0,
			    "byte %zu of %.80s", at, p);
		}
	}
	ledger_close(l);
}

int main(void)
{
	crypt_init();
	signal(SIGXFSZ, SIG_IGN);
	T_RUN(known_roots);
	T_RUN(inclusion);
	T_RUN(consistency);
	T_RUN(a_key_of_go);
	T_RUN(notes);
	T_RUN(notes_one_after_another);
	T_RUN(leaves_are_canonical);
	T_RUN(across_openings);
	T_RUN(one_log_one_process);
	T_RUN(many_at_once);
	T_RUN(a_torn_end_is_cut);
	T_RUN(a_fault_before_the_end_is_no_torn_end);
	T_RUN(a_write_that_fails_ends_the_log);
	T_RUN(no_room_for_a_segment_passes);
	T_RUN(receipts);
	arena_free(arena);
	return T_PLAN();
}
