#include "base/sealed.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "base/file.h"

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define WHOLE (SEALED_PIECE + SEALED_TAG)
#define NO_PIECE UINT64_MAX

static const unsigned char magic[SEALED_MAGIC] = { 'P', 'R', 'T', 'S', 'E', 'A',
	'L', '1' };

static void init(void)
{
	REQUIRE(sodium_init() >= 0);
	REQUIRE(NONCE == 24 && SEALED_HEAD == SEALED_MAGIC + NONCE + 32 + 16);
}

void sealed_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	REQUIRE(pthread_once(&once, init) == 0);
}

/* Of a key that seals one file and each number once. */
static void nonce_of(unsigned char nonce[NONCE], uint64_t number, bool last)
{
	memset(nonce, 0, NONCE);
	for (size_t i = 0; i < 8; i++)
		nonce[i] = (unsigned char)(number >> (8 * i));
	nonce[8] = last;
}

struct sealed_out {
	int fd;
	bool failed;
	struct sealed_key key;
	uint64_t number;
	size_t n; /* that wait in `plain` */
	unsigned char plain[SEALED_PIECE], made[WHOLE];
};

static void forget_out(void *arg)
{
	sodium_memzero(arg, sizeof(struct sealed_out));
}

bool sealed_begin(
    struct arena *a, int fd, struct sha256 secret, struct sealed_out **ret)
{
	struct sealed_out *o = ARENA_NEW(a, struct sealed_out);
	unsigned char head[SEALED_HEAD], *nonce = head + SEALED_MAGIC;

	sealed_init();
	arena_defer(a, forget_out, o);
	o->fd = fd;
	randombytes_buf(o->key.b, sizeof o->key.b);
	memcpy(head, magic, SEALED_MAGIC);
	randombytes_buf(nonce, NONCE);
	REQUIRE(crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE, NULL,
		    o->key.b, sizeof o->key.b, magic, SEALED_MAGIC, NULL, nonce,
		    secret.b) == 0);
	*ret = o;
	o->failed = !file_write_all(fd, head, sizeof head);
	return !o->failed;
}

static bool put_piece(struct sealed_out *o, bool last)
{
	unsigned char nonce[NONCE];

	nonce_of(nonce, o->number++, last);
	REQUIRE(crypto_aead_xchacha20poly1305_ietf_encrypt(o->made, NULL,
		    o->plain, o->n, NULL, 0, NULL, nonce, o->key.b) == 0);
	o->failed = !file_write_all(o->fd, o->made, o->n + SEALED_TAG);
	o->n = 0;
	return !o->failed;
}

/* A full piece waits until more comes: it may be the last. */
bool sealed_write(struct sealed_out *o, const void *p, size_t n)
{
	const unsigned char *from = p;

	while (n > 0 && !o->failed) {
		if (o->n == SEALED_PIECE && !put_piece(o, false))
			break;
		size_t room = SEALED_PIECE - o->n, part = n < room ? n : room;
		memcpy(o->plain + o->n, from, part);
		o->n += part;
		from += part;
		n -= part;
	}
	return !o->failed;
}

bool sealed_end(struct sealed_out *o)
{
	bool good = !o->failed && put_piece(o, true);

	o->failed = true; /* nothing follows */
	return good;
}

struct sealed {
	int fd;
	bool plain;
	struct sealed_key key;
	uint64_t bytes, pieces;
	uint64_t number; /* of the piece in hand */
	size_t n;
	unsigned char piece[SEALED_PIECE], read[WHOLE];
};

static void forget(void *arg)
{
	sodium_memzero(arg, sizeof(struct sealed));
}

/* All of them, or what is there of them. */
static enum sealed_is read_all(
    int fd, uint64_t at, void *to, size_t n, size_t *ret_n)
{
	char *p = to;

	*ret_n = 0;
	while (*ret_n < n) {
		ssize_t got =
		    pread(fd, p + *ret_n, n - *ret_n, (off_t)(at + *ret_n));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return SEALED_DISK;
		if (got == 0)
			break;
		*ret_n += (size_t)got;
	}
	return SEALED_FINE;
}

static size_t piece_bytes(const struct sealed *s, uint64_t number)
{
	return number + 1 < s->pieces
	           ? SEALED_PIECE
	           : (size_t)(s->bytes - number * SEALED_PIECE);
}

static enum sealed_is get_piece(struct sealed *s, uint64_t number)
{
	unsigned char nonce[NONCE];
	size_t want = piece_bytes(s, number) + SEALED_TAG, got;

