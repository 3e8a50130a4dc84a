/* Files that are sealed: read as they were written, and not a bit otherwise. */
#include "base/sealed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "t.h"

#define WHOLE (SEALED_PIECE + SEALED_TAG)

static struct sha256 secret_of(char c)
{
	struct sha256 s;
	memset(s.b, c, sizeof s.b);
	return s;
}

static int file_new(void)
{
	int fd = memfd_create("sealed", MFD_CLOEXEC);
	REQUIRE(fd >= 0);
	return fd;
}

static unsigned char byte_at(size_t i)
{
	return (unsigned char)(i * 31 + i / 251 + i / SEALED_PIECE);
}

/* `n` bytes, given in pieces of `step`. */
static int sealed_of(struct arena *a, size_t n, size_t step)
{
	struct sealed_out *o;
	unsigned char *v = arena_alloc(a, n + 1);
	int fd = file_new();
	for (size_t i = 0; i < n; i++)
		v[i] = byte_at(i);
	T_CHECK(sealed_begin(a, fd, secret_of('a'), &o), "begin");
	for (size_t at = 0; at < n; at += step)
		T_CHECK(sealed_write(o, v + at, n - at < step ? n - at : step),
		    "write");
	T_CHECK(sealed_end(o), "end");
	return fd;
}

static bool reads(struct sealed *s, uint64_t at, size_t n)
{
	unsigned char *v = malloc(n + 1);
	REQUIRE(v != NULL);
	bool good = sealed_read(s, at, v, n) == SEALED_FINE;
	for (size_t i = 0; i < n && good; i++)
		good = v[i] == byte_at((size_t)at + i);
	free(v);
	return good;
}

static const size_t lengths[] = { 0, 1, 15, 16, 17, SEALED_PIECE - 1,
	SEALED_PIECE, SEALED_PIECE + 1, 2 * SEALED_PIECE,
	3 * SEALED_PIECE + 7 };

static void what_was_sealed_is_read(void)
{
	static const size_t steps[] = { 1000, SEALED_PIECE, 1 << 20 };
	for (size_t i = 0; i < COUNT(lengths); i++)
		for (size_t k = 0; k < COUNT(steps); k++) {
			struct arena *a = arena_new();
			struct sealed *s = NULL, *again = NULL;
			size_t n = lengths[i];
			int fd = sealed_of(a, n, steps[k]);
			T_CHECK(sealed_open(a, fd, secret_of('a'), &s) ==
				    SEALED_FINE,
			    "%zu opens", n);
			T_CHECK(sealed_bytes(s) == n, "%zu", n);
			T_CHECK(reads(s, 0, n), "%zu whole", n);
			for (size_t at = 0; at < n; at += 30011)
				T_CHECK(reads(s, at,
					    n - at < 70000 ? n - at : 70000),
				    "%zu at %zu", n, at);
			T_CHECK(sealed_open_key(a, fd, sealed_key_of(s),
				    &again) == SEALED_FINE,
			    "by its key");
			T_CHECK(reads(again, 0, n), "%zu by its key", n);
			close(fd);
			arena_free(a);
		}
}

static void nothing_beyond_the_end_is_there(void)
{
	struct arena *a = arena_new();
	struct sealed *s = NULL;
	char c[2];
	int fd = sealed_of(a, SEALED_PIECE, 1 << 20);
	T_CHECK(sealed_open(a, fd, secret_of('a'), &s) == SEALED_FINE, "opens");
	T_CHECK(sealed_read(s, SEALED_PIECE, c, 1) == SEALED_CHANGED, "behind");
	T_CHECK(sealed_read(s, SEALED_PIECE - 1, c, 2) == SEALED_CHANGED,
	    "over the end");
	T_CHECK(sealed_read(s, UINT64_MAX, c, 2) == SEALED_CHANGED, "far away");
	close(fd);
	arena_free(a);
}

/* Whether all of it opens and reads with that secret. */
static bool is_good(int fd, size_t n, char secret)
{
	struct arena *a = arena_new();
	struct sealed *s = NULL;
	bool good = sealed_open(a, fd, secret_of(secret), &s) == SEALED_FINE &&
	            sealed_key_of(s) != NULL && sealed_bytes(s) == n &&
	            reads(s, 0, n);
	arena_free(a);
	return good;
}

