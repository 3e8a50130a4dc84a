#include "cli/options.h"

#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "base/str.h"

enum { MAX_OPTIONS = 32 };

/* The options of this subcommand and those of all. */
struct known {
	struct opt v[MAX_OPTIONS];
	size_t n;
	bool help;
};

static void known_add(struct known *k, struct opt o)
{
	REQUIRE(k->n < MAX_OPTIONS);
	k->v[k->n++] = o;
}

static const struct opt *find_name(const struct known *k, struct str name)
{
	for (size_t i = 0; i < k->n; i++)
		if (str_eq(str_of(k->v[i].name), name))
			return &k->v[i];
	return NULL;
}

static const struct opt *find_letter(const struct known *k, char letter)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->v[i].letter && k->v[i].letter == letter)
			return &k->v[i];
	return NULL;
}

int usage_wrong(const struct cli *cli)
{
	fprintf(
	    stderr, "pratu %s %s\n", cli->command->name, cli->command->usage);
	return EXIT_USAGE;
}

static bool unknown(const struct cli *cli, const struct known *k,
    struct str arg, struct str name)
{
	const char *names[MAX_OPTIONS];

	for (size_t i = 0; i < k->n; i++)
		names[i] = k->v[i].name;
	struct str near = near_name(name, names, k->n);
	if (near.n)
		say2(cli, MSG_cli_option_unknown_near, arg,
		    str_cat(cli->arena, STR("--"), near));
	else
		say1(cli, MSG_cli_option_unknown, arg);
	return false;
}

static bool take(const struct cli *cli, const struct opt *o, struct str arg,
    struct str value)
{
	if (o->text) {
		*o->text = value;
		return true;
	}
	if (o->list->n == COUNT(o->list->v)) {
		say1(cli, MSG_cli_too_many, arg);
		return false;
	}
	o->list->v[o->list->n++] = value;
	return true;
}

/* Reads the option at argv[*i], which starts with '-'. */
static bool read_option(const struct cli *cli, const struct known *k, int *i)
{
	struct str arg = str_of(cli->argv[*i]);
	struct str name = arg, value = { NULL, 0 };
	const struct opt *o;

	if (str_take(&name, STR("--"))) {
		struct str whole = name;
		str_cut(whole, '=', &name, &value);
		o = find_name(k, name);
	} else {
		name = str_from(arg, 1);
		o = name.n == 1 ? find_letter(k, name.p[0]) : NULL;
	}
	if (!o)
		return unknown(cli, k, arg, name);
	if (o->flag) {
		if (value.p) {
			say1(cli, MSG_cli_option_no_value, arg);
			return false;
		}
		*o->flag = true;
		return true;
	}
	if (!value.p) {
		if (*i + 1 >= cli->argc) {
			say1(cli, MSG_cli_option_value, arg);
			return false;
		}
		value = str_of(cli->argv[++*i]);
	}
	return take(cli, o, arg, value);
}

static bool read_all(
    const struct cli *cli, const struct known *k, struct words *ret)
{
	bool options = true;

	for (int i = 0; i < cli->argc; i++) {
		struct str arg = str_of(cli->argv[i]);
		if (options && str_eq(arg, STR("--"))) {
			options = false;
		} else if (options && arg.n > 1 && arg.p[0] == '-') {
			if (!read_option(cli, k, &i))
				return false;
		} else if (ret->n == COUNT(ret->v)) {
			say1(cli, MSG_cli_too_many, arg);
			return false;
		} else {
			ret->v[ret->n++] = arg;
		}
	}
	return true;
}

static void show_help(const struct cli *cli)
{
	struct str text = msg_text(cli->cx.lang, cli->command->help);

	printf("pratu %s %s\n", cli->command->name, cli->command->usage);
	printf("  %.*s\n", STR_ARG(text));
	text = msg_text(cli->cx.lang, MSG_cli_help_common);
	printf("  %.*s\n", STR_ARG(text));
}

bool options_read(struct cli *cli, const struct opt *opts, size_t n, size_t min,
    size_t max, struct words *ret, int *ret_exit)
{
	struct known k = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		known_add(&k, opts[i]);
	known_add(&k, (struct opt){ .name = "dir", .text = &cli->dir });
	known_add(&k, (struct opt){ .name = "config", .text = &cli->config });
	known_add(&k, (struct opt){ .name = "json", .flag = &cli->json });
	known_add(
	    &k, (struct opt){ .name = "help", .letter = 'h', .flag = &k.help });
	*ret = (struct words){ .n = 0 };
	bool well = read_all(cli, &k, ret);
	if (k.help) {
		show_help(cli);
		*ret_exit = EXIT_DONE;
		return false;
	}
	if (well && ret->n < min) {
		say(cli, MSG_cli_too_few);
		well = false;
	}
	if (well && ret->n > max) {
		say1(cli, MSG_cli_too_many, ret->v[max]);
		well = false;
	}
	if (!well)
		*ret_exit = usage_wrong(cli);
	return well;
}

bool option_number(const struct cli *cli, const char *name, struct str text,
    int64_t min, int64_t max, int64_t *ret)
{
	int64_t n;

	if (str_i64(text, &n) && n >= min && n <= max) {
		*ret = n;
		return true;
	}
	say3(cli, MSG_cli_number, str_of(name),
	    str_fmt(cli->arena, "%lld", (long long)min),
	    str_fmt(cli->arena, "%lld", (long long)max));
	return false;
}
