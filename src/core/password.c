#include "core/password.h"

#include "base/str.h"
#include "core/people.h"
#include "core/secret.h"

/* A character is four bytes at the most. */
enum { MIN_CHARS = 8, MAX_CHARS = 256, MAX_BYTES = 4 * MAX_CHARS };

/* The commonest of eight characters and more, whatever their case. */
static const char common[] =
    "00000000 01234567 0123456789 0987654321 1029384756 11111111 "
    "111111111 1111111111 11112222 11223344 12121212 123123123 "
    "12312312 123321123 1234512345 12341234 12345678 123456789 "
    "1234567890 12345678910 123456789a 123456789q 12345679 1234abcd "
    "1234qwer 123qweasd 123qwe123 147258369 159357456 159753456 "
    "1a2b3c4d 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 "
    "22222222 23456789 25252525 33333333 44444444 55555555 66666666 "
    "69696969 741852963 77777777 87654321 88888888 963852741 "
    "987654321 9876543210 99999999 999999999 a1234567 a12345678 "
    "a123456789 a1b2c3d4 aa123456 aa12345678 aaaaaaaa abc12345 "
    "abcd1234 abcdefgh access14 alexander anthony1 asdasdasd "
    "asdf1234 asdfasdf asdfghjk asdfghjkl babygirl baseball "
    "basketball blink182 bluebird butterfly charlie1 chocolate "
    "computer corvette danielle dragon12 elephant facebook firebird "
    "fireball football football1 godzilla gfhjkm123 hellohello "
    "hello123 iloveyou iloveyou1 iloveyou2 internet jennifer "
    "jordan23 k1234567 letmein1 liverpool login123 lovelove "
    "manchester michelle midnight monkey12 mustang1 nicholas "
    "passw0rd password password1 password12 password123 "
    "password1234 p@ssw0rd p@ssword pa55word pakistan pokemon1 "
    "princess princess1 q1w2e3r4 q1w2e3r4t5 qazwsxedc qwe12345 "
    "qwer1234 qwerasdf qwerty12 qwerty123 qwerty1234 qwertyui "
    "qwertyuiop rangsit1 samantha samsung1 starwars sunshine "
    "superman superman1 swordfish test1234 thailand trustno1 "
    "victoria welcome1 whatever xxxxxxxx zaq12wsx zaq1zaq1 zxcvbnm1 "
    "zxcvbnm123 zzzzzzzz";

/* What must not be all there is between digits and signs: "Pratu2569!". */
static const char words[] =
    "pratu icit kmutnb kmitl registrar university admin "
    "administrator root user guest demo test login password "
    "passw0rd p@ssw0rd secret welcome letmein changeme default "
    "qwerty asdf abc abcd iloveyou thailand bangkok ประตู รหัสผ่าน "
    "มหาวิทยาลัย";

/* `list` has blanks between its words. */
static bool among(struct str s, struct str list)
{
	struct str word;

	while (list.n) {
		str_cut(list, ' ', &word, &list);
		if (str_eq_nocase(s, word))
			return true;
	}
	return false;
}

/* A digit or sign of ASCII. */
static bool is_trimming(char c)
{
	return (c > ' ' && c < 'A') || (c > 'Z' && c < 'a') ||
	       (c > 'z' && c < 0x7f);
}

static struct str core_of(struct str s)
{
	while (s.n && is_trimming(s.p[0]))
		s = str_from(s, 1);
	while (s.n && is_trimming(s.p[s.n - 1]))
		s = str_upto(s, s.n - 1);
	return s;
}

static bool one_char_only(struct str s)
{
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] != s.p[0])
			return false;
	return true;
}

static bool is_common(struct str password)
{
	return one_char_only(password) || among(password, str_of(common)) ||
	       among(core_of(password), str_of(words));
}

static bool is_personal(struct str email, struct str password)
{
	struct str local, host;

	str_cut(email, '@', &local, &host);
	return str_eq_nocase(password, email) ||
	       str_eq_nocase(password, local) ||
	       (local.n && str_eq_nocase(core_of(password), core_of(local)));
}

static void wrong(struct ctx *cx, enum msg msg, struct str arg)
{
	field_wrong(cx, STR("password"), msg, arg);
}

void password_rules(struct ctx *cx, struct str email, struct str password)
{
	if (password.n > MAX_BYTES || !str_utf8(password) ||
	    str_chars(password) > MAX_CHARS)
		wrong(cx, MSG_error_password_long, STR("256"));
	else if (str_chars(password) < MIN_CHARS)
		wrong(cx, MSG_error_password_short, STR("8"));
	else if (is_personal(email, password))
		wrong(cx, MSG_error_password_personal, STR(""));
	else if (is_common(password))
		wrong(cx, MSG_error_password_common, STR(""));
}

/* The session at hand goes on; whoever else used the old password is out. */
static enum err end_other_sessions(struct ctx *cx, int64_t person)
{
	if (!cx->actor || cx->actor->person.id != person)
		return sql_exec(cx,
		    SQL("delete from session where person = $1"),
		    VALS(val_i64(person)), NULL);
	return sql_exec(cx,
	    SQL("delete from session where person = $1 and hash <> $2"),
	    VALS(val_i64(person), val_hash(&cx->actor->secret)), NULL);
}

enum err person_set_password(
    struct ctx *cx, struct str email, struct str password)
{
	struct person p;
	enum err e = person_by_email(cx, email, &p);

	if (e)
		return e;
	password_rules(cx, p.email, password);
	e = fields_end(cx);
	if (e)
		return e;
	e = sql_exec(cx, SQL("update person set password = $1 where id = $2"),
	    VALS(val_str(password_hash(cx->arena, password)), val_i64(p.id)),
	    NULL);
	if (e)
		return e;
	return end_other_sessions(cx, p.id);
}
