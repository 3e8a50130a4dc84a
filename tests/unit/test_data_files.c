/* Files with data as the events tell of them: when each goes, and which. */
#include "core/data_files.h"
#include "engine_play.h"

static void destroyed(struct play *p, int64_t at)
{
	json_t *data = json_new_object(p->cx.arena);
	json_t *files =
	    parsed(p, "[{\"kind\":\"artefacts\",\"sha256\":\"s\","
		      "\"name\":\"a.csv\",\"bytes\":3,\"how\":\"destroyed\"}]");
	json_put_int(json_array_get(files, 0), "at", at);
	json_put(data, "files", files);
	take(p, (struct event){ .version = p->f.version + 1,
		    .at = p->cx.now,
		    .type = EVENT_destroyed,
		    .request = p->f.no,
		    .actor = STR("system"),
		    .data = data });
}

static const struct data_file *file(const struct play *p)
{
	const struct data_file *d =
	    data_file_of(&p->f, STR("artefacts"), STR("s"));
	REQUIRE(d != NULL);
	return d;
}

/* Refused after what was agreed had ended, and the same bytes are prepared for
 * another delivery. */
static void bytes_made_anew_have_an_end_of_their_own(void)
{
	struct play *p = icit_until(STATE_acceptance);
	const struct keeping keeping = { .days = 30 };
	int64_t end_at = date_start_ms((struct date){ 2027, 2, 1 });
	T_CHECK(data_file_due(&p->f, file(p), keeping) == end_at, "delivered");
	DO(p, req, accept, "{\"outcome\":\"refused\",\"comment\":\"c\"}");
	prepare(p, off);
	T_CHECK(data_file_ends(&p->f, file(p)) == 0, "of the old document");
	T_CHECK(data_file_due(&p->f, file(p), keeping) == 0, "is not due");
	DO(p, off, deliver, DELIVERED);
	T_CHECK(data_file_due(&p->f, file(p), keeping) == end_at, "again");
	end(p);
}

static void what_is_gone_is_not_delivered(void)
{
	struct play *p = icit_until(STATE_delivery);
	destroyed(p, p->cx.now);
	T_CHECK(file(p)->gone == p->cx.now, "gone");
	REFUSED(p, off, deliver, DELIVERED, ERR_CONFLICT, "artefact-gone");
	prepare(p, off);
	T_CHECK(data_files_lost(&p->f) == NULL, "there again");
	DO(p, off, deliver, DELIVERED);
	end(p);
}

static void a_late_report_is_of_the_bytes_before(void)
{
	struct play *p = icit_until(STATE_delivery);
	destroyed(p, file(p)->made - 1);
	T_CHECK(file(p)->gone == 0, "what was made since is there");
	DO(p, off, deliver, DELIVERED);
	destroyed(p, file(p)->made - 1);
	T_TEXT(p->f.documents.v[0].state, STR("given"));
	destroyed(p, p->cx.now);
	T_TEXT(p->f.documents.v[0].state, STR("destroyed"));
	end(p);
}

/* It began on a day: what had ended before goes so many days after that. */
static void days_run_from_when_it_began(void)
{
	struct play *p = icit_until(STATE_closed);
	int64_t closed = p->f.closed;
	int64_t ends = data_file_ends(&p->f, file(p));
	struct keeping k = { .days = 30 };
	T_CHECK(data_file_due(&p->f, file(p), k) == closed + 30 * DAY_MS,
	    "from its end");
	k.from = closed + DAY_MS;
	T_CHECK(data_file_due(&p->f, file(p), k) == k.from + 30 * DAY_MS,
	    "from then");
	k.from = ends - DAY_MS;
	T_CHECK(data_file_due(&p->f, file(p), k) == ends, "what was agreed");
	k.from = ends + DAY_MS;
	T_CHECK(data_file_due(&p->f, file(p), k) == k.from + 30 * DAY_MS,
	    "all was over");
	end(p);
}

static void outsiders_read_of_what_was_handed_over(void)
{
	struct play *p = icit_until(STATE_acceptance);
	json_t *data = json_new_object(p->cx.arena);
	json_put(data, "files",
	    parsed(p, "[{\"kind\":\"artefacts\",\"sha256\":\"s\"},"
		      "{\"kind\":\"uploads\",\"sha256\":\"s\"},"
		      "{\"kind\":\"artefacts\",\"sha256\":\"never\"}]"));
	static const struct {
		enum whom who;
		size_t n;
	} table[] = { { req, 1 }, { hr, 1 }, { off, 3 }, { dir, 3 } };
	for (size_t i = 0; i < COUNT(table); i++) {
		const json_t *list = data_files_told(
		    p->cx.arena, &p->f, &p->people[table[i].who], data);
		T_CHECK(json_array_size(list) == table[i].n, "%s: %zu",
		    names[table[i].who], json_array_size(list));
	}
	end(p);
}

int main(void)
{
	crypt_init();
	T_RUN(bytes_made_anew_have_an_end_of_their_own);
	T_RUN(what_is_gone_is_not_delivered);
	T_RUN(a_late_report_is_of_the_bytes_before);
	T_RUN(days_run_from_when_it_began);
	T_RUN(outsiders_read_of_what_was_handed_over);
	return T_PLAN();
}
