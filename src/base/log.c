#include "base/log.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"

#define MAX_VALUE 2000
#define MAX_LINE ((size_t)32 << 10)

static const char *process = "pratu";

void log_process(const char *name)
{
	process = name;
}

static void member(struct buf *b, const char *key, struct str value)
{
	buf_char(b, b->n == 0 ? '{' : ',');
	buf_json(b, str_of(key));
	buf_char(b, ':');
	buf_json(b, str_upto(value, MAX_VALUE));
}

void log_event(const char *level, const char *event,
    const struct log_field *fields, size_t n)
{
	struct arena *a = arena_new();
	struct buf b = buf_new(a, MAX_LINE);
	member(&b, "time", time_iso(a, time_now_ms()));
	member(&b, "level", str_of(level));
	member(&b, "process", str_of(process));
	member(&b, "event", str_of(event));
	/* Fields that do not fit are left out, so that the line stays JSON. */
	for (size_t i = 0; i < n && b.n + 6 * MAX_VALUE + 200 < MAX_LINE; i++)
		member(&b, fields[i].key, fields[i].value);
	buf_str(&b, STR("}\n"));
	/* One write, so that lines of several threads do not mix. */
	struct str line = buf_view(&b);
	ssize_t written = write(STDERR_FILENO, line.p, line.n);
	(void)written; /* nowhere left to complain */
	arena_free(a);
}

void log_fault(struct ctx *cx, const char *event)
{
	LOG("error", event, { "why", fault_text(cx) },
	    { "detail", cx->fault.detail });
	cx->fault = (struct fault){ 0 };
}

void log_fault_of(struct ctx *cx, const char *event, struct log_field of)
{
	LOG("error", event, of, { "why", fault_text(cx) },
	    { "detail", cx->fault.detail });
	cx->fault = (struct fault){ 0 };
}
