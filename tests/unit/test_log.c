#include "t.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"

static struct arena *arena;

static void log_some(void)
{
	char big[5000];
	memset(big, '"', sizeof big);
	struct str long_text = str_n(big, sizeof big);
	log_process("desk");
	LOG("info", "start", { "listen", STR("127.0.0.1:80") },
	    { "text", STR("ก\n\xff\"") });
	log_event("error", "plain", NULL, 0);
	LOG("info", "long", { "a", long_text }, { "b", long_text },
	    { "c", long_text }, { "d", long_text }, { "e", long_text },
	    { "f", long_text }, { "g", long_text }, { "h", long_text },
	    { "i", long_text }, { "j", long_text }, { "k", long_text });
}

/* What log_some() writes on standard error. */
static struct str logged(void)
{
	char *room = arena_alloc(arena, 100000);
	size_t n = 0;
	ssize_t more;
	int ends[2];
	REQUIRE(pipe(ends) == 0);
	fflush(stdout);
	pid_t pid = fork();
	REQUIRE(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		log_some();
		_exit(0);
	}
	close(ends[1]);
	while ((more = read(ends[0], room + n, 100000 - n)) > 0)
		n += (size_t)more;
	close(ends[0]);
	waitpid(pid, NULL, 0);
	return str_n(room, n);
}

static void each_event_is_one_line_of_json(void)
{
	static const char *const events[] = { "start", "plain", "long" };
	struct ctx cx = ctx_new(arena, 0, LANG_EN);
	struct str rest = logged(), line;
	for (size_t i = 0; i < COUNT(events); i++) {
		json_t *v = NULL;
		int64_t at = 0;
		T_CHECK(str_cut(rest, '\n', &line, &rest), "line %zu", i);
		if (json_parse(&cx, line, 100000, &v)) {
			T_CHECK(false, "%.*s", STR_ARG(line));
			return;
		}
		T_TEXT(json_text(v, "event"), str_of(events[i]));
		T_TEXT(json_text(v, "process"), STR("desk"));
		T_TEXT(
		    json_text(v, "level"), i == 1 ? STR("error") : STR("info"));
		T_CHECK(time_parse_iso(json_text(v, "time"), &at) &&
			    time_now_ms() - at < 60000,
		    "%zu", i);
		if (i == 0) {
			T_TEXT(json_text(v, "listen"), STR("127.0.0.1:80"));
			T_TEXT(json_text(v, "text"), STR("ก\n\xef\xbf\xbd\""));
		} else if (i == 2) {
			T_CHECK(json_text(v, "a").n == 2000, "cut");
		}
	}
	T_CHECK(rest.n == 0, "%.*s", STR_ARG(rest));
}

int main(void)
{
	arena = arena_new();
	T_RUN(each_event_is_one_line_of_json);
	arena_free(arena);
	return T_PLAN();
}
