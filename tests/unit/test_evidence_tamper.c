/* What someone does to a log who reaches its files: with an editor, and as one
 * who knows the format, and makes everything anew that can be made without the
 * key. Each is found. PRATU_SEED repeats a run. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "base/time.h"
#include "evidence_log.h"
#include "t.h"

enum { LEAVES = 300, SIGNED = 290, FLIPS = 500, FORGERIES = 147 };

static struct arena *arena;
static struct ctx cx;
static struct log_keys keys;
static uint64_t seed;

static uint64_t dice(uint64_t sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % sides;
}

/* A log of several segments and checkpoints; its last leaves are not signed. */
static void make_log(void)
{
	struct ledger_opened o;
	keys = log_keys(&cx, scratch_folder(arena));
	struct ledger *l = log_open(&cx, &keys, &o);
	for (uint64_t i = 0; i < LEAVES; i++) {
		if (i % 97 == 50 || i == SIGNED)
			REQUIRE(ledger_sign(&cx, l, NULL) == OK);
		log_add(&cx, l, i);
	}
	ledger_close(l);
}

/* In a world of its own, so that thousands of them take no memory. */
static struct evidence_found verify(void)
{
	struct arena *own = arena_new();
	struct ctx c = ctx_new(own, 0, LANG_EN);
	struct evidence_found f = log_verify(&c, &keys);
	arena_free(own);
	return f;
}

static bool is_found(void)
{
	struct evidence_found f = verify();
	return f.bad > 0;
}

static void an_untouched_log_holds(void)
{
	struct evidence_found f = verify();
	T_CHECK(f.bad == 0 && f.torn == 0, "%d bad", (int)f.bad);
	T_CHECK(f.leaves == LEAVES && f.signed_leaves == SIGNED &&
		    f.checkpoints == 4,
	    "%d leaves, %d checkpoints", (int)f.leaves, (int)f.checkpoints);
	T_CHECK(access(log_file(&cx, &keys, "00000001.seg"), F_OK) == 0,
	    "one segment is not enough");
}

static void put_bytes(const char *path, const char *p, size_t n, size_t at)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	REQUIRE(fd >= 0 && pwrite(fd, p, n, (off_t)at) == (ssize_t)n);
	close(fd);
}

static size_t used(struct str file)
{
	while (file.n > 0 && file.p[file.n - 1] == 0)
		file.n--;
	return file.n;
}

/* One byte of a file, of which `n` say something, in `times` places. */
static void flip(const char *name, size_t times)
{
	const char *path = log_file(&cx, &keys, name);
	struct str file = read_file(arena, path);
	size_t n = used(file), missed = 0;
	for (size_t i = 0; i < times; i++) {
		/* Evenly, so that every kind of byte has its turn. */
		size_t at = i * n / times + dice(n / times + 1);
		if (at >= n)
			continue;
		char was = file.p[at], is = (char)(was ^ (char)(1 << dice(8)));
		put_bytes(path, &is, 1, at);
		if (!is_found()) {
			missed++;
			T_CHECK(missed > 3, "%s: byte %zu, %02x to %02x", name,
			    at, (unsigned char)was, (unsigned char)is);
		}
		put_bytes(path, &was, 1, at);
	}
	T_CHECK(missed == 0, "%s: %zu not found", name, missed);
}

static void every_byte(void)
{
	flip("00000000.seg", FLIPS);
	flip("00000001.seg", FLIPS);
	flip("hashes", FLIPS / 3);
	flip("checkpoints", FLIPS / 3);
	T_CHECK(!is_found(), "all is as before");
}

/* Where nothing stands yet: in a file that is full it is a fault; in the last
 * one at least it is said, since a power cut can leave it. */
