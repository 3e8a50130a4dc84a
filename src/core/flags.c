#include "core/flags.h"

#include "base/str.h"

const char *const flag_names[FLAGS] = {
#define FLAG(name, dpo) [FLAG_##name] = #name,
#include "core/flags.def"
#undef FLAG
};

static const bool dpos[FLAGS] = {
#define FLAG(name, dpo) [FLAG_##name] = (dpo),
#include "core/flags.def"
#undef FLAG
};

static bool is_one(const json_t *answers, const char *key, const char *value)
{
	return str_eq(json_text(answers, key), str_of(value));
}

static bool lists_it(const json_t *answers, const char *key, const char *value)
{
	const json_t *list = json_list(answers, key);
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(
			json_as_text(json_array_get(list, i)), str_of(value)))
			return true;
	return false;
}

/* What was prepared: the classes of the columns that are given out, and how many
 * rows there are. */
struct made {
	bool personal, sensitive;
	int64_t rows;
};

static void look_at_part(const json_t *part, struct made *m)
{
	const json_t *columns = json_list(part, "columns");
	m->rows += json_int(part, "rows", 0);
	for (size_t i = 0; i < json_array_size(columns); i++) {
		const json_t *c = json_array_get(columns, i);
		if (is_one(c, "mask", "drop"))
			continue;
		m->sensitive |= is_one(c, "class", "sensitive");
		m->personal |= is_one(c, "class", "personal");
	}
}

static struct made made_of(const json_t *artefact)
{
	struct made m = { 0 };
	const json_t *parts = json_list(artefact, "parts");
	for (size_t i = 0; i < json_array_size(parts); i++)
		look_at_part(json_array_get(parts, i), &m);
	m.personal |= m.sensitive;
	return m;
}

/* A service that the office offers for the system, beyond what its procedure
 * names (N-13: only HRIS has an API). */
static bool service_flagged(
    const struct facts *facts, const struct case_file *f)
{
	for (size_t i = 0; i < f->systems.n; i++) {
		const struct system *s = system_find(
		    facts->systems, facts->n_systems, f->systems.v[i].code);
		for (size_t k = 0; s != NULL && k < s->n_services; k++)
			if (s->flagged[k] &&
			    str_eq(s->services[k], f->service_type))
				return true;
	}
	return false;
}

unsigned flags_of(const struct facts *facts, const struct case_file *f)
{
	const json_t *a = f->answers;
	struct made m = made_of(f->artefact);
	struct str basis = json_text(a, "lawful_basis");
	struct str recipient = json_text(a, "recipient_kind");
	bool identified = is_one(a, "identifiability", "identified");
	bool persons = identified || m.personal ||
	               is_one(a, "identifiability", "pseudonymous") ||
	               (basis.n > 0 && !str_eq(basis, STR("not-personal")));
	int64_t many = facts->many_rows > 0 ? facts->many_rows : FLAG_MANY_ROWS;
	unsigned flags = 0;
	if (persons)
		flags |= FLAG_BIT(FLAG_personal);
	if (str_eq(basis, STR("pdpa-26")) || m.sensitive)
		flags |= FLAG_BIT(FLAG_sensitive);
	/* Who applies to a university is as a rule not of age (20 years). */
	if (json_flag(a, "minors") ||
	    (persons && lists_it(a, "subjects", "applicants")))
		flags |= FLAG_BIT(FLAG_minors);
	if (recipient.n > 0 && !str_eq(recipient, STR("university")))
		flags |= FLAG_BIT(FLAG_outside);
	if ((identified || m.personal) && m.rows > many)
		flags |= FLAG_BIT(FLAG_many);
	if (service_flagged(facts, f))
		flags |= FLAG_BIT(FLAG_service);
	return flags;
}

unsigned flags_for_dpo(unsigned flags)
{
	unsigned mask = 0;
	for (unsigned i = 0; i < FLAGS; i++)
		if (dpos[i])
			mask |= FLAG_BIT(i);
	return flags & mask;
}

struct str flags_words(struct arena *a, enum lang lang, unsigned flags)
{
	struct str all = STR("");
	for (unsigned i = 0; i < FLAGS; i++)
		if (flags & FLAG_BIT(i))
			all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all),
			    all.n ? ", " : "",
			    STR_ARG(msg_code(
				a, lang, STR("flag."), str_of(flag_names[i]))));
	return all;
}

json_t *flags_json(struct arena *a, unsigned flags)
{
	json_t *list = json_new_array(a);
	for (unsigned i = 0; i < FLAGS; i++)
		if (flags & FLAG_BIT(i))
			json_add_text(list, str_of(flag_names[i]));
	return list;
}