static void flip(int fd, size_t at, unsigned char bits)
{
	unsigned char c;
	REQUIRE(pread(fd, &c, 1, (off_t)at) == 1);
	c ^= bits;
	REQUIRE(pwrite(fd, &c, 1, (off_t)at) == 1);
}

/* Every byte of a small file; of a large one each of its head and edges, and
 * one in 97. */
static void every_flipped_byte_is_seen(void)
{
	static const size_t some[] = { 0, 40, SEALED_PIECE,
		2 * SEALED_PIECE + 50 };
	for (size_t i = 0; i < COUNT(some); i++) {
		struct arena *a = arena_new();
		struct stat st;
		size_t seen = 0, tried = 0;
		int fd = sealed_of(a, some[i], 1 << 20);
		REQUIRE(fstat(fd, &st) == 0);
		for (size_t at = 0; at < (size_t)st.st_size; at++) {
			size_t in = (at - SEALED_HEAD) % WHOLE;
			bool edge = at < SEALED_HEAD || in < 2 ||
			            in >= SEALED_PIECE - 1;
			if (st.st_size > 1000 && !edge && at % 997 != 0)
				continue;
			flip(fd, at, (unsigned char)(1 << at % 8));
			tried++;
			seen += !is_good(fd, some[i], 'a');
			flip(fd, at, (unsigned char)(1 << at % 8));
		}
		T_CHECK(seen == tried, "%zu: %zu of %zu", some[i], seen, tried);
		T_CHECK(is_good(fd, some[i], 'a'), "put back");
		close(fd);
		arena_free(a);
	}
}

static void every_length_but_its_own_is_seen(void)
{
	const size_t n = 2 * SEALED_PIECE + 50;
	struct arena *a = arena_new();
	struct stat st;
	int whole = sealed_of(a, n, 1 << 20);
	REQUIRE(fstat(whole, &st) == 0);
	unsigned char *bytes = arena_alloc(a, (size_t)st.st_size + 100);
	memset(bytes, 0, (size_t)st.st_size + 100);
	REQUIRE(pread(whole, bytes, (size_t)st.st_size, 0) == st.st_size);
	size_t wrong = 0, tried = 0;
	for (size_t k = 0; k < (size_t)st.st_size + 100; k++) {
		size_t in = (k - SEALED_HEAD) % WHOLE;
		if (k > 200 && k + 200 < (size_t)st.st_size && in > 40 &&
		    in + 40 < WHOLE && k % 1999 != 0)
			continue;
		if (k == (size_t)st.st_size)
			continue;
		int fd = file_new();
		struct arena *b = arena_new();
		struct sealed *s = NULL;
		REQUIRE(write(fd, bytes, k) == (ssize_t)k);
		/* Shorter than its letters it is a file like any other. */
		enum sealed_is is = sealed_open(b, fd, secret_of('a'), &s);
		tried++;
		wrong += k < SEALED_MAGIC ? sealed_key_of(s) != NULL
		                          : is != SEALED_CHANGED;
		arena_free(b);
		close(fd);
	}
	T_CHECK(wrong == 0 && tried > 500, "%zu of %zu opened", wrong, tried);
	close(whole);
	arena_free(a);
}

static void copy_piece(int from, size_t i, int to, size_t k)
{
	static unsigned char v[WHOLE];
	REQUIRE(pread(from, v, WHOLE, (off_t)(SEALED_HEAD + i * WHOLE)) ==
		(ssize_t)WHOLE);
	REQUIRE(pwrite(to, v, WHOLE, (off_t)(SEALED_HEAD + k * WHOLE)) ==
		(ssize_t)WHOLE);
}

static void pieces_stay_in_their_place_and_file(void)
{
	struct arena *a = arena_new();
	const size_t n = 3 * SEALED_PIECE;
	int one = sealed_of(a, n, 1 << 20), two = sealed_of(a, n, 1 << 20);
	int fd = sealed_of(a, n, 1 << 20);
	T_CHECK(is_good(fd, n, 'a'), "as it was");
	copy_piece(one, 0, fd, 0);
	T_CHECK(!is_good(fd, n, 'a'), "a piece of another file");
	close(fd);
	fd = dup(two);
	copy_piece(one, 0, one, 1);
	T_CHECK(!is_good(one, n, 'a'), "a piece twice");
	T_CHECK(is_good(fd, n, 'a'), "the other file is as it was");
	copy_piece(two, 2, two, 0);
	T_CHECK(!is_good(two, n, 'a'), "the last one first");
	close(one);
	close(two);
	close(fd);
	arena_free(a);
}

