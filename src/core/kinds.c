#include "core/kinds.h"

#include "base/str.h"

const char *const role_names[ROLES] = {
#define ROLE(name, sees) [ROLE_##name] = #name,
#include "core/roles.def"
#undef ROLE
};

const char role_sees[ROLES] = {
#define ROLE(name, sees) [ROLE_##name] = sees,
#include "core/roles.def"
#undef ROLE
};

const char *const command_names[COMMANDS] = {
#define COMMAND(name) [COMMAND_##name] = #name,
#include "core/commands.def"
#undef COMMAND
};

const char *const stage_names[STAGES] = {
#define STAGE(name, commands) [STAGE_##name] = #name,
#include "core/stages.def"
#undef STAGE
};

#define CMD(name) COMMAND_BIT(COMMAND_##name)
const uint32_t stage_commands[STAGES] = {
#define STAGE(name, commands) [STAGE_##name] = commands,
#include "core/stages.def"
#undef STAGE
};

const char *const state_names[STATES] = {
#define STAGE(name, commands) [STATE_##name] = #name,
#include "core/stages.def"
#undef STAGE
	[STATE_draft] = "draft",
	[STATE_waiting] = "waiting",
	[STATE_closed] = "closed",
};

const char *const outcome_names[OUTCOMES] = {
	[OUTCOME_none] = "",
	[OUTCOME_accepted] = "accepted",
	[OUTCOME_delivered] = "delivered",
	[OUTCOME_declined] = "declined",
	[OUTCOME_rejected] = "rejected",
	[OUTCOME_cannot] = "cannot",
	[OUTCOME_withdrawn] = "withdrawn",
};

const char *const outcome_words[OUTCOME_WORDS] = {
#define STAGE_OUTCOME(kind, outcome, goes, closes) [WORD_##outcome] = #outcome,
#include "core/stage_outcomes.def"
#undef STAGE_OUTCOME
};

const char *const register_field_names[REGISTER_FIELDS] = {
#define REGISTER_FIELD(name, type) [REGISTER_##name] = #name,
#include "core/register_fields.def"
#undef REGISTER_FIELD
};

int kind_find(struct str name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, str_of(names[i])))
			return (int)i;
	return -1;
}
