#include "t.h"

#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/crypt.h"
#include "base/str.h"

static struct arena *arena;

/* FIPS 180-4, examples. */
static void sha256(void)
{
	static const struct {
		struct str text, want;
	} cases[] = {
		{ STR_INIT(""), STR_INIT("e3b0c44298fc1c149afbf4c8996fb924"
					 "27ae41e4649b934ca495991b7852b855") },
		{ STR_INIT("abc"),
		    STR_INIT("ba7816bf8f01cfea414140de5dae2223"
			     "b00361a396177a9cb410ff61f20015ad") },
		{ STR_INIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmno"
			   "mnopnopq"),
		    STR_INIT("248d6a61d20638b8e5c026930c3e6039"
			     "a33ce45964ff2167f6ecedd419db06c1") },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str s = cases[i].text;
		T_TEXT(sha256_hex(arena, sha256_of(s)), cases[i].want);
		struct sha256_state *st = sha256_begin(arena);
		for (size_t k = 0; k < s.n; k++)
			sha256_add(st, s.p + k, 1);
		sha256_add(st, NULL, 0);
		T_TEXT(sha256_hex(arena, sha256_end(st)), cases[i].want);
	}
	sha256_begin(arena); /* never ended: goes with the arena */
}

/* RFC 4231, cases 1, 2 and 6. */
static void hmac(void)
{
	char long_key[131];
	memset(long_key, 0xaa, sizeof long_key);
	char b[20];
	memset(b, 0x0b, sizeof b);
	T_TEXT(
	    sha256_hex(arena, hmac_sha256(str_n(b, sizeof b), STR("Hi There"))),
	    STR("b0344c61d8db38535ca8afceaf0bf12b"
		"881dc200c9833da726e9376c2e32cff7"));
	T_TEXT(sha256_hex(arena, hmac_sha256(STR("Jefe"),
				     STR("what do ya want for nothing?"))),
	    STR("5bdcc146bf60754e6a042426089575c7"
		"5a003f089d2739839dec58b964ec3843"));
	T_TEXT(sha256_hex(arena,
		   hmac_sha256(str_n(long_key, sizeof long_key),
		       STR("Test Using Larger Than Block-Size Key - Hash Key "
			   "First"))),
	    STR("60e431591ee0b67f0d8a26aacbf5b77f"
		"8e0bc6213728c5140546040f0ee37f54"));
}

