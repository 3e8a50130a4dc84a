#include "evidence/note.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "base/str.h"
#include "evidence/disk.h"

#define PRIVATE "PRIVATE+KEY+"
#define DASH "\xe2\x80\x94 " /* an em dash and a blank */
enum {
	ED25519 = 1, /* C2SP's number of the algorithm */
	SIGNATURE_BYTES = crypto_sign_BYTES,
	KEY_FILE_BYTES = 16 * 1024,
};

static void number_key(struct arena *a, struct note_key *k)
{
	char public[1 + sizeof k->public] = { ED25519 };
	memcpy(public + 1, k->public, sizeof k->public);
	struct str text = str_fmt(a, "%.*s\n", STR_ARG(k->name));
	struct sha256 h =
	    sha256_of(str_cat(a, text, str_n(public, sizeof public)));
	memcpy(k->id, h.b, sizeof k->id);
}

/* "name+hash+base64(1 || bytes)". */
static struct str key_text(
    struct arena *a, const struct note_key *k, const unsigned char bytes[32])
{
	char typed[33] = { ED25519 };
	memcpy(typed + 1, bytes, 32);
	return str_fmt(a, "%.*s+%.*s+%.*s", STR_ARG(k->name),
	    STR_ARG(str_hex(a, k->id, sizeof k->id)),
	    STR_ARG(base64(a, str_n(typed, sizeof typed))));
}

static bool name_is_fit(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] == '+' || name.p[i] > '~')
			return false;
	return name.n > 0 && name.n <= NOTE_NAME_BYTES;
}

/* The name, and the 32 bytes of either key. */
static bool read_key(struct arena *a, struct str text, struct note_key *ret,
    unsigned char ret_bytes[32])
{
	struct str hash, rest, bytes;
	struct note_key k = { 0 };
	if (!str_cut(text, '+', &k.name, &rest) ||
	    !str_cut(rest, '+', &hash, &rest) || !name_is_fit(k.name) ||
	    !str_unhex(a, hash, &hash) || hash.n != sizeof k.id ||
	    !base64_decode(a, rest, &bytes) || bytes.n != 33 ||
	    bytes.p[0] != ED25519)
		return false;
	memcpy(k.id, hash.p, sizeof k.id);
	*ret = k;
	memcpy(ret_bytes, bytes.p + 1, 32); /* perhaps of *ret */
	return true;
}

static bool read_public(struct arena *a, struct str text, struct note_key *ret)
{
	struct note_key own;
	if (!read_key(a, text, ret, ret->public))
		return false;
	own = *ret;
	number_key(a, &own);
	return memcmp(own.id, ret->id, sizeof own.id) == 0;
}

static bool seed_signer(
    struct arena *a, const unsigned char seed[32], struct note_signer *s)
{
	if (crypto_sign_seed_keypair(s->key.public, s->secret, seed) != 0)
		return false;
	number_key(a, &s->key);
	return true;
}

static bool read_secret(
    struct arena *a, struct str text, struct note_signer *ret)
{
	struct note_signer s = { 0 };
	struct note_key said;
	unsigned char seed[32];
	text = str_trim(text);
	if (!str_take(&text, STR(PRIVATE)) || !read_key(a, text, &said, seed))
		return false;
	s.key.name = said.name;
	bool good = seed_signer(a, seed, &s) &&
	            memcmp(s.key.id, said.id, sizeof said.id) == 0;
	sodium_memzero(seed, sizeof seed);
	*ret = s;
	return good;
}

static enum err failed(struct ctx *cx, struct str path)
{
	return fail_detail(cx, ERR_BROKEN, "%.*s: %s", STR_ARG(path),
	    errno ? strerror(errno) : "not as long as it should be");
}

static enum err read_text(struct ctx *cx, struct str path, struct str *ret)
{
	int fd = open(str_cstr(cx->arena, path), O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return fail_detail(
		    cx, ERR_NOT_FOUND, "%.*s: missing", STR_ARG(path));
	if (fd < 0)
		return failed(cx, path);
	bool good = file_read(cx->arena, fd, KEY_FILE_BYTES, ret);
	int why = errno;
	close(fd);
	errno = why;
	return good ? OK : failed(cx, path);
}

/* Beside, synced, then under its name. */
static enum err write_text(
    struct ctx *cx, struct str path, struct str text, mode_t mode)
{
	const char *new =
	    str_cstr(cx->arena, str_fmt(cx->arena, "%.*s.new", STR_ARG(path)));
	int fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0)
		return failed(cx, path);
	bool good = file_pwrite(fd, text.p, text.n, 0) && fsync(fd) == 0;
	int why = errno;
	close(fd);
	errno = why;
	if (!good || rename(new, str_cstr(cx->arena, path)) != 0 ||
	    !folder_of_sync(cx->arena, path))
		return failed(cx, path);
	return OK;
}

