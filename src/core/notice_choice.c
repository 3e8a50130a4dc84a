#include "core/notice_choice.h"

#include "base/str.h"
#include "core/kinds.h"
#include "core/people.h"
#include "sql/sql.h"

const char *const notice_group_names[GROUPS] = {
	[GROUP_always] = "always",
#define NOTICE_GROUP(name, silent) [GROUP_##name] = #name,
#include "core/notice_groups.def"
#undef NOTICE_GROUP
};

static const bool may_be_silent[GROUPS] = {
#define NOTICE_GROUP(name, silent) [GROUP_##name] = silent,
#include "core/notice_groups.def"
#undef NOTICE_GROUP
};

const char *const notice_how_names[HOWS] = {
	[HOW_now] = "now",
	[HOW_digest] = "digest",
	[HOW_none] = "none",
};

/* One that is not named here goes at once. */
static const enum notice_group groups[NOTICES] = {
	[NOTICE_waiting] = GROUP_waits,
	[NOTICE_assigned] = GROUP_waits,
	[NOTICE_asked] = GROUP_waits,
	[NOTICE_unusable] = GROUP_waits,
	[NOTICE_lost] = GROUP_waits,
	[NOTICE_replied] = GROUP_waits,
	[NOTICE_refused] = GROUP_waits,
	[NOTICE_letter] = GROUP_waits,
	[NOTICE_proposed] = GROUP_waits,
	[NOTICE_consulted] = GROUP_waits,
	[NOTICE_handed] = GROUP_waits,
	[NOTICE_flagged] = GROUP_waits,
	[NOTICE_reminder] = GROUP_waits,
	[NOTICE_overdue] = GROUP_waits,
	[NOTICE_unsorted] = GROUP_waits,
	[NOTICE_round] = GROUP_waits,
	[NOTICE_codes] = GROUP_waits,
	[NOTICE_declined] = GROUP_results,
	[NOTICE_rejected] = GROUP_results,
	[NOTICE_cannot] = GROUP_results,
	[NOTICE_delivered] = GROUP_results,
	[NOTICE_extended] = GROUP_results,
	[NOTICE_recalculated] = GROUP_results,
	[NOTICE_lapsed] = GROUP_results,
	[NOTICE_found] = GROUP_results,
	[NOTICE_held] = GROUP_results,
	[NOTICE_lifted] = GROUP_results,
	[NOTICE_withdrawn] = GROUP_news,
	[NOTICE_closed] = GROUP_news,
	[NOTICE_message] = GROUP_news,
	[NOTICE_shared] = GROUP_news,
	[NOTICE_unshared] = GROUP_news,
	[NOTICE_opined] = GROUP_news,
	[NOTICE_unhanded] = GROUP_news,
	[NOTICE_delegated] = GROUP_news,
	[NOTICE_undelegated] = GROUP_news,
};

enum notice_group notice_group_of(enum notice_kind kind)
{
	return groups[kind];
}

bool notice_may(enum notice_group group, enum notice_how how)
{
	if (group == GROUP_always)
		return how == HOW_now;
	return how != HOW_none || may_be_silent[group];
}

bool notice_how_parse(struct str word, enum notice_how *ret)
{
	int k = kind_find(word, notice_how_names, HOWS);
	if (k >= 0)
		*ret = (enum notice_how)k;
	return k >= 0;
}

enum err notice_choices_get(struct ctx *cx, struct notice_choices *ret)
{
	struct rows rows;
	struct notice_choices c = { 0 };
	enum err e = sql_all(cx,
	    SQL("select grp, how from notice_choice where person = $1"),
	    VALS(val_i64(cx->actor->person.id)), &rows);
	for (size_t i = 0; !e && i < rows.n; i++) {
		int group = kind_find(
		    row_str(rows.row[i], "grp"), notice_group_names, GROUPS);
		enum notice_how how;
		if (group > 0 &&
		    notice_how_parse(row_str(rows.row[i], "how"), &how))
			c.how[group] = how;
	}
	if (!e)
		*ret = c;
	return e;
}

enum err notice_choices_put(struct ctx *cx, const struct notice_choices *c)
{
	for (enum notice_group g = GROUP_always + 1; g < GROUPS; g++)
		if (!notice_may(g, c->how[g]))
			field_wrong(cx, str_of(notice_group_names[g]),
			    MSG_field_notice_not_silent, STR(""));
	enum err e = fields_end(cx);
	for (enum notice_group g = GROUP_always + 1; !e && g < GROUPS; g++)
		e = sql_exec(cx,
		    SQL("insert into notice_choice (person, grp, how)"
			" values ($1, $2, $3)"
			" on conflict (person, grp) do update set how = $3"),
		    VALS(val_i64(cx->actor->person.id),
			val_str(str_of(notice_group_names[g])),
			val_str(str_of(notice_how_names[c->how[g]]))),
		    NULL);
	return e;
}

enum err notice_how_of(
    struct ctx *cx, const struct notice *n, enum notice_how *ret)
{
	enum notice_group group = notice_group_of(n->kind);
	enum notice_how how = HOW_now;
	struct row row;
	bool found = false;
	*ret = HOW_now;
	if (group == GROUP_always || n->cc.n > 0)
		return OK;
	enum err e = sql_find(cx,
	    SQL("select c.how from person p join notice_choice c"
		" on c.person = p.id where p.email = $1 and c.grp = $2"),
	    VALS(val_str(n->recipient),
		val_str(str_of(notice_group_names[group]))),
	    &row, &found);
	if (!e && found && notice_how_parse(row_str(row, "how"), &how) &&
	    notice_may(group, how))
		*ret = how;
	return e;
}
