/* QR codes: their form, and that a reader reads the picture (zbarimg). */
#include "base/qr.h"

#include <string.h>

#include "base/str.h"
#include "t.h"

static bool finder_at(const struct qr *q, size_t row, size_t column)
{
	static const char *const want[] = { "1111111", "1000001", "1011101",
		"1011101", "1011101", "1000001", "1111111" };
	for (size_t y = 0; y < 7; y++)
		for (size_t x = 0; x < 7; x++)
			if (q->dark[(row + y) * q->n + column + x] !=
			    want[y][x] - '0')
				return false;
	return true;
}

static void the_three_corners_are_there(void)
{
	struct arena *a = arena_new();
	struct qr q;
	T_CHECK(
	    qr_make(a, STR("https://data.example.ac.th/accept/x"), &q), "made");
	T_CHECK(q.n == 29, "%zu modules", q.n);
	T_CHECK(finder_at(&q, 0, 0) && finder_at(&q, 0, q.n - 7) &&
		    finder_at(&q, q.n - 7, 0),
	    "corners");
	arena_free(a);
}

static void too_long_or_empty_is_refused(void)
{
	struct arena *a = arena_new();
	struct qr q;
	char text[QR_MAX_BYTES + 1];
	memset(text, 'x', sizeof text);
	T_CHECK(!qr_make(a, STR(""), &q), "empty");
	T_CHECK(!qr_make(a, str_n(text, sizeof text), &q), "too long");
	T_CHECK(qr_make(a, str_n(text, QR_MAX_BYTES), &q), "the longest");
	arena_free(a);
}

/* What zbarimg reads from the picture. */
static void read_back(struct arena *a, struct str text, size_t pixels)
{
	struct qr q;
	char name[] = "/tmp/test_qr.XXXXXX", got[QR_MAX_BYTES + 2] = "";
	T_CHECK(qr_make(a, text, &q), "made");
	struct str png = qr_png(a, &q, pixels);
	int fd = mkstemp(name), out[2];
	T_CHECK(fd >= 0 && write(fd, png.p, png.n) == (ssize_t)png.n &&
		    pipe(out) == 0,
	    "written");
	close(fd);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		close(2);
		execlp("zbarimg", "zbarimg", "-q", "--raw", "-Sdisable",
		    "-Sqrcode.enable", name, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	size_t n = 0;
	for (ssize_t k; (k = read(out[0], got + n, sizeof got - n)) > 0;)
		n += (size_t)k;
	close(out[0]);
	waitpid(pid, NULL, 0);
	unlink(name);
	T_TEXT(str_trim(str_n(got, n)), text);
}

static void a_reader_reads_the_picture(void)
{
	struct arena *a = arena_new();
	read_back(a,
	    STR("https://data.example.ac.th/accept/"
		"q2Zt0aYwVn3-_kF7hJ5sLx8RbD1mC9uE4gT6iO0pQzA"),
	    6);
	read_back(a, STR("x"), 3);
	read_back(a, STR("http://127.0.0.1:8080/requests/ICIT-2569-00012"), 20);
	arena_free(a);
}

int main(void)
{
	T_RUN(the_three_corners_are_there);
	T_RUN(too_long_or_empty_is_refused);
	T_RUN(a_reader_reads_the_picture);
	return T_PLAN();
}
