/* Why a case is late: asked of whoever hands it over after its day. */
#include "base/str.h"
#include "core/clock.h"
#include "core/command_body.h"
#include "core/decide.h"

void decision_late(struct decision *d)
{
	struct str cause = json_text(d->form, "late_cause");
	struct str reason = json_text(d->form, "late_reason");
	int days = clock_late(d->facts, d->f, d->cx->now);
	if (days == 0) {
		if (cause.n > 0)
			field_wrong(d->cx, STR("late_cause"),
			    MSG_field_not_late, STR(""));
		return;
	}
	body_needs(d->cx, d->form, "late_cause");
	/* "Another" says nothing by itself. */
	if (str_eq(cause, STR("other")))
		body_needs(d->cx, d->form, "late_reason");
	json_t *late = json_new_object(d->cx->arena);
	json_put_int(late, "days", days);
	json_put_text(late, "cause", cause);
	if (reason.n > 0)
		json_put_text(late, "reason", reason);
	json_put(d->data, "late", late);
}