/* Whoever may write the folder can take away the last piece; the one before it
 * is then no last one. */
static void a_file_cut_between_pieces_is_seen_at_once(void)
{
	struct arena *a = arena_new();
	struct sealed *s = NULL;
	int fd = sealed_of(a, 3 * SEALED_PIECE, 1 << 20);
	REQUIRE(ftruncate(fd, SEALED_HEAD + 2 * (off_t)WHOLE) == 0);
	T_CHECK(
	    sealed_open(a, fd, secret_of('a'), &s) == SEALED_CHANGED, "cut");
	close(fd);
	arena_free(a);
}

static void another_secret_opens_nothing(void)
{
	struct arena *a = arena_new();
	int fd = sealed_of(a, 100, 100);
	T_CHECK(is_good(fd, 100, 'a'), "its own");
	T_CHECK(!is_good(fd, 100, 'b'), "another");
	close(fd);
	arena_free(a);
}

static bool holds(int fd, const char *text)
{
	char bytes[4096];
	ssize_t n = pread(fd, bytes, sizeof bytes, 0);
	return n > 0 && memmem(bytes, (size_t)n, text, strlen(text)) != NULL;
}

static void no_two_files_are_alike_and_none_shows_its_text(void)
{
	struct arena *a = arena_new();
	struct sealed_out *o;
	char first[200], second[200];
	const char *text = "1234567890123,สมชาย";
	for (int i = 0; i < 2; i++) {
		int fd = file_new();
		T_CHECK(sealed_begin(a, fd, secret_of('a'), &o) &&
			    sealed_write(o, text, strlen(text)) &&
			    sealed_end(o),
		    "sealed");
		T_CHECK(!sealed_write(o, text, 1), "nothing follows the end");
		T_CHECK(!holds(fd, "12345") && !holds(fd, "สม"), "unseen");
		memset(i ? second : first, 0, 200);
		REQUIRE(pread(fd, i ? second : first, 200, 0) > 0);
		close(fd);
	}
	size_t alike = 0;
	for (size_t i = SEALED_MAGIC; i < 120; i++)
		alike += first[i] == second[i];
	T_CHECK(alike < 20, "%zu bytes alike", alike);
	arena_free(a);
}

static void a_file_that_was_never_sealed_is_read_as_it_is(void)
{
	struct arena *a = arena_new();
	struct sealed *s = NULL;
	char got[5];
	int fd = file_new();
	REQUIRE(write(fd, "a,b\r\n1,2\r\n", 10) == 10);
	T_CHECK(sealed_open(a, fd, secret_of('a'), &s) == SEALED_FINE, "opens");
	T_CHECK(sealed_key_of(s) == NULL && sealed_bytes(s) == 10, "plain");
	T_CHECK(sealed_read(s, 5, got, 5) == SEALED_FINE &&
		    memcmp(got, "1,2\r\n", 5) == 0,
	    "read");
	T_CHECK(sealed_read(s, 6, got, 5) == SEALED_CHANGED, "over the end");
	close(fd);
	arena_free(a);
}

static void a_disk_that_says_no_is_told(void)
{
	struct arena *a = arena_new();
	struct sealed_out *o;
	int fd = file_new();
	T_CHECK(sealed_begin(a, fd, secret_of('a'), &o), "begin");
	close(fd);
	T_CHECK(sealed_write(o, "a", 1), "it waits");
	T_CHECK(!sealed_end(o), "no file");
	arena_free(a);
}

int main(void)
{
	crypt_init();
	T_RUN(what_was_sealed_is_read);
	T_RUN(nothing_beyond_the_end_is_there);
	T_RUN(every_flipped_byte_is_seen);
	T_RUN(every_length_but_its_own_is_seen);
	T_RUN(pieces_stay_in_their_place_and_file);
	T_RUN(a_file_cut_between_pieces_is_seen_at_once);
	T_RUN(another_secret_opens_nothing);
	T_RUN(no_two_files_are_alike_and_none_shows_its_text);
	T_RUN(a_file_that_was_never_sealed_is_read_as_it_is);
	T_RUN(a_disk_that_says_no_is_told);
	return T_PLAN();
}
