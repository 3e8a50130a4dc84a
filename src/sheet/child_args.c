#include "sheet/child_args.h"

#include "base/str.h"

/* One list for both ways; the ending of the name comes last. */
#define NUMBERS(X)            \
	X(limits.file_bytes)  \
	X(limits.plain_bytes) \
	X(limits.ratio)       \
	X(limits.parts)       \
	X(limits.sheets)      \
	X(limits.rows)        \
	X(limits.columns)     \
	X(limits.cells)       \
	X(limits.cell_bytes)  \
	X(limits.row_bytes)   \
	X(limits.cpu_s)       \
	X(limits.wall_s)      \
	X(limits.grow_bytes)  \
	X(limits.spill_bytes)

struct str child_args_write(
    struct arena *a, const struct sheet_file *f, size_t tab)
{
	struct buf b = buf_new(a, 1000);
	/* Of the name only the ending counts, and it may hold anything. */
	size_t dot = f->name.n;

	while (dot > 0 && f->name.p[dot - 1] != '.')
		dot--;
	struct str ending = str_from(f->name, dot);
	buf_fmt(&b, "%lld %d %d %d %d ", tab == SIZE_MAX ? -1 : (long long)tab,
	    (int)f->encoding, (int)f->delimiter, f->spill >= 0,
	    f->sealed && sealed_key_of(f->sealed));
#define X(member) buf_fmt(&b, "%llu ", (unsigned long long)f->member);
	NUMBERS(X)
#undef X
	if (dot > 0 && ending.n <= 5 && str_index(ending, '\0') == ending.n)
		buf_fmt(&b, ".%.*s", STR_ARG(ending));
	return buf_view(&b);
}

static bool take(struct str *s, int64_t *ret)
{
	struct str word;

	return str_cut(*s, ' ', &word, s) && str_i64(word, ret);
}

bool child_args_read(
    const char *text, struct sheet_file *f, size_t *ret_tab, bool *ret_sealed)
{
	struct str s = str_of(text);
	int64_t tab, encoding, delimiter, spill, sealed, v;

	if (!take(&s, &tab) || !take(&s, &encoding) || !take(&s, &delimiter) ||
	    !take(&s, &spill) || !take(&s, &sealed) || encoding < 0 ||
	    encoding >= SHEET_ENCODINGS)
		return false;
#define X(member)                   \
	if (!take(&s, &v) || v < 0) \
		return false;       \
	f->member = (__typeof__(f->member))v;
	NUMBERS(X)
#undef X
	*ret_tab = tab < 0 ? SIZE_MAX : (size_t)tab;
	f->encoding = (enum sheet_encoding)encoding;
	f->delimiter = (char)delimiter;
	f->spill = spill ? CHILD_SPILL : -1;
	f->name = s;
	*ret_sealed = sealed != 0;
	return true;
}
