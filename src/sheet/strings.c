#include "sheet/strings.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

enum {
	EACH = 16,         /* strings for one place in memory */
	PLACES = 64 << 10, /* in one block of them */
	BLOCKS = 256,      /* 268 million strings */
	PAGE = 16 << 10,
	PAGES = 1024,
	WAITING = 256 << 10, /* bytes before they are written */
	MOST_LENGTH = 5,     /* bytes of a length */
};

struct strings {
	struct work *w;
	uint64_t n, bytes; /* strings; bytes of the file so far */
	uint64_t *blocks[BLOCKS];
	char *waiting;
	size_t n_waiting;
	/* Page p of the file may lie in slot p % PAGES. */
	uint64_t *page; /* + 1 of each slot; 0: none */
	char **pages;
	/* Where the string after the last one that was read begins. */
	uint64_t next, next_at;
};

struct strings *strings_new(struct work *w)
{
	struct arena *a = w->cx->arena;
	struct strings *s = ARENA_NEW(a, struct strings);

	s->w = w;
	s->waiting = arena_room(a, WAITING);
	return s;
}

static enum err write_out(struct strings *s)
{
	struct work *w = s->w;
	size_t done = 0;

	while (done < s->n_waiting) {
		ssize_t n =
		    pwrite(w->spill, s->waiting + done, s->n_waiting - done,
			(off_t)(s->bytes - s->n_waiting + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_detail(w->cx, ERR_BROKEN,
			    "sheet: spill: %s", strerror(errno));
		done += (size_t)n;
	}
	s->n_waiting = 0;
	return OK;
}

static enum err put(struct strings *s, const char *p, size_t n)
{
	s->bytes += n;
	while (n > 0) {
		size_t room = WAITING - s->n_waiting;
		size_t part = n < room ? n : room;
		memcpy(s->waiting + s->n_waiting, p, part);
		s->n_waiting += part;
		p += part;
		n -= part;
		if (s->n_waiting < WAITING)
			break;
		/* write_out() counts back from the end of what waits. */
		s->bytes -= n;
		enum err e = write_out(s);
		s->bytes += n;
		if (e)
			return e;
	}
	return OK;
}

enum err strings_add(struct strings *s, struct str text)
{
	char length[MOST_LENGTH];
	size_t n = 0;

	if (s->n % EACH == 0) {
		uint64_t place = s->n / EACH, block = place / PLACES;
		if (block >= BLOCKS || s->n >= s->w->limits.cells)
			return refuse(s->w, SHEET_cells,
			    most_of(s->w, s->w->limits.cells, 1));
		if (!s->blocks[block])
			s->blocks[block] =
			    arena_room(s->w->cx->arena, PLACES * 8);
		s->blocks[block][place % PLACES] = s->bytes;
	}
	for (size_t v = text.n; n == 0 || v > 0; v >>= 7)
		length[n++] = (char)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
	s->n++;
	enum err e = put(s, length, n);
	return e ? e : put(s, text.p, text.n);
}

enum err strings_end(struct strings *s)
{
	struct arena *a = s->w->cx->arena;

	s->page = ARENA_ARRAY(a, uint64_t, PAGES);
	s->pages = ARENA_ARRAY(a, char *, PAGES);
	return write_out(s);
}

uint64_t strings_count(const struct strings *s)
{
	return s->n;
}

static enum err load(struct strings *s, uint64_t page, char *to)
{
	uint64_t at = page * PAGE, left = s->bytes - at;
	size_t want = left < PAGE ? (size_t)left : PAGE, done = 0;

	while (done < want) {
		ssize_t n = pread(
		    s->w->spill, to + done, want - done, (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail_detail(s->w->cx, ERR_BROKEN,
			    "sheet: spill: %s",
			    n < 0 ? strerror(errno) : "end");
		done += (size_t)n;
	}
	return OK;
}

/* What is in the file from there on, up to the end of its page. */
static enum err look(
    struct strings *s, uint64_t at, const char **ret, size_t *ret_n)
{
	uint64_t page = at / PAGE;
	size_t slot = (size_t)(page % PAGES), in = (size_t)(at % PAGE);
	char *p = s->pages[slot];

	REQUIRE(at < s->bytes);
	if (!p)
		p = s->pages[slot] = arena_room(s->w->cx->arena, PAGE);
	if (s->page[slot] != page + 1) {
		s->page[slot] = 0;
		enum err e = load(s, page, p);
		if (e)
			return e;
		s->page[slot] = page + 1;
	}
	uint64_t left = s->bytes - at;
	*ret = p + in;
	*ret_n = left < PAGE - in ? (size_t)left : PAGE - in;
	return OK;
}

static enum err length_at(struct strings *s, uint64_t *at, size_t *ret)
{
	size_t v = 0;

	for (int shift = 0; shift < MOST_LENGTH * 7; shift += 7) {
		const char *p;
		size_t n;
		enum err e = look(s, *at, &p, &n);
		if (e)
			return e;
		++*at;
		v |= (size_t)(*p & 0x7f) << shift;
		if ((*p & 0x80) == 0)
			break;
	}
	*ret = v;
	return OK;
}

static enum err copy(struct strings *s, uint64_t at, size_t n, struct buf *to)
{
	while (n > 0) {
		const char *p;
		size_t here;
		enum err e = look(s, at, &p, &here);
		if (e)
			return e;
		if (here > n)
			here = n;
		buf_bytes(to, p, here);
		at += here;
		n -= here;
	}
	return OK;
}

enum err strings_get(struct strings *s, uint64_t i, struct buf *to)
{
	uint64_t k = i - i % EACH, at = 0;
	size_t n = 0;
	enum err e = OK;

	REQUIRE(i < s->n);
	/* Mostly strings come in the order in which they stand. */
	if (s->next <= i && s->next > k) {
		k = s->next;
		at = s->next_at;
	} else {
		at = s->blocks[i / EACH / PLACES][i / EACH % PLACES];
	}
	for (; !e && k <= i; k++) {
		at += n;
		e = length_at(s, &at, &n);
	}
	if (e)
		return e;
	s->next = i + 1;
	s->next_at = at + n;
	return copy(s, at, n, to);
}
