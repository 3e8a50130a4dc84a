/* page_case.h - the page of one request: what is read for it, and what its
 * template is given. The parts are made in page_case_*.c. */
#ifndef DESK_PAGE_CASE_H
#define DESK_PAGE_CASE_H

#include "core/cases.h"
#include "core/clock.h"
#include "core/data_files.h"
#include "core/grants.h"
#include "core/mails.h"
#include "core/office_settings.h"
#include "desk/pages.h"

/* One open stage and who holds it. */
struct case_wait {
	struct str role; /* what the procedure calls it */
	struct str unit;
	int64_t since;
	const struct person *people;
	size_t n_people;
};

/* Everything read for one page, in one read transaction. */
struct case_work {
	struct visit *v;
	struct case_file f;
	struct facts facts;
	struct events events;
	uint32_t allowed; /* COMMAND_BITs of the viewer */
	bool inside;      /* the viewer is of the office */
	bool may_attach;
	const struct person *known; /* whom the page names */
	size_t n_known;
	const struct case_wait *waits;
	size_t n_waits;
	struct clock clock;
	int overdue;
	/* A command that was posted and refused: its form is shown again with
	 * what was typed. COMMANDS when there is none. */
	enum command given;
	int64_t seen_version; /* that the form was made from; 0 unknown */
	struct ui_problem
	    *problems; /* the forms put their labels before them */
	size_t n_problems;
	bool views; /* preparing: a view can be made in one of its sources */
	/* Whom the viewer may name: read only when he may name somebody. */
	const struct person *advisers, *takers;
	size_t n_advisers, n_takers;
	const struct mail *mails; /* that the viewer may read */
	size_t n_mails;
	struct office_settings settings; /* of the office: its ready phrases */
	struct keeping keeping;          /* of files with data */
};

/* ERR_NOT_FOUND to whoever may not see it. */
MUST_CHECK enum err case_read(
    struct visit *, struct str no, struct case_work *ret);

/* What is wrong, at the fields of the command's form. */
void case_take_problems(struct case_work *, enum command, const struct fault *);
/* The version that the posted form was made from; 0 when it does not say. */
int64_t case_seen_version(const struct visit *);
/* For ERR_STALE and ERR_CONFLICT: what has happened since. */
struct ui_notice *case_refusal(
    const struct case_work *, enum err, struct str text);

/* Words. */
struct str case_person(const struct case_work *, struct str email);
/* The same, with whom he stood in for: what an event or run says of it. */
struct str case_who(
    const struct case_work *, struct str email, const json_t *acting_for);
struct str case_role(const struct case_work *, enum role);
struct str case_unit(const struct case_work *, struct str code);
struct str case_system_name(const struct case_work *, struct str code);
struct str case_state(const struct case_work *);
enum ui_tone case_tone(const struct case_file *);
/* "3 รายการ" and the like: a message filled. */
struct str case_say(const struct case_work *, enum msg);
struct str case_say1(const struct case_work *, enum msg, struct str);
struct str case_say2(
    const struct case_work *, enum msg, struct str, struct str);
struct str case_when(const struct case_work *, int64_t ms);
/* An ISO day as people read it; as it is when it is none. */
struct str case_day(const struct case_work *, struct str iso);
/* Codes of the catalogue, with commas. */
struct str case_codes(
    const struct case_work *, const char *prefix, const json_t *list);
struct str case_number(const struct case_work *, int64_t);
/* "1.2 MB" */
struct str case_size(struct arena *, int64_t bytes);
struct url case_url(const struct case_work *, const char *below);
bool case_may(const struct case_work *, enum command);

/* A growing list of rows. */
struct rows_of {
	struct arena *arena;
	LIST(struct ui_row) list;
};
void row_text(struct rows_of *, struct str label, struct str value);
void row_lines(struct rows_of *, struct str label, struct str value);
/* Only when there is a value. */
void row_some(struct rows_of *, struct str label, struct str value);

/* What the viewer may do. */
struct case_action {
	enum command command;
	struct str id; /* "do-consent" */
	struct str title, intro;
	const struct ui_notice *warning; /* or NULL */
	const struct ui_row *rows;       /* what it is about */
	size_t n_rows;
	bool checklist; /* with the systems, owners and endorsements */
	struct ui_form form;
	const struct ui_field *fields;
	size_t n_fields;
	const struct ui_field *more; /* folded */
	size_t n_more;
	struct str more_title;
	const struct ui_button *buttons;
	size_t n_buttons;
	bool open;
};

/* Of the rest of the page. */
struct case_part {
	struct str title;
	const struct ui_row *rows;
	size_t n_rows;
	struct ui_table columns;
	struct ui_code sql;         /* to people of the office */
	const struct ui_form *look; /* to whoever may look, or NULL */
	struct ui_button look_button;
};
struct case_section {
	struct str title;
	const struct ui_row *rows;
	size_t n_rows;
};