static enum err make_secret(
    struct ctx *cx, struct str path, struct str prefix, struct note_signer *ret)
{
	struct arena *a = cx->arena;
	unsigned char seed[32];
	struct note_signer s = { .key.name =
				     str_fmt(a, "%.*s/%.*s", STR_ARG(prefix),
					 STR_ARG(random_id(a, 8))) };
	randombytes_buf(seed, sizeof seed);
	REQUIRE(seed_signer(a, seed, &s));
	struct str text =
	    str_fmt(a, PRIVATE "%.*s\n", STR_ARG(key_text(a, &s.key, seed)));
	enum err e = write_text(cx, path, text, 0600);
	sodium_memzero(seed, sizeof seed);
	if (!e)
		*ret = s;
	return e;
}

static bool has_key(const struct note_keys *keys, const struct note_key *k)
{
	for (size_t i = 0; i < keys->n; i++)
		if (str_eq(keys->v[i].name, k->name) &&
		    memcmp(keys->v[i].public, k->public, sizeof k->public) == 0)
			return true;
	return false;
}

/* A key that is no longer used stays: what it signed must stay checkable. */
static enum err publish_key(
    struct ctx *cx, struct str path, const struct note_key *k)
{
	struct note_keys keys = { 0 };
	struct str text = { 0 };
	enum err e = note_keys_read(cx, path, &keys);
	if (!e && has_key(&keys, k))
		return OK;
	if (!e && keys.n == NOTE_KEYS)
		return fail_detail(cx, ERR_BROKEN, "%.*s: full", STR_ARG(path));
	if (!e)
		e = read_text(cx, path, &text);
	if (e && e != ERR_NOT_FOUND)
		return e;
	text = str_fmt(cx->arena, "%.*s%.*s\n", STR_ARG(text),
	    STR_ARG(key_text(cx->arena, k, k->public)));
	return write_text(cx, path, text, 0644);
}

enum err note_signer_open(struct ctx *cx, struct str secret, struct str public,
    struct str prefix, struct note_signer *ret)
{
	struct str text;
	enum err e = read_text(cx, secret, &text);
	if (!e && !read_secret(cx->arena, text, ret))
		e = fail_detail(
		    cx, ERR_SYNTAX, "%.*s: no key", STR_ARG(secret));
	if (e == ERR_NOT_FOUND)
		e = make_secret(cx, secret, prefix, ret);
	return e ? e : publish_key(cx, public, &ret->key);
}

enum err note_keys_read(struct ctx *cx, struct str path, struct note_keys *ret)
{
	struct str text, line;
	ret->n = 0;
	enum err e = read_text(cx, path, &text);
	if (e)
		return e;
	for (bool more = true; more;) {
		more = str_cut(text, '\n', &line, &text);
		line = str_trim(line);
		if (line.n == 0)
			continue;
		if (ret->n == NOTE_KEYS ||
		    !read_public(cx->arena, line, &ret->v[ret->n++]))
			return fail_detail(
			    cx, ERR_SYNTAX, "%.*s: no key", STR_ARG(path));
	}
	return OK;
}

struct str note_make(struct arena *a, const struct note_signer *s,
    struct str origin, uint64_t size, const struct sha256 *root)
{
	char signature[4 + SIGNATURE_BYTES];
	struct str text = str_fmt(a, "%.*s\n%llu\n%.*s\n", STR_ARG(origin),
	    (unsigned long long)size,
	    STR_ARG(base64(a, str_n((const char *)root->b, sizeof root->b))));
	memcpy(signature, s->key.id, sizeof s->key.id);
	REQUIRE(crypto_sign_detached((unsigned char *)signature + 4, NULL,
		    (const unsigned char *)text.p, text.n, s->secret) == 0);
	return str_fmt(a, "%.*s\n" DASH "%.*s %.*s\n", STR_ARG(text),
	    STR_ARG(s->key.name),
	    STR_ARG(base64(a, str_n(signature, sizeof signature))));
}