static void the_zeros_behind(void)
{
	static const char *const names[] = { "00000000.seg", "00000001.seg" };
	for (size_t k = 0; k < COUNT(names); k++) {
		const char *path = log_file(&cx, &keys, names[k]);
		struct str file = read_file(arena, path);
		size_t from = (used(file) + 7) / 8 * 8;
		for (int i = 0; i < 50; i++) {
			size_t at = from + dice(file.n - from);
			put_bytes(path, "\1", 1, at);
			struct evidence_found f = verify();
			T_CHECK(k == 0 ? f.bad > 0 : f.bad + f.torn > 0,
			    "%s: %zu", names[k], at);
			put_bytes(path, "\0", 1, at);
		}
	}
	T_CHECK(!is_found(), "all is as before");
}

static void cut_short(const char *name, size_t n)
{
	const char *path = log_file(&cx, &keys, name);
	struct str file = read_file(arena, path);
	write_file(str_of(path), str_upto(file, n));
	T_CHECK(is_found(), "%s: its first %zu bytes", name, n);
	unlink(path);
	T_CHECK(is_found(), "%s: gone", name);
	write_file(str_of(path), file);
}

static void files_that_end_early(void)
{
	for (size_t n = 0; n < LOG_SEGMENT; n += 9973) {
		cut_short("00000000.seg", n);
		cut_short("00000001.seg", n);
	}
	T_CHECK(!is_found(), "all is as before");
}

/* The whole log anew from these leaves, as its writer would have written it;
 * only the notes are those that were signed. */
static void forge(const struct str *leaf, size_t n)
{
	const char *hashes = log_file(&cx, &keys, "hashes");
	struct arena *own = arena_new();
	unsigned char *file = arena_alloc(own, LOG_SEGMENT);
	struct merkle_edge edge = { 0 };
	struct segment_head head = { .bytes = (uint32_t)LOG_SEGMENT };
	struct sha256 *all =
	    ARENA_ARRAY(own, struct sha256, 2 * n + MERKLE_LEVELS);
	struct str folder = log_folder(&cx, &keys);
	size_t at = SEGMENT_HEAD_BYTES, n_nodes = 0;
	memcpy(
	    head.id, str_from(folder, folder.n - LOG_ID_BYTES).p, LOG_ID_BYTES);
	for (size_t i = 0; i <= n; i++) {
		struct group g = { 0 };
		unsigned char room[4096];
		if (i < n) {
			group_begin(&g, room, sizeof room);
			REQUIRE(group_add(&g, leaf[i]));
			group_end(&g, edge.leaves);
		}
		if (i == n || at + g.n > LOG_SEGMENT) {
			const char *name =
			    str_cstr(own, segment_name(own, head.number));
			segment_head_write(&head, file);
			write_file(str_of(log_file(&cx, &keys, name)),
			    str_n((const char *)file, LOG_SEGMENT));
			memset(file, 0, LOG_SEGMENT);
			head.number++;
			head.first = edge.leaves;
			at = SEGMENT_HEAD_BYTES;
		}
		if (i == n)
			break;
		memcpy(file + at, g.p, g.n);
		at += g.n;
		n_nodes += merkle_edge_add(
		    &edge, merkle_leaf(own, leaf[i]), all + n_nodes);
	}
	write_file(
	    str_of(hashes), str_n((const char *)all, n_nodes * sizeof all[0]));
	arena_free(own);
}

static struct str other_byte(struct str leaf)
{
	char *p = arena_alloc(arena, leaf.n);
	memcpy(p, leaf.p, leaf.n);
	/* A digit of the time: the leaf stays a record. */
	size_t at = 0;
	while (!str_starts(str_from(leaf, at), STR("\"at\":179")))
		at++;
	p[at + 12] = p[at + 12] == '5' ? '6' : '5';
	return str_n(p, leaf.n);
}

enum harm { CHANGE, REMOVE, INSERT, SWAP, REPEAT, MOVE, TRUNCATE, HARMS };