static void secrets_differ(void)
{
	struct str a = secret_new(arena, STR("prt_"));
	struct str b = secret_new(arena, STR("prt_"));
	T_CHECK(a.n == 4 + 43 && str_starts(a, STR("prt_")), "%zu", a.n);
	T_CHECK(!str_eq(a, b), "twice the same");
	T_CHECK(bytes_eq_secret(secret_hash(a).b, sha256_of(a).b, 32), "-");
	T_CHECK(!bytes_eq_secret(secret_hash(a).b, secret_hash(b).b, 32), "-");

	bool seen[256] = { false };
	size_t kinds = 0;
	struct str id = random_id(arena, 4000);
	for (size_t i = 0; i < id.n; i++) {
		unsigned char c = (unsigned char)id.p[i];
		T_CHECK(
		    (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'), "%d", c);
		kinds += !seen[c];
		seen[c] = true;
	}
	T_CHECK(id.n == 4000 && kinds == 36, "%zu kinds", kinds);
}

static void passwords(void)
{
	struct str hash = password_hash(arena, STR("ความลับ 1"));
	T_CHECK(str_starts(hash, STR("$argon2id$v=19$m=19456,t=2,p=1$")),
	    "%.*s", STR_ARG(hash));
	T_CHECK(password_check(hash, STR("ความลับ 1")), "right");
	T_CHECK(!password_check(hash, STR("ความลับ 2")), "wrong");
	T_CHECK(!password_check(hash, STR("")), "empty");
	T_CHECK(!password_check(str_upto(hash, hash.n - 1), STR("ความลับ 1")),
	    "cut");
	T_CHECK(!password_check(STR("no hash"), STR("x")), "not a hash");
	T_CHECK(!password_check(STR(""), STR("")), "no hash");
	char long_hash[300];
	memset(long_hash, '$', sizeof long_hash);
	for (size_t n = 126; n < sizeof long_hash; n += n < 130 ? 1 : 100)
		T_CHECK(
		    !password_check(str_n(long_hash, n), STR("x")), "%zu", n);
	T_CHECK(!str_eq(hash, password_hash(arena, STR("ความลับ 1"))), "salt");
}

/* Of this process, so that what else the machine does plays no part. */
static int64_t cpu_ms(void)
{
	struct timespec t;
	REQUIRE(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Whether an account exists must not show in the time. */
static void no_account_costs_the_same(void)
{
	struct str hash = password_hash(arena, STR("a"));
	int64_t start = cpu_ms();
	for (int i = 0; i < 5; i++)
		T_CHECK(!password_check(hash, STR("b")), "wrong");
	int64_t known = cpu_ms() - start;
	start = cpu_ms();
	for (int i = 0; i < 5; i++)
		password_waste(STR("b"));
	int64_t unknown = cpu_ms() - start;
	start = cpu_ms();
	for (int i = 0; i < 5; i++)
		T_CHECK(!password_check(STR(""), STR("b")), "no password");
	int64_t none = cpu_ms() - start;
	T_CHECK(unknown * 4 > known && known * 4 > unknown, "%lld and %lld ms",
	    (long long)known, (long long)unknown);
	T_CHECK(none * 4 > known && known * 4 > none, "%lld and %lld ms",
	    (long long)known, (long long)none);
}

static void *check_one(void *arg)
{
	const struct str *hash = arg;
	return password_check(*hash, STR("a")) ? arg : NULL;
}

static long peak_kib(void)
{
	struct rusage use;
	REQUIRE(getrusage(RUSAGE_SELF, &use) == 0);
	return use.ru_maxrss;
}

/* Eight need the memory of two. */
static void many_at_once_wait_for_each_other(void)
{
	struct str hash = password_hash(arena, STR("a"));
	pthread_t threads[8];
	long one = peak_kib();
	for (size_t i = 0; i < COUNT(threads); i++)
		REQUIRE(
		    pthread_create(&threads[i], NULL, check_one, &hash) == 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		void *ret = NULL;
		REQUIRE(pthread_join(threads[i], &ret) == 0);
		T_CHECK(ret == &hash, "thread %zu", i);
	}
	T_CHECK(
	    peak_kib() - one < 2 * 19 * 1024, "%ld KiB more", peak_kib() - one);
}

/* RFC 4648, section 10, and both alphabets. */
static void base64_both_ways(void)
{
	static const struct {
		struct str bytes, plain, url;
	} cases[] = {
		{ STR_INIT(""), STR_INIT(""), STR_INIT("") },
		{ STR_INIT("f"), STR_INIT("Zg=="), STR_INIT("Zg") },
		{ STR_INIT("fo"), STR_INIT("Zm8="), STR_INIT("Zm8") },
		{ STR_INIT("foo"), STR_INIT("Zm9v"), STR_INIT("Zm9v") },
		{ STR_INIT("foobar"), STR_INIT("Zm9vYmFy"),
		    STR_INIT("Zm9vYmFy") },
		{ STR_INIT("\xfb"), STR_INIT("+w=="), STR_INIT("-w") },
		{ STR_INIT("\xff"), STR_INIT("/w=="), STR_INIT("_w") },
		{ STR_INIT("\xfb\xff\x00"), STR_INIT("+/8A"),
		    STR_INIT("-_8A") },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str back = { 0 };
		T_TEXT(base64(arena, cases[i].bytes), cases[i].plain);
		T_TEXT(base64url(arena, cases[i].bytes), cases[i].url);
		T_CHECK(base64_decode(arena, cases[i].plain, &back), "%zu", i);
		T_TEXT(back, cases[i].bytes);
		T_CHECK(base64_decode(arena, cases[i].url, &back), "%zu", i);
		T_TEXT(back, cases[i].bytes);
	}
	static const struct str bad[] = { STR_INIT("Z"), STR_INIT("Zg="),
		STR_INIT("Zg==="), STR_INIT("Zh"), STR_INIT("+_8A"),
		STR_INIT("Zm9v\n"), STR_INIT("Zm 9v"), STR_INIT("=") };
	struct str kept = STR("kept");
	for (size_t i = 0; i < COUNT(bad); i++)
		T_CHECK(!base64_decode(arena, bad[i], &kept), "%.*s",
		    STR_ARG(bad[i]));
	T_TEXT(kept, STR("kept"));
}

static void hash_too_early(void)
{
	password_waste(STR("a"));
}

int main(void)
{
	REQUIRE(t_aborts(hash_too_early));
	crypt_init();
	crypt_init();
	arena = arena_new();
	/* First: it looks at the process's peak of memory. */
	T_RUN(many_at_once_wait_for_each_other);
	T_RUN(sha256);
	T_RUN(hmac);
	T_RUN(secrets_differ);
	T_RUN(passwords);
	T_RUN(no_account_costs_the_same);
	T_RUN(base64_both_ways);
	arena_free(arena);
	return T_PLAN();
}
