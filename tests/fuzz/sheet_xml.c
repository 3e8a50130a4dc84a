/* The parts of a workbook without the archive around them, so that what is
 * changed is XML: the sheet, the strings, the formats and the workbook, with a
 * line "----" between. They are put into an archive, stored. */
#include <isa-l.h>

#include "base/buf.h"
#include "sheet_work.h"

#define RELATIONS(inner) "<Relationships>" inner "</Relationships>"
#define RELATION(id, type, target) \
	"<Relationship Id=\"" id "\" Type=\"/" type "\" Target=\"" target "\"/>"

struct part {
	struct str name, text;
};

static void put(struct buf *b, uint64_t v, int bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		buf_char(b, (char)v);
}

static void put_head(struct buf *b, const struct part *p)
{
	const unsigned char *bytes = (const unsigned char *)p->text.p;

	put(b, 20, 2);
	put(b, 0, 8);
	put(b, crc32_gzip_refl(0, bytes, p->text.n), 4);
	put(b, p->text.n, 4);
	put(b, p->text.n, 4);
	put(b, p->name.n, 2);
	put(b, 0, 2);
}

static struct str archive(struct arena *a, const struct part *v, size_t n)
{
	struct buf b = buf_new(a, (size_t)64 << 20);
	size_t starts[8];

	for (size_t i = 0; i < n; i++) {
		starts[i] = b.n;
		buf_str(&b, STR("PK\3\4"));
		put_head(&b, &v[i]);
		buf_str(&b, v[i].name);
		buf_str(&b, v[i].text);
	}
	size_t at = b.n;
	for (size_t i = 0; i < n; i++) {
		buf_str(&b, STR("PK\1\2"));
		put(&b, 20, 2);
		put_head(&b, &v[i]);
		put(&b, 0, 10);
		put(&b, starts[i], 4);
		buf_str(&b, v[i].name);
	}
	size_t end = b.n;
	buf_str(&b, STR("PK\5\6"));
	put(&b, 0, 4);
	put(&b, n, 2);
	put(&b, n, 2);
	put(&b, end - at, 4);
	put(&b, at, 4);
	put(&b, 0, 2);
	return buf_view(&b);
}

/* Up to a line "----"; `usual` when there is none left. */
static struct str next_part(struct str *in, struct str usual)
{
	const struct str mark = STR("\n----\n");

	if (in->n == 0)
		return usual;
	for (size_t i = 0; i + mark.n <= in->n; i++) {
		if (!str_eq(str_upto(str_from(*in, i), mark.n), mark))
			continue;
		struct str part = str_upto(*in, i);
		*in = str_from(*in, i + mark.n);
		return part;
	}
	struct str part = *in;
	*in = STR("");
	return part;
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct str sheet = next_part(&in, STR("<worksheet/>"));
	struct str strings = next_part(&in, STR("<sst/>"));
	struct str styles = next_part(&in, STR("<styleSheet/>"));
	struct str book = next_part(
	    &in, STR("<workbook><sheets><sheet name=\"a\" r:id=\"1\"/></sheets>"
		     "</workbook>"));
	const struct part parts[] = {
		{ STR("[Content_Types].xml"), STR("<Types/>") },
		{ STR("_rels/.rels"),
		    STR(RELATIONS(RELATION("1", "officeDocument", "w"))) },
		{ STR("w"), book },
		{ STR("_rels/w.rels"),
		    STR(RELATIONS(RELATION("1", "worksheet", "s") RELATION("2",
			"sharedStrings", "t") RELATION("3", "styles", "f"))) },
		{ STR("s"), sheet },
		{ STR("t"), strings },
		{ STR("f"), styles },
	};

	sheet_fuzz_read(
	    cx, archive(cx->arena, parts, COUNT(parts)), "a", NULL, NULL);
}
