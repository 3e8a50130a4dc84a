#include "evidence_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "base/time.h"

struct log_keys log_keys(struct ctx *cx, struct str folder)
{
	struct arena *a = cx->arena;
	struct log_keys k = { .folder = str_cat(a, folder, STR("/evidence")),
		.secret = str_cat(a, folder, STR("/evidence.key")),
		.public = str_cat(a, folder, STR("/evidence.pub")) };
	REQUIRE(note_signer_open(cx, k.secret, k.public, STR("pratu.gate"),
		    &k.signer) == OK);
	REQUIRE(note_keys_read(cx, k.public, &k.keys) == OK);
	return k;
}

enum err log_try(struct ctx *cx, const struct log_keys *k, struct ledger **ret,
    struct ledger_opened *o)
{
	struct ledger_options options = { .folder = k->folder,
		.signer = &k->signer,
		.keys = &k->keys,
		.segment_bytes = LOG_SEGMENT };
	return ledger_open(cx, &options, ret, o);
}

struct ledger *log_open(
    struct ctx *cx, const struct log_keys *k, struct ledger_opened *o)
{
	struct ledger *l;
	REQUIRE(log_try(cx, k, &l, o) == OK);
	return l;
}

struct str log_leaf(struct arena *a, uint64_t number)
{
	struct record r = { .kind = RECORD_delivery,
		.id = str_fmt(a, "delivery%d", (int)number),
		.connection = STR("6dhnopa6e5s5z6r6fupsyi7o"),
		.document = STR("d1"),
		.request = STR("ICIT-2569-00001"),
		.contract = sha256_hex(a, sha256_of(STR("contract"))),
		.purpose = STR("งานวิจัย"),
		.basis = STR("pdpa-24-5"),
		.key = STR("k1"),
		.address = STR("127.0.0.1"),
		.form = STR("json"),
		.asked = STR("limit"),
		.query = sha256_hex(a, sha256_of(STR("limit"))),
		.at = 1795000000000 + (int64_t)number,
		.outcome = STR("whole"),
		.rows = 3,
		.bytes = 99,
		.sha256 = sha256_hex(a, sha256_of(STR("rows"))) };
	return record_leaf(a, &r);
}

void log_add(struct ctx *cx, struct ledger *l, uint64_t number)
{
	uint64_t index;
	REQUIRE(
	    ledger_append(cx, l, log_leaf(cx->arena, number), &index) == OK);
}

struct str log_folder(struct ctx *cx, const struct log_keys *k)
{
	struct str *ids;
	size_t n;
	REQUIRE(evidence_logs(cx, k->folder, &ids, &n) == OK && n == 1);
	return str_fmt(
	    cx->arena, "%.*s/%.*s", STR_ARG(k->folder), STR_ARG(ids[0]));
}

const char *log_file(struct ctx *cx, const struct log_keys *k, const char *name)
{
	return str_cstr(cx->arena,
	    str_fmt(cx->arena, "%.*s/%s", STR_ARG(log_folder(cx, k)), name));
}

static void ignore(void *arg, enum evidence_fault f, uint64_t leaf)
{
	(void)arg;
	(void)f;
	(void)leaf;
}

struct evidence_found log_verify(struct ctx *cx, const struct log_keys *k)
{
	struct evidence_found f;
	struct evidence_report report = { ignore, NULL };
	REQUIRE(evidence_verify(cx, log_folder(cx, k), &k->keys, &report, &f) ==
		OK);
	return f;
}

struct str log_receipt(struct ctx *cx, struct ledger *l, uint64_t index)
{
	struct record r;
	struct str leaf = log_leaf(cx->arena, index);
	json_t *o = json_new_object(cx->arena);
	REQUIRE(record_read(cx, leaf, &r) == OK);
	json_put_text(o, "id", r.id);
	json_put_text(o, "connection", r.connection);
	json_put_text_or_null(o, "document", r.document);
	json_put_text(o, "request", r.request);
	json_put_text(o, "digest", r.contract);
	json_put_text(o, "at", time_iso(cx->arena, r.at));
	json_put_text(o, "format", r.form);
	json_put_text(o, "status", r.outcome);
	json_put_text(o, "sha256", r.sha256);
	json_put_int(o, "rows", r.rows);
	json_put_int(o, "bytes", r.bytes);
	/* The newest that there is; one more when it is too old. */
	enum err e = receipt_put(
	    cx, ledger_folder(l), ledger_note(cx->arena, l), &index, 1, o);
	if (e == ERR_STALE) {
		REQUIRE(ledger_sign(cx, l, NULL) == OK);
		e = receipt_put(cx, ledger_folder(l), ledger_note(cx->arena, l),
		    &index, 1, o);
	}
	REQUIRE(e == OK);
	return json_canonical(cx->arena, o);
}

int64_t receipt_bad(
    struct ctx *cx, const struct log_keys *k, struct str text, bool *ret_found)
{
	struct evidence_report report = { ignore, NULL };
	uint64_t bad = 0;
	enum err e = receipt_verify(
	    cx, text, &k->keys, k->folder, &report, &bad, ret_found);
	return e ? -1 : (int64_t)bad;
}

struct str read_file(struct arena *a, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	REQUIRE(fd >= 0 && fstat(fd, &st) == 0);
	char *p = arena_alloc(a, (size_t)st.st_size + 1);
	REQUIRE(read(fd, p, (size_t)st.st_size) == st.st_size);
	close(fd);
	return str_n(p, (size_t)st.st_size);
}

void write_file(struct str path, struct str text)
{
	struct arena *a = arena_new();
	int fd = open(str_cstr(a, path), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	REQUIRE(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
	close(fd);
	arena_free(a);
}
