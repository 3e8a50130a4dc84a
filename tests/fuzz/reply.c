/* A mail as it came: whatever is in it, what is made of it is well-formed text
 * within its limits, and no secret of a link is left. */
#include "courier/reply_read.h"

#include "base/str.h"
#include "courier/reply_text.h"
#include "fuzz.h"

static void check_text(struct str s)
{
	REQUIRE(str_utf8(s));
	for (size_t i = 0; i < s.n; i++)
		REQUIRE((unsigned char)s.p[i] >= ' ' || s.p[i] == '\n');
}

void fuzz_one(struct ctx *cx, struct str in)
{
	static bool begun;
	struct read_mail mail;
	struct str hidden;
	if (!begun)
		reply_read_init();
	begun = true;
	reply_read(cx->arena, in, &mail);
	const struct incoming *m = &mail.m;
	check_text(m->body);
	check_text(m->subject);
	check_text(m->sender_name);
	check_text(m->message_id);
	REQUIRE(m->n_to <= (size_t)REPLY_MAX_ADDRESSES);
	REQUIRE(m->n_answers <= (size_t)REPLY_MAX_ANSWERS);
	REQUIRE(m->n_failures <= (size_t)REPLY_MAX_FAILURES);
	REQUIRE(mail.n_files <= 2 * (size_t)REPLY_MAX_FILES);
	for (size_t i = 0; i < m->n_failures; i++) {
		check_text(m->failures[i].email);
		check_text(m->failures[i].answer);
	}
	for (size_t i = 0; i < mail.n_files; i++) {
		check_text(mail.files[i].name);
		REQUIRE((mail.files[i].bytes.n > 0) ==
			(mail.files[i].left_out.n == 0));
	}
	/* What was hidden stays so: nothing behind the mark but dots. */
	if (reply_hide_links(cx->arena, m->body, &hidden))
		REQUIRE(str_eq(hidden, m->body) && m->sealed);
}
