#include "core/sweep.h"

#include "core/hook_delivery.h"
#include "sql/sql.h"

#define DAY_MS INT64_C(86400000)

enum err people_sweep(struct ctx *cx)
{
	/* Few rows each: who is signed in, tokens, links of two months. A scan
	 * of them once a minute costs less than an index on each change. */
	enum err e = sql_exec(cx, SQL("delete from session where expires < $1"),
	    VALS(val_i64(cx->now)), NULL);
	if (!e)
		e = sql_exec(cx,
		    SQL_SCAN("delete from token where expires < $1"),
		    VALS(val_i64(cx->now - DAY_MS)), NULL);
	if (!e)
		e = sql_exec(cx,
		    SQL_SCAN("delete from link where expires < $1"),
		    VALS(val_i64(cx->now - DAY_MS)), NULL);
	if (!e)
		e = sql_exec(cx, SQL("delete from idempotency where at < $1"),
		    VALS(val_i64(cx->now - DAY_MS)), NULL);
	if (!e)
		e = hooks_sweep(cx);
	return e;
}