static bool read_size(struct str s, uint64_t *ret)
{
	int64_t n;
	/* No second way to write a number. */
	if (!str_i64(s, &n) || n < 0 || (s.n > 1 && s.p[0] == '0') ||
	    s.p[0] == '-')
		return false;
	*ret = (uint64_t)n;
	return true;
}

/* base64 has several texts for the same bytes; one is the note's. */
static bool read_bytes(
    struct arena *a, struct str text, size_t n, struct str *ret)
{
	return base64_decode(a, text, ret) && ret->n == n &&
	       str_eq(base64(a, *ret), text);
}

static bool read_body(struct arena *a, struct str text, struct checkpoint *ret)
{
	struct str size, root, end, bytes;
	if (!str_cut(text, '\n', &ret->origin, &text) ||
	    !str_cut(text, '\n', &size, &text) ||
	    !str_cut(text, '\n', &root, &end) || end.n != 0 ||
	    ret->origin.n == 0 || ret->origin.n > 2 * NOTE_NAME_BYTES ||
	    !read_size(size, &ret->size) ||
	    !read_bytes(a, root, sizeof ret->root.b, &bytes))
		return false;
	memcpy(ret->root.b, bytes.p, sizeof ret->root.b);
	return true;
}

static enum note_fault check_signature(struct arena *a,
    const struct note_keys *keys, struct str text, struct str line)
{
	struct str name, coded, bytes;
	if (!str_take(&line, STR(DASH)) || !str_cut(line, ' ', &name, &coded) ||
	    !read_bytes(a, coded, 4 + SIGNATURE_BYTES, &bytes))
		return NOTE_FORM;
	for (size_t i = 0; i < keys->n; i++) {
		const struct note_key *k = &keys->v[i];
		if (!str_eq(k->name, name) ||
		    memcmp(k->id, bytes.p, sizeof k->id) != 0)
			continue;
		return crypto_sign_verify_detached(
			   (const unsigned char *)bytes.p + 4,
			   (const unsigned char *)text.p, text.n,
			   k->public) == 0
		           ? NOTE_GOOD
		           : NOTE_SIGNATURE;
	}
	return NOTE_UNKNOWN_KEY;
}

/* Text and signatures: the empty line between them is the first one. */
static bool divide(struct str note, struct str *ret_text, struct str *ret_lines)
{
	for (size_t i = 0; i + 1 < note.n; i++)
		if (note.p[i] == '\n' && note.p[i + 1] == '\n') {
			*ret_text = str_upto(note, i + 1);
			*ret_lines = str_from(note, i + 2);
			return true;
		}
	return false;
}

/* C2SP: UTF-8 without control characters but for the line's end. */
static bool is_note_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' && s.p[i] != '\n')
			return false;
	return str_utf8(s);
}

/* Signatures of keys that are not ours (witnesses) are passed over, as C2SP
 * wants it; one of ours must be there, and all of ours must hold. */
enum note_fault note_read(struct arena *a, const struct note_keys *keys,
    struct str note, struct checkpoint *ret)
{
	struct str text, lines, line;
	enum note_fault best = NOTE_UNKNOWN_KEY;
	if (note.n > NOTE_MAX_BYTES || !is_note_text(note) ||
	    !divide(note, &text, &lines) || !read_body(a, text, ret) ||
	    !str_ends(lines, STR("\n")))
		return NOTE_FORM;
	ret->note = note;
	lines.n--;
	for (bool more = true; more;) {
		more = str_cut(lines, '\n', &line, &lines);
		enum note_fault f = check_signature(a, keys, text, line);
		if (f == NOTE_FORM || f == NOTE_SIGNATURE)
			return f;
		if (f == NOTE_GOOD)
			best = f;
	}
	return best;
}

bool note_next(struct str *file, struct str *ret)
{
	size_t empty = 0; /* lines so far */
	for (size_t i = 0; i + 1 < file->n && i < NOTE_MAX_BYTES; i++) {
		if (file->p[i] != '\n' || file->p[i + 1] != '\n')
			continue;
		if (++empty < 2)
			continue;
		*ret = str_upto(*file, i + 1);
		*file = str_from(*file, i + 2);
		return true;
	}
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_base64(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '+' || c == '/' || c == '=';
}

/* Takes a line of at most `max` such bytes; a last one may end anywhere. */
static bool take_line(struct str *s, bool (*is)(char), size_t max)
{
	size_t n = str_index(*s, '\n');
	if (n > max)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is(s->p[i]))
			return false;
	*s = str_from(*s, n < s->n ? n + 1 : n);
	return true;
}