	if (s->number == number)
		return SEALED_FINE;
	s->number = NO_PIECE;
	enum sealed_is is =
	    read_all(s->fd, SEALED_HEAD + number * WHOLE, s->read, want, &got);
	if (is != SEALED_FINE)
		return is;
	nonce_of(nonce, number, number + 1 == s->pieces);
	if (got != want ||
	    crypto_aead_xchacha20poly1305_ietf_decrypt(s->piece, NULL, NULL,
		s->read, want, NULL, 0, nonce, s->key.b) != 0)
		return SEALED_CHANGED;
	s->number = number;
	s->n = want - SEALED_TAG;
	return SEALED_FINE;
}

/* How long it is follows from how long the file is; the last piece says whether
 * that is true. */
static enum sealed_is measure(struct sealed *s, uint64_t file_bytes)
{
	if (file_bytes < SEALED_HEAD + SEALED_TAG)
		return SEALED_CHANGED;
	uint64_t body = file_bytes - SEALED_HEAD;
	uint64_t rest = body % WHOLE;
	s->pieces = body / WHOLE + (rest > 0);
	if (rest > 0 && rest < SEALED_TAG)
		return SEALED_CHANGED;
	s->bytes = body - s->pieces * SEALED_TAG;
	/* An empty piece is an empty file's alone. */
	if (rest == SEALED_TAG && s->pieces > 1)
		return SEALED_CHANGED;
	return get_piece(s, s->pieces - 1);
}

static struct sealed *sealed_new(struct arena *a, int fd)
{
	struct sealed *s = ARENA_NEW(a, struct sealed);

	sealed_init();
	arena_defer(a, forget, s);
	s->fd = fd;
	s->number = NO_PIECE;
	return s;
}

enum sealed_is sealed_open(
    struct arena *a, int fd, struct sha256 secret, struct sealed **ret)
{
	struct sealed *s = sealed_new(a, fd);
	unsigned char head[SEALED_HEAD], *nonce = head + SEALED_MAGIC;
	struct stat st;
	size_t n = 0;

	if (fstat(fd, &st) != 0)
		return SEALED_DISK;
	enum sealed_is is = read_all(fd, 0, head, sizeof head, &n);
	if (is != SEALED_FINE)
		return is;
	*ret = s;
	if (n < SEALED_MAGIC || memcmp(head, magic, SEALED_MAGIC) != 0) {
		s->plain = true;
		s->bytes = (uint64_t)st.st_size;
		return SEALED_FINE;
	}
	if (n < sizeof head ||
	    crypto_aead_xchacha20poly1305_ietf_decrypt(s->key.b, NULL, NULL,
		nonce + NONCE, sizeof s->key.b + SEALED_TAG, magic,
		SEALED_MAGIC, nonce, secret.b) != 0)
		return SEALED_CHANGED;
	return measure(s, (uint64_t)st.st_size);
}

enum sealed_is sealed_open_key(
    struct arena *a, int fd, const struct sealed_key *key, struct sealed **ret)
{
	struct sealed *s = sealed_new(a, fd);
	struct stat st;

	if (fstat(fd, &st) != 0)
		return SEALED_DISK;
	s->key = *key;
	*ret = s;
	return measure(s, (uint64_t)st.st_size);
}

const struct sealed_key *sealed_key_of(const struct sealed *s)
{
	return s->plain ? NULL : &s->key;
}

int sealed_fd(const struct sealed *s)
{
	return s->fd;
}

uint64_t sealed_bytes(const struct sealed *s)
{
	return s->bytes;
}

static enum sealed_is read_plain(
    const struct sealed *s, uint64_t at, void *to, size_t n)
{
	size_t got;
	enum sealed_is is = read_all(s->fd, at, to, n, &got);

	return is == SEALED_FINE && got != n ? SEALED_CHANGED : is;
}

enum sealed_is sealed_read(struct sealed *s, uint64_t at, void *to, size_t n)
{
	char *p = to;

	if (at > s->bytes || n > s->bytes - at)
		return SEALED_CHANGED;
	if (s->plain)
		return read_plain(s, at, to, n);
	while (n > 0) {
		enum sealed_is is = get_piece(s, at / SEALED_PIECE);
		if (is != SEALED_FINE)
			return is;
		size_t from = (size_t)(at % SEALED_PIECE);
		size_t part = s->n - from < n ? s->n - from : n;
		memcpy(p, s->piece + from, part);
		p += part;
		at += part;
		n -= part;
	}
	return SEALED_FINE;
}
