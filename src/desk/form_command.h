/* form_command.h - a posted form becomes the body of a command, by the table of
 * fields (core/command_fields.def). A field is called "COMMAND.FIELD", so that
 * the forms of several commands can stand on one page:
 *
 *   text, lines, choice, file   as they are; line ends become LF
 *   date, moment                NAME-day, NAME-month, NAME-year
 *   list of texts or files      repeated, or lines or commas in one
 *   object                      "COMMAND.FIELD.KEY"; "yes" is true
 *   list of objects             lines "item: reason" (what is not given)
 *
 * Nothing is checked here: what cannot be read goes on as text, so that the
 * command says what is wrong with it. */
#ifndef DESK_FORM_COMMAND_H
#define DESK_FORM_COMMAND_H

#include "core/command_body.h"
#include "desk/app.h"

json_t *form_command(struct visit *, enum command);

/* "COMMAND.FIELD" */
struct str form_name(struct arena *, enum command, struct str field);
/* A day from its three fields, as people write it: "1/3/2569"; or what stands
 * in `name` itself. Empty when nothing is there. */
struct str form_date(const struct visit *, struct str name);
/* Adds the lines (and, with `commas`, what stands between commas) of `s`. */
void form_lines(json_t *list, struct str s, bool commas);
/* The same text with LF for CR LF. */
struct str form_unix(struct arena *, struct str);

#endif