static size_t do_harm(enum harm harm, struct str *v, size_t n, size_t at)
{
	size_t bytes = (n - at) * sizeof v[0];
	struct str kept = v[at];
	switch (harm) {
	case CHANGE:
		v[at] = other_byte(v[at]);
		return n;
	case REMOVE:
		memmove(v + at, v + at + 1, bytes - sizeof v[0]);
		return n - 1;
	case INSERT:
		memmove(v + at + 1, v + at, bytes);
		v[at] = log_leaf(arena, 100000 + at);
		return n + 1;
	case SWAP:
		v[at] = v[at + 1];
		v[at + 1] = kept;
		return n;
	case REPEAT:
		memmove(v + at + 1, v + at, bytes);
		return n + 1;
	case MOVE:
		memmove(v + at, v + at + 1, bytes - sizeof v[0]);
		v[n - 1] = kept;
		return n;
	case TRUNCATE:
		return at;
	case HARMS:
		break;
	}
	return n;
}

/* Every leaf that was signed, every harm: without the key none goes unseen. */
static void made_anew_without_the_key(void)
{
	struct str *was = ARENA_ARRAY(arena, struct str, LEAVES + 1),
		   *is = ARENA_ARRAY(arena, struct str, LEAVES + 2);
	for (size_t i = 0; i < LEAVES; i++)
		was[i] = log_leaf(arena, i);
	forge(was, LEAVES);
	T_CHECK(!is_found(), "the forger writes what the writer wrote");
	for (int i = 0; i < FORGERIES; i++) {
		enum harm harm = (enum harm)(i % HARMS);
		size_t at = (size_t)dice(SIGNED - 1);
		memcpy(is, was, LEAVES * sizeof is[0]);
		size_t n = do_harm(harm, is, LEAVES, at);
		forge(is, n);
		T_CHECK(is_found(), "harm %d at %zu", (int)harm, at);
		unlink(log_file(&cx, &keys, "00000002.seg"));
	}
	/* What no log can show of itself: the last leaves were not signed. */
	forge(was, SIGNED);
	T_CHECK(!is_found(), "the window since the last checkpoint");
	forge(was, LEAVES);
}

/* Notes taken away or put elsewhere. */
static void the_checkpoints(void)
{
	const char *path = log_file(&cx, &keys, "checkpoints");
	struct str file = read_file(arena, path), rest = file, note[4];
	for (size_t i = 0; i < COUNT(note); i++)
		REQUIRE(note_next(&rest, &note[i]));
	write_file(str_of(path),
	    str_cat(arena, file, str_from(file, file.n - note[3].n - 1)));
	T_CHECK(is_found(), "the same twice");
	struct str two =
	    str_fmt(arena, "%.*s\n%.*s\n", STR_ARG(note[1]), STR_ARG(note[0]));
	write_file(str_of(path), two);
	T_CHECK(is_found(), "in another order");
	struct log_keys others = log_keys(&cx, scratch_folder(arena));
	struct sha256 root = sha256_of(STR(""));
	struct str forged = note_make(arena, &others.signer,
	    str_upto(note[0], str_index(note[0], '\n')), LEAVES, &root);
	write_file(str_of(path),
	    str_fmt(arena, "%.*s%.*s\n", STR_ARG(file), STR_ARG(forged)));
	T_CHECK(is_found(), "signed by somebody else");
	forged = note_make(
	    arena, &keys.signer, STR("pratu.gate/other"), LEAVES, &root);
	write_file(str_of(path),
	    str_fmt(arena, "%.*s%.*s\n", STR_ARG(file), STR_ARG(forged)));
	T_CHECK(is_found(), "of another log");
	write_file(str_of(path), file);
	T_CHECK(!is_found(), "all is as before");
}

int main(void)
{
	const char *given = getenv("PRATU_SEED");
	int64_t number = 0;
	if (!given || !str_i64(str_of(given), &number))
		number = time_now_ms();
	seed = (uint64_t)number * 2 + 1;
	printf("# PRATU_SEED=%lld\n", (long long)number);
	crypt_init();
	arena = arena_new();
	cx = ctx_new(arena, time_now_ms(), LANG_EN);
	make_log();
	T_RUN(an_untouched_log_holds);
	T_RUN(every_byte);
	T_RUN(the_zeros_behind);
	T_RUN(files_that_end_early);
	T_RUN(made_anew_without_the_key);
	T_RUN(the_checkpoints);
	arena_free(arena);
	return T_PLAN();
}