/* The same for a text that is known. */
static bool take_known(struct str *s, struct str text)
{
	size_t n = s->n < text.n ? s->n : text.n;
	if (!str_eq(str_upto(*s, n), str_upto(text, n)))
		return false;
	*s = str_from(*s, n);
	return true;
}

static bool is_name(char c)
{
	return c > ' ' && c <= '~' && c != '+';
}

/* What stands there must be what a whole note begins with. */
bool note_is_begun(struct str rest, struct str origin)
{
	if (!take_known(&rest, origin) || !take_known(&rest, STR("\n")) ||
	    !take_line(&rest, is_digit, 19) ||
	    !take_line(&rest, is_base64, 44) ||
	    !take_known(&rest, STR("\n" DASH)))
		return false;
	size_t name = 0;
	while (name < rest.n && is_name(rest.p[name]))
		name++;
	rest = str_from(rest, name);
	return name <= NOTE_NAME_BYTES && take_known(&rest, STR(" ")) &&
	       take_line(&rest, is_base64, 92) && rest.n == 0;
}

/* Whether a note and its empty line end before p[i]. */
static bool ends_note(const char *p, size_t i)
{
	if (i < 2 || p[i - 1] != '\n' || p[i - 2] != '\n')
		return false;
	size_t line = i - 2;
	while (line > 0 && p[line - 1] != '\n')
		line--;
	return str_starts(str_n(p + line, i - line), STR(DASH));
}

static enum err cut_at(struct ctx *cx, int fd, uint64_t size)
{
	if (ftruncate(fd, (off_t)size) != 0 || fdatasync(fd) != 0)
		return fail_detail(
		    cx, ERR_BROKEN, "checkpoints: %s", strerror(errno));
	return OK;
}

enum err note_last(
    struct ctx *cx, int fd, struct str origin, struct str *ret, bool *ret_cut)
{
	enum { TAIL = 4 * NOTE_MAX_BYTES };
	struct stat st;
	if (fstat(fd, &st) != 0)
		return fail_detail(
		    cx, ERR_BROKEN, "checkpoints: %s", strerror(errno));
	uint64_t size = (uint64_t)st.st_size;
	size_t n = size < TAIL ? (size_t)size : TAIL;
	char *p = arena_alloc(cx->arena, TAIL);
	if (!file_pread(fd, p, n, size - n))
		return fail_detail(cx, ERR_BROKEN, "checkpoints: unreadable");
	size_t end = n;
	while (end > 0 && !ends_note(p, end))
		end--;
	size_t begin = end > 0 ? end - 1 : 0;
	while (begin > 0 && !ends_note(p, begin))
		begin--;
	*ret = end > 0 ? str_n(p + begin, end - 1 - begin) : (struct str){ 0 };
	*ret_cut = end < n;
	if (end == n)
		return OK;
	if (!note_is_begun(str_n(p + end, n - end), origin))
		return fail_detail(cx, ERR_BROKEN, "checkpoints: no note");
	return cut_at(cx, fd, size - (n - end));
}

enum err note_append(struct ctx *cx, int fd, struct str note)
{
	struct stat st;
	struct str text = str_fmt(cx->arena, "%.*s\n", STR_ARG(note));
	if (fstat(fd, &st) != 0)
		return fail_detail(
		    cx, ERR_BROKEN, "checkpoints: %s", strerror(errno));
	if (!file_pwrite(fd, text.p, text.n, (uint64_t)st.st_size)) {
		int why = errno;
		bool back = ftruncate(fd, st.st_size) == 0;
		return fail_detail(cx, back ? ERR_BUSY : ERR_BROKEN,
		    "checkpoints: %s", strerror(why));
	}
	/* A sync that failed is not tried again: what it left is unknown. */
	if (fdatasync(fd) != 0)
		return fail_detail(
		    cx, ERR_BROKEN, "checkpoints: %s", strerror(errno));
	return OK;
}

enum err note_write(struct ctx *cx, struct str path, struct str note)
{
	return write_text(cx, path, note, 0644);
}
