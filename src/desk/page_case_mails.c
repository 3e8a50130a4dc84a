/* Mails that left for the request: to whom, and whether they arrived. */
#include "base/str.h"
#include "desk/page_case.h"

enum { MAIL_COLUMNS = 3, MAX_WORDS = 4096 };

static const enum ui_tone tones[ENVELOPE_STATES] = {
	[ENVELOPE_WAITING] = UI_WAIT,
	[ENVELOPE_SENT] = UI_GOOD,
	[ENVELOPE_FAILED] = UI_BAD,
};

static struct str state_word(
    const struct case_work *w, enum envelope_state state)
{
	return msg_code(w->v->cx.arena, w->v->cx.lang, STR("sending.state."),
	    str_of(envelope_state_names[state]));
}

/* The worst that became of it: one that failed is what the reader must know. */
static enum envelope_state worst_of(const struct mail *m)
{
	enum envelope_state worst = ENVELOPE_SENT;
	for (size_t i = 0; i < m->n_envelopes; i++) {
		enum envelope_state state = m->envelopes[i].state;
		if (state == ENVELOPE_FAILED)
			return state;
		if (state == ENVELOPE_WAITING)
			worst = state;
	}
	return worst;
}

/* What the server said of each address that has not got it; and which may have
 * got it twice. */
static struct str said_of(const struct case_work *w, const struct mail *m)
{
	struct buf b = buf_new(w->v->cx.arena, MAX_WORDS);
	for (size_t i = 0; i < m->n_envelopes; i++) {
		const struct envelope *n = &m->envelopes[i];
		const char *between = b.n ? " · " : "";
		if (n->state != ENVELOPE_SENT && n->answer.n > 0)
			buf_fmt(&b, "%s%.*s: %.*s", between, STR_ARG(n->email),
			    STR_ARG(n->answer));
		else if (n->state == ENVELOPE_SENT && n->unsure > 0)
			buf_fmt(&b, "%s%.*s: %.*s", between, STR_ARG(n->email),
			    STR_ARG(case_say(w, MSG_sending_repeated)));
	}
	return buf_view(&b);
}

static void put_row(
    const struct case_work *w, const struct mail *m, struct ui_cell *c)
{
	struct arena *a = w->v->cx.arena;
	const struct str args[] = { w->f.no,
		str_fmt(a, "%lld", (long long)m->notice) };
	enum envelope_state state = worst_of(m);
	c[0].text = m->subject;
	if (m->sha256.n > 0)
		c[0].url =
		    url_path(a, "/requests/{}/mails/{}", COUNT(args), args);
	c[0].sub = case_when(w, m->at);
	c[1].text = m->recipient;
	if (m->cc.n > 0)
		c[1].sub = case_say1(w, MSG_sending_copies, m->cc);
	c[2].text = state_word(w, state);
	c[2].badge = true;
	c[2].tone = tones[state];
	c[2].sub = said_of(w, m);
}

void case_put_mails(const struct case_work *w, struct case_page *page)
{
	static const enum msg labels[MAIL_COLUMNS] = { MSG_sending_subject,
		MSG_sending_to, MSG_sending_how };
	struct arena *a = w->v->cx.arena;
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, MAIL_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, w->n_mails * MAIL_COLUMNS + 1);
	for (size_t i = 0; i < MAIL_COLUMNS; i++)
		columns[i].label = case_say(w, labels[i]);
	for (size_t i = 0; i < w->n_mails; i++) {
		put_row(w, &w->mails[i], &cells[i * MAIL_COLUMNS]);
		if (worst_of(&w->mails[i]) == ENVELOPE_FAILED)
			page->bounced = case_say(w, MSG_sending_bounced);
	}
	page->mails =
	    (struct ui_table){ .caption = case_say(w, MSG_sending_mails),
		    .hide_caption = true,
		    .columns = columns,
		    .n_columns = MAIL_COLUMNS,
		    .cells = cells,
		    .n_rows = w->n_mails };
}
