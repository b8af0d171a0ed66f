#include "far.h"

#include <stdarg.h>
#include <stdio.h>

double
far_sum(int a, long b, int c, long d, int e, long f, int g, long h, double i, double j, double k, double l, double m, double n, double o, double p, double q)
{
	return a + 2.0 * (double)b + 3.0 * c + 4.0 * (double)d + 5.0 * e + 6.0 * (double)f + 7.0 * g + 8.0 * (double)h + 9 * i + 10 * j + 11 * k + 12 * l + 13 * m +
	    14 * n + 15 * o + 16 * p + 17 * q;
}

int
far_print(char *to, unsigned long n, const char *format, ...)
{
	va_list ap;
	int r;

	va_start(ap, format);
	r = vsnprintf(to, n, format, ap);
	va_end(ap);
	return r;
}

struct far_big
far_struct(long first)
{
	return (struct far_big){ { first, first + 1, first + 2, first + 3, first + 4 } };
}

int far_number(void) { return 41; }
int far_other(void) { return 43; }
