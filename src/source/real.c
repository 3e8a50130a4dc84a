/* Numbers as text: an integer plainly, a real with the fewest digits that read
 * back to the same double, as Steele and White ask ("How to print
 * floating-point numbers accurately", 1990), laid out with an exponent below
 * 1e-4 and from 1e16 on. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/lite.h"

size_t integer_text(int64_t v, char *ret)
{
	static const char pairs[] = "00010203040506070809"
				    "10111213141516171819"
				    "20212223242526272829"
				    "30313233343536373839"
				    "40414243444546474849"
				    "50515253545556575859"
				    "60616263646566676869"
				    "70717273747576777879"
				    "80818283848586878889"
				    "90919293949596979899";
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	char d[20];
	size_t at = sizeof(d), n = 0;

	for (; u >= 100; u /= 100)
		memcpy(d + (at -= 2), pairs + 2 * (u % 100), 2);
	if (u >= 10)
		memcpy(d + (at -= 2), pairs + 2 * u, 2);
	else
		d[--at] = (char)('0' + u);
	if (v < 0)
		ret[n++] = '-';
	memcpy(ret + n, d + at, sizeof(d) - at);
	return n + sizeof(d) - at;
}

static size_t put_fixed(char *ret, const char *digits, int n, int point)
{
	size_t k = 0;

	if (point <= 0) {
		ret[k++] = '0';
		ret[k++] = '.';
		for (int i = point; i < 0; i++)
			ret[k++] = '0';
		memcpy(ret + k, digits, (size_t)n);
		return k + (size_t)n;
	}
	for (int i = 0; i < point; i++)
		ret[k++] = i < n ? digits[i] : '0';
	ret[k++] = '.';
	if (n <= point)
		ret[k++] = '0';
	for (int i = point; i < n; i++)
		ret[k++] = digits[i];
	return k;
}

/* 0.d1d2… × 10^point, n digits without trailing zeros. */
static size_t lay_out(char *ret, const char *digits, int n, int point)
{
	size_t k = 0;
	int exponent = point - 1;

	if (point > -4 && point <= 16)
		return put_fixed(ret, digits, n, point);
	ret[k++] = digits[0];
	if (n > 1) {
		ret[k++] = '.';
		memcpy(ret + k, digits + 1, (size_t)n - 1);
		k += (size_t)n - 1;
	}
	ret[k++] = 'e';
	ret[k++] = exponent < 0 ? '-' : '+';
	if (exponent < 0)
		exponent = -exponent;
	if (exponent < 10)
		ret[k++] = '0';
	return k + integer_text(exponent, ret + k);
}

static int trim_zeros(const char *digits, int n)
{
	while (n > 1 && digits[n - 1] == '0')
		n--;
	return n;
}

/* A decimal of at most 15 digits and few places, as most reals in a source
 * are. m/10^k is rounded correctly, for both are exact doubles; and no two
 * decimals of 15 digits are the same double, so none is shorter. */
static size_t short_decimal(double v, char *ret)
{
	static const double tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
		1e8 };

	for (size_t k = 0; k < COUNT(tens); k++) {
		double scaled = v * tens[k];

		if (scaled >= 1e15)
			return 0;

		int64_t m = (int64_t)(scaled + 0.5);
		if ((double)m / tens[k] == v) {
			char digits[20];
			int n = (int)integer_text(m, digits);

			return lay_out(
			    ret, digits, trim_zeros(digits, n), n - (int)k);
		}
	}
	return 0;
}

/* Just above a power of two doubles lie twice as far apart as below, so the
 * 16 digits that read back may be the next after the nearest. */
static bool next_above(char *text, double v)
{
	int exponent = 0;
	char *e = strchr(text, 'e');

	if (frexp(v, &exponent) > 0.5 || e == NULL || e[-1] == '9')
		return false;
	e[-1]++;
	return strtod(text, NULL) == v;
}

static size_t any_decimal(double v, char *ret)
{
	char text[40], digits[20];
	int n = 0;

	/* The smallest doubles have few digits; the others 15 at least, of
	 * which zeros at the end are dropped. */
	for (int precision = v < DBL_MIN ? 0 : 14; precision <= 16;
	     precision++) {
		snprintf(text, sizeof(text), "%.*e", precision, v);
		if (strtod(text, NULL) == v)
			break;
		if (precision == 15 && next_above(text, v))
			break;
	}

	const char *p = text;
	for (; *p != 'e' && *p != '\0'; p++) {
		if (*p >= '0' && *p <= '9')
			digits[n++] = *p;
	}
	return lay_out(ret, digits, trim_zeros(digits, n),
	    (int)strtol(p + 1, NULL, 10) + 1);
}

size_t real_text(double v, char *ret)
{
	size_t n = 0;

	if (signbit(v)) {
		ret[n++] = '-';
		v = -v;
	}
	if (v == 0.0) {
		memcpy(ret + n, "0.0", 3);
		return n + 3;
	}
	if (isinf(v)) {
		memcpy(ret + n, "1e999", 5);
		return n + 5;
	}
	/* Below this, few places hold too few digits to be worth a try. */
	size_t k = v >= 1e-4 ? short_decimal(v, ret + n) : 0;
	if (k == 0)
		k = any_decimal(v, ret + n);
	return n + k;
}