struct case_page {
	struct url back;
	struct str number, title, state, overdue;
	enum ui_tone tone;
	const struct ui_notice *notice; /* or NULL */
	const struct ui_problem *problems;
	size_t n_problems;
	struct ui_table conflict;   /* what another did meanwhile */
	const struct ui_row *typed; /* of a form that is gone */
	size_t n_typed;
	const struct ui_row *now; /* who has it, since when, until when */
	size_t n_now;
	const struct case_action *primary; /* or NULL */
	const struct case_action *instead; /* one press beside it, or NULL */
	const struct case_action *others;
	size_t n_others;
	const struct ui_step *steps;
	size_t n_steps;
	struct ui_table systems;
	bool systems_shown; /* in the action already */
	const struct case_section *sections;
	size_t n_sections;
	const struct ui_row *papers;
	size_t n_papers;
	const struct ui_file *files;
	size_t n_files;
	const struct ui_form *copy; /* or NULL */
	struct ui_button copy_button;
	struct str no_files;
	const struct ui_form *attach;         /* or NULL */
	const struct ui_field *attach_fields; /* file, lists people */
	struct ui_button attach_button;
	struct str artefact_title;
	const struct ui_row *artefact;
	size_t n_artefact;
	const struct case_part *parts;
	size_t n_parts;
	bool may_look;
	const struct ui_file *built; /* documents of what was prepared */
	size_t n_built;
	struct ui_table connections, documents, kept;
	struct ui_table mails;
	struct ui_table brought;       /* tables that were sent in */
	struct ui_button brought_send; /* without a url: not now */
	struct str bounced;            /* some did not arrive: a badge */
	struct ui_table changes;       /* of the last reply; no rows: none */
	struct ui_table contacts;    /* telephone calls, consultations, notes */
	const struct ui_entry *talk; /* questions, replies, messages */
	size_t n_talk;
	const struct ui_entry *opinions;
	size_t n_opinions;
	const struct ui_entry *events;
	size_t n_events;
};

/* Conditions, and what was not agreed to, as rows; what was prepared beyond. */
void case_put_agreed(const struct case_work *, struct rows_of *);
void case_put_beyond(const struct case_work *, struct rows_of *);
void case_put_conflict(const struct case_work *, struct case_page *);
void case_put_way(const struct case_work *, struct case_page *);
void case_put_record(const struct case_work *, struct case_page *);
void case_put_made(const struct case_work *, struct case_page *);
/* What is kept, as what, until when (page_case_kept.c). */
void case_put_kept(const struct case_work *, struct case_page *);
void case_put_mails(const struct case_work *, struct case_page *);
void case_put_talk(const struct case_work *, struct case_page *);
void case_put_opinions(const struct case_work *, struct case_page *);
/* What needs a second look, and whether it stands still for that. */
void case_hold_row(const struct case_work *, struct rows_of *);
void case_flag_rows(const struct case_work *, struct rows_of *);
/* Opinions that were given, and whose are waited for, as rows. */
void case_opinion_rows(const struct case_work *, struct rows_of *);
/* Those whose opinion may be asked here. In the page's read transaction. */
MUST_CHECK enum err case_find_advisers(struct case_work *);
/* Those to whom the viewer may hand it. In the same. */
MUST_CHECK enum err case_find_takers(struct case_work *);
/* Who has it in hand for whom, as rows. */
void case_handover_rows(const struct case_work *, struct rows_of *);
void case_put_events(const struct case_work *, struct case_page *);
void case_put_actions(const struct case_work *, struct case_page *);
/* What was done since `version`: "ใคร ทำอะไร เมื่อไร", a line each. */
struct str case_since(const struct case_work *, int64_t version);
/* What the event says, in words. */
struct str case_event_title(const struct case_work *, const struct event *);

/* The forms of commands: page_case_form.c makes their fields. */
struct case_form {
	const struct case_work *w;
	enum command command;
	bool typed; /* values are those posted */
	LIST(struct ui_field) fields;
	LIST(struct ui_button) buttons;
	LIST(struct ui_pair) hidden;
	LIST(struct ui_row) rows;
	LIST(struct ui_field) more; /* folded, under more_title */
	struct str more_title;
	struct ui_notice *warning;
	struct str title, intro;
	bool checklist;
};
struct case_form case_form_new(const struct case_work *, enum command);
struct ui_field *form_text(struct case_form *, const char *name, enum msg label,
    enum msg hint, struct str value);
struct ui_field *form_area(struct case_form *, const char *name, enum msg label,
    enum msg hint, struct str value);
/* `value` is ISO. */
struct ui_field *form_day(struct case_form *, const char *name, enum msg label,
    enum msg hint, struct str value);
/* One or several of `choices`, which are the caller's to fill beforehand;
 * chosen is set here from what was typed. */
struct ui_field *form_choices(struct case_form *, enum ui_field_kind,
    const char *name, enum msg label, enum msg hint, struct ui_choice *choices,
    size_t n);
/* The codes between blanks, called by the catalogue's prefix + code. */
struct ui_field *form_codes(struct case_form *, enum ui_field_kind,
    const char *name, enum msg label, enum msg hint, const char *prefix,
    const char *codes, struct str chosen);
/* One of the attached files; several with `many`. */
struct ui_field *form_files(struct case_form *, const char *name,
    enum msg label, enum msg hint, bool many);
/* The office's ready phrases, of which one stands for a note left empty. */
void form_phrases(struct case_form *);
/* Puts the chosen phrase into the command's body where no note is. */
void form_take_phrase(const struct visit *, enum command, json_t *body);
void form_hidden(struct case_form *, const char *name, struct str value);
void form_button(struct case_form *, enum ui_button_kind, struct str label,
    const char *name, const char *value, enum msg confirm);
/* Before the eyes of who decides: the request, what needs a second look, the
 * opinions. */
void form_request(struct case_form *);
void form_flags(struct case_form *);
void form_opinions(struct case_form *);
/* The fields of an owner unit's answer, with what was proposed (or NULL). */
void form_consent(struct case_form *, const struct proposal *);
/* What was proposed to the viewer, shown; or NULL. The form is then about that
 * unit alone. */
const struct proposal *form_proposal(struct case_form *);
struct case_action case_form_end(struct case_form *);

/* One function for each command's form. */
#define COMMAND(name) void case_ask_##name(struct case_form *);
#include "core/commands.def"
#include "core/data_files.h"
#undef COMMAND

#endif
