#include "fmt/gzip.h"

#include <isa-l.h>

struct gzip {
	struct isal_zstream deflate;
	uint8_t level[ISAL_DEF_LVL1_DEFAULT];
};

struct gzip *gzip_new(struct arena *a)
{
	struct gzip *g = ARENA_NEW(a, struct gzip);

	isal_deflate_init(&g->deflate);
	g->deflate.gzip_flag = IGZIP_GZIP;
	g->deflate.level = 1;
	g->deflate.level_buf = g->level;
	g->deflate.level_buf_size = sizeof(g->level);
	return g;
}

void gzip_give(struct gzip *g, const void *p, size_t n, bool last)
{
	/* The library reads only; its type forgot to say so. */
	union {
		const void *c;
		uint8_t *u;
	} in = { .c = p };

	REQUIRE(n <= UINT32_MAX && g->deflate.avail_in == 0);
	g->deflate.next_in = in.u;
	g->deflate.avail_in = (uint32_t)n;
	g->deflate.end_of_stream = last;
}

size_t gzip_take(struct gzip *g, char *to, size_t max)
{
	union {
		char *c;
		uint8_t *u;
	} out = { .c = to };

	REQUIRE(max <= UINT32_MAX);
	if (g->deflate.internal_state.state == ZSTATE_END)
		return 0;
	g->deflate.next_out = out.u;
	g->deflate.avail_out = (uint32_t)max;
	REQUIRE(isal_deflate(&g->deflate) == COMP_OK);
	return max - g->deflate.avail_out;
}
