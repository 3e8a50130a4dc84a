/* demo.h - the demo university: invented people, offices and systems in the
 * stores, and nine sources with invented rows. docs/DEMO.md shows it all. */
#ifndef CLI_DEMO_DEMO_H
#define CLI_DEMO_DEMO_H

#include "base/ctx.h"
#include "base/json.h"

/* Units, offices, systems and people, with new passwords and tokens, into the
 * people store, and what demo.json says of them to the end of the array
 * `ret_people`: {role, name, email, password, token, offices[]}, one entry for
 * each person and role. The second time nothing changes and the same entries
 * come: they are kept in the setting "demo.people". Write transaction. */
MUST_CHECK enum err demo_people(struct ctx *, json_t *ret_people);

/* Makes `folder`/CODE.db for each system, those that are not there yet; the
 * folder exists. `scale` (1 to 1,000) multiplies the rows. No transaction. */
MUST_CHECK enum err demo_sources(
    struct ctx *, struct str folder, int64_t scale);
/* Lists them in the shared store, each under its system's code, unless a source
 * of that name is there. `folder` is absolute. Write transaction on the shared
 * store. */
MUST_CHECK enum err demo_sources_list(struct ctx *, struct str folder);

#endif
