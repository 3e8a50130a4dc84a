#include "base/str.h"
#include "base/thai.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/store.h"
#include "core/data_mail.h"
#include "core/disposal.h"
#include "core/people.h"
#include "core/rating.h"
#include "core/setting.h"
#include "sql/sql.h"

/* A text for people may have several lines. */
enum { MAX_VALUE = 8000 };

/* "dpo-rows", "acceptance-…", "data-files-days", "mail-domains", "elsewhere.OFFICE.th", "elsewhere.OFFICE.en". */
static bool names_one(struct cli *cli, struct str name, bool *ret)
{
	const struct office *v;
	size_t n;
	*ret = str_eq(name, STR("dpo-rows")) ||
	       str_eq(name, STR("acceptance-reminder")) ||
	       str_eq(name, STR("acceptance-closes")) ||
	       str_eq(name, STR("data-files-days")) ||
	       str_eq(name, STR("rating-bands")) ||
	       str_eq(name, STR("mail-data-class")) ||
	       str_eq(name, STR("mail-data-bytes")) ||
	       str_eq(name, STR("mail-domains"));
	if (office_list(&cli->cx, &v, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct str office =
		    str_cat(cli->arena, STR("elsewhere."), v[i].code);
		*ret |= str_eq(name, str_cat(cli->arena, office, STR(".th"))) ||
		        str_eq(name, str_cat(cli->arena, office, STR(".en")));
	}
	return true;
}

static int show(struct cli *cli, struct str name)
{
	struct str value;
	if (setting_find(&cli->cx, name, &value))
		return cli_fault(cli);
	if (cli->json) {
		json_t *o = json_new_object(cli->arena);
		json_put_text(o, "name", name);
		json_put_text_or_null(o, "value", value);
		out_json(cli, o);
	} else if (value.n > 0) {
		out_line(value);
	}
	return EXIT_DONE;
}

/* Domains with commas between, each as an address would have it. */
static bool domains_ok(struct cli *cli, struct str left)
{
	struct str one, email;
	for (bool more = true; more;) {
		more = str_cut(left, ',', &one, &left);
		one = str_cat(cli->arena, STR("a@"), str_trim(one));
		if (!email_normal(cli->arena, one, &email))
			return false;
	}
	return true;
}

static bool value_ok(struct cli *cli, struct str name, struct str value)
{
	int64_t n;
	struct rating_bands bands;
	if (str_eq(name, STR("dpo-rows")))
		return str_i64(value, &n) && n >= 1;
	if (str_starts(name, STR("acceptance-")))
		return str_i64(value, &n) && n >= 0 && n <= 60;
	if (str_eq(name, STR("data-files-days")))
		return str_i64(value, &n) && n >= 0 && n <= DISPOSAL_MAX_DAYS;
	if (str_eq(name, STR("rating-bands")))
		return rating_bands_parse(value, &bands);
	if (str_eq(name, STR("mail-data-class")))
		return data_mail_class_ok(value);
	if (str_eq(name, STR("mail-data-bytes")))
		return str_i64(value, &n) && n >= 0 && n <= DATA_MAIL_MOST;
	if (str_eq(name, STR("mail-domains")))
		return domains_ok(cli, value);
	return true;
}

static int put(struct cli *cli, struct str name, struct str value)
{
	struct str kept = thai_normal_lines(cli->arena, value);
	if (str_chars(kept) > MAX_VALUE || !value_ok(cli, name, kept)) {
		say1(cli, MSG_cli_setting_value, name);
		return EXIT_REFUSED;
	}
	if (setting_put(&cli->cx, name, kept) || store_commit(&cli->cx))
		return cli_fault(cli);
	return EXIT_DONE;
}

int cmd_setting(struct cli *cli)
{
	struct words words;
	bool known;
	int code;
	if (!options_read(cli, NULL, 0, 2, 3, &words, &code))
		return code;
	bool putting = str_eq(words.v[0], STR("put")) && words.n == 3;
	if (!putting && !(str_eq(words.v[0], STR("show")) && words.n == 2))
		return usage_wrong(cli);
	code = store_for(cli, true, putting);
	if (code)
		return code;
	if (!names_one(cli, words.v[1], &known))
		return cli_fault(cli);
	if (!known) {
		say1(cli, MSG_cli_setting_unknown, words.v[1]);
		return EXIT_NOT_FOUND;
	}
	return putting ? put(cli, words.v[1], words.v[2])
	               : show(cli, words.v[1]);
}
