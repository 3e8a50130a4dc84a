/* files.h - files of a request, for pages and API alike. */
#ifndef DESK_FILES_H
#define DESK_FILES_H

#include "desk/app.h"

struct str files_folder(const struct visit *);
/* OK for whoever may attach now. */
enum err files_may_add(struct visit *, struct str no);
/* Keeps one file and writes it into the request. `no_people`: it was said of it
 * that it lists nobody (lists_people.h). */
enum err files_add(
    struct visit *, struct str no, const struct upload *, bool no_people);
/* Answers with the file's bytes, to be saved. */
enum err files_send(struct visit *, struct str no, struct str id);
/* Answers with a mail as it was filed, to be saved as NAME.eml and never shown in
 * the page: it holds what others wrote. */
enum err files_send_mail(
    struct visit *, struct str sha256, int64_t bytes, struct str name);
/* Around the making of an upload: a write transaction with room for one more
 * file; its end, with a ticket for the upload `id` and where it goes to. `e` is
 * what came between, and is given back. */
MUST_CHECK enum err files_ticket_begin(struct visit *, struct str no);
MUST_CHECK enum err files_ticket_end(
    struct visit *, enum err e, struct str id, struct str *ret_url);
/* A ticket of the gate for one file of data, and the id that prepare takes. */
enum err files_upload_ticket(struct visit *, struct str no, struct str name,
    struct str *ret_id, struct str *ret_url);
/* 303 to the gate's door (as "/v1/f/") with a ticket's secret; nobody learns from
 * where. */
void files_lead_to_gate(struct visit *, struct str door, struct str secret);
/* The same with a new ticket for what `subject` names. */
MUST_CHECK enum err files_lead_with_ticket(
    struct visit *, struct str door, struct str purpose, struct str subject);
/* 303 to the gate with a ticket for ten minutes. */
enum err files_fetch_document(struct visit *, struct str no, struct str id);

#endif
