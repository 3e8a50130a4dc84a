/* template.h - papers from texts that an office edits.
 *
 * A template is lines. One that begins with a dot is an order, any other that is
 * not empty is a paragraph. {field} is the data's; a field of a field is
 * {signer.name}; **bold**. `|` parts what an order takes.
 *
 *   .. a remark
 *   .memo NAME                    a memorandum: garuda, name, head
 *   .title TEXT                   what the file is called
 *   .digits thai | arabic         as printed; arabic by default
 *   .landscape
 *   .head LABEL | TEXT [| LABEL | TEXT]    a line of the head
 *   .urgency TEXT   .secrecy TEXT   .receipt LINE | LINE …     stamps
 *   .top TEXT   .foot TEXT   .number LABEL     of each page: {page} {pages}
 *   .to LABEL | TEXT              "เรียน"
 *   .flush TEXT   .item TEXT   .heading TEXT   .centre TEXT
 *   .table MM MM * …              then .columns A | B …  and .row A | B …
 *   .sign LINE | LINE …           an empty first line is room for a hand
 *   .qr LINK | TEXT
 *   .space MM   .page
 *   .if FIELD   .unless FIELD   .each LIST     … .end
 *
 * Within .each a field is first looked for in the item, then around it. */
#ifndef PAPER_TEMPLATE_H
#define PAPER_TEMPLATE_H

#include "base/json.h"
#include "paper/paper.h"

#define TEMPLATE_BYTES_MAX ((size_t)65536)
#define TEMPLATE_LINES_MAX 2000
#define TEMPLATE_DEPTH_MAX 8
#define TEMPLATE_BLOCKS_MAX 20000
/* Lines walked over, rounds of .each, fields looked up and runs of text: enough for
 * a register of as many rows as there may be blocks. */
#define TEMPLATE_STEPS_MAX 500000
#define TEMPLATE_TEXT_MAX ((size_t)8 << 20)

/* The paper of `text` and `data`. ERR_INVALID with a wrong field "text" for each
 * fault, its argument "LINE: what". A field that is not in the data is a fault,
 * not an empty place. ERR_TOO_LARGE for more than TEMPLATE_BLOCKS_MAX blocks,
 * TEMPLATE_TEXT_MAX bytes or TEMPLATE_STEPS_MAX steps, whatever nests in what. */
MUST_CHECK enum err paper_fill(
    struct ctx *, struct str text, const json_t *data, struct paper *ret);
/* Whether it can be filled with anything of the sample's shape: every branch is
 * walked, whatever its condition says; lists of the sample have an item. */
MUST_CHECK enum err paper_check(
    struct ctx *, struct str text, const json_t *sample);

#endif
