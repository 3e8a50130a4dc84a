#include "sheet/inside.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

enum err refuse_at(struct work *w, enum sheet_trouble t, uint32_t row,
    uint32_t column, struct str detail)
{
	struct sheet_finding f = { .kind = t,
		.row = row,
		.column = column,
		.detail = str_dup(w->cx->arena, detail) };

	if (w->found)
		*w->found = f;
	return sheet_finding_fail(w->cx, &f);
}

enum err refuse(struct work *w, enum sheet_trouble t, struct str detail)
{
	return refuse_at(w, t, 0, 0, detail);
}

struct str most_of(struct work *w, uint64_t limit, uint64_t unit)
{
	return str_fmt(
	    w->cx->arena, "%llu", (unsigned long long)(limit / unit));
}

static enum err read_sealed(struct work *w, uint64_t offset, void *to, size_t n)
{
	switch (sealed_read(w->sealed, offset, to, n)) {
	case SEALED_FINE:
		return OK;
	case SEALED_DISK:
		return fail_detail(
		    w->cx, ERR_BROKEN, "sheet: read: %s", strerror(errno));
	case SEALED_CHANGED:
		break;
	}
	return fail_detail(
	    w->cx, ERR_BROKEN, "sheet: the file was changed after it was kept");
}

enum err read_at(struct work *w, uint64_t offset, void *to, size_t n)
{
	char *p = to;

	if (w->sealed)
		return read_sealed(w, offset, to, n);
	while (n > 0) {
		ssize_t got = pread(w->fd, p, n, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fail_detail(w->cx, ERR_BROKEN, "sheet: read: %s",
			    got < 0 ? strerror(errno) : "became shorter");
		p += got;
		n -= (size_t)got;
		offset += (uint64_t)got;
	}
	return OK;
}

struct row_made row_made_new(struct work *w)
{
	struct arena *a = w->cx->arena;
	return (struct row_made){
		.text = buf_new(a, w->limits.row_bytes),
		.cells = ARENA_ARRAY(a, struct sheet_cell, w->limits.columns),
		.starts = ARENA_ARRAY(a, size_t, w->limits.columns),
	};
}

void row_made_end(struct row_made *r, uint32_t number, size_t n)
{
	for (size_t i = 0; i < n; i++)
		r->cells[i].s.p =
		    r->cells[i].s.n > 0 ? r->text.p + r->starts[i] : "";
	r->row = (struct sheet_row){ .number = number, .n = n, .v = r->cells };
}
