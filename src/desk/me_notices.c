#include "desk/me_notices.h"

#include "base/str.h"
#include "core/notice_choice.h"
#include "desk/pages.h"
#include "sql/sql.h"

static struct str word(
    const struct visit *v, const char *prefix, const char *code)
{
	return msg_code(v->cx.arena, v->cx.lang, str_of(prefix), str_of(code));
}

static struct ui_field field_of(
    const struct visit *v, enum notice_group g, enum notice_how now)
{
	struct ui_choice *c = ARENA_ARRAY(v->cx.arena, struct ui_choice, HOWS);
	size_t n = 0;
	for (enum notice_how h = 0; h < HOWS; h++)
		if (notice_may(g, h))
			c[n++] = (struct ui_choice){ .value = str_of(
							 notice_how_names[h]),
				.label =
				    word(v, "notice-how.", notice_how_names[h]),
				.chosen = h == now };
	return (struct ui_field){ .kind = UI_RADIOS,
		.name = str_of(notice_group_names[g]),
		.label = word(v, "notice-group.", notice_group_names[g]),
		.hint = word(v, "notice-group-hint.", notice_group_names[g]),
		.choices = c,
		.n_choices = n };
}

enum err me_notices_put(struct visit *v, struct me_page *page)
{
	struct notice_choices c = { 0 };
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = notice_choices_get(&v->cx, &c);
	store_end(&v->cx);
	if (e)
		return e;
	page->notices_form =
	    (struct ui_form){ .action = url_local(STR("/me/notices")) };
	for (enum notice_group g = GROUP_always + 1; g < GROUPS; g++) {
		REQUIRE(page->n_notices < COUNT(page->notices));
		page->notices[page->n_notices++] = field_of(v, g, c.how[g]);
	}
	return OK;
}

static enum err wrong_choice(struct visit *v, enum notice_group g)
{
	field_wrong(&v->cx, str_of(notice_group_names[g]), MSG_field_notice_how,
	    STR(""));
	return fields_end(&v->cx);
}

static enum err put(struct visit *v, void *arg)
{
	return notice_choices_put(&v->cx, arg);
}

/* The page's radios have what may be chosen: whatever else comes is no form of
 * ours. */
enum err page_me_notices(struct visit *v)
{
	struct notice_choices c = { 0 };
	for (enum notice_group g = GROUP_always + 1; g < GROUPS; g++)
		if (!notice_how_parse(
			visit_form(v, notice_group_names[g]), &c.how[g]))
			return wrong_choice(v, g);
	enum err e = visit_change(v, put, &c);
	return e ? e : visit_go(v, STR("/me?done=1"));
}

static json_t *choices_json(struct arena *a, const struct notice_choices *c)
{
	json_t *o = json_new_object(a), *list = json_new_array(a);
	for (enum notice_group g = GROUP_always + 1; g < GROUPS; g++) {
		json_t *one = json_new_object(a), *may = json_new_array(a);
		json_put_text(one, "group", str_of(notice_group_names[g]));
		json_put_text(one, "how", str_of(notice_how_names[c->how[g]]));
		for (enum notice_how h = 0; h < HOWS; h++)
			if (notice_may(g, h))
				json_add_text(may, str_of(notice_how_names[h]));
		json_put(one, "may", may);
		json_add(list, one);
	}
	json_put(o, "choices", list);
	return o;
}

enum err api_me_notices(struct visit *v)
{
	struct notice_choices c = { 0 };
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = notice_choices_get(&v->cx, &c);
	store_end(&v->cx);
	return e ? e : visit_json(v, 200, choices_json(v->cx.arena, &c));
}

/* What is left out stays as it is. */
static enum err choose(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct notice_choices c;
	(void)arg;
	enum err e = notice_choices_get(&v->cx, &c);
	if (e)
		return e;
	for (enum notice_group g = GROUP_always + 1; g < GROUPS; g++) {
		const json_t *how = json_value(v->body, notice_group_names[g]);
		if (how != NULL &&
		    !notice_how_parse(json_as_text(how), &c.how[g]))
			return wrong_choice(v, g);
	}
	e = notice_choices_put(&v->cx, &c);
	*ret_status = 200;
	if (!e)
		*ret = choices_json(v->cx.arena, &c);
	return e;
}

enum err api_me_notices_put(struct visit *v)
{
	return visit_act(v, choose, NULL);
}
