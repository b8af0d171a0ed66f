/* names.c: the alphabet of archive format 1 and 3. */
#include "archive/names.h"

#include <stdio.h>
#include <strings.h>

#include "core/digest.h"
#include "core/i18n.h"
#include "core/limits.h"

#define LABEL_MAX	16u
#define ROLE_MAX	32u
#define ID_MAX		64u

static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/* First character by ${digit_first}, the rest [a-z0-9-]. */
static bool
is_word(struct str s, size_t max, bool digit_first)
{
	size_t i;

	if (s.p == NULL || s.n == 0 || s.n > max || !(is_lower(s.p[0]) || (digit_first && is_digit(s.p[0]))))
		return false;
	for (i = 1; i < s.n; i++)
		if (!is_lower(s.p[i]) && !is_digit(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

bool names_label_ok(struct str s) { return is_word(s, LABEL_MAX, true); }
bool names_role_ok(struct str s) { return is_word(s, ROLE_MAX, false); }
bool names_stream_ok(struct str s) { return is_word(s, LIMIT_PATH, false); }

bool
names_chain_ok(struct str s)
{
	static const char shape[] = "urn:uuid:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i;

	if (s.p == NULL || s.n != sizeof(shape) - 1)
		return false;
	for (i = 0; i < s.n; i++)
		if (shape[i] != 'x' ? s.p[i] != shape[i] : !is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return true;
}

/* Names that Windows gives to devices, whatever follows the first dot. */
static bool
is_device(struct str s)
{
	static const char *const names[] = { "con", "nul", "aux", "prn" };
	const char *dot = memchr(s.p, '.', s.n);
	size_t i, n = dot != NULL ? (size_t)(dot - s.p) : s.n;

	if (n == 3)
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (strncasecmp(s.p, names[i], 3) == 0)
				return true;
	return n == 4 && is_digit(s.p[3]) && (strncasecmp(s.p, "com", 3) == 0 || strncasecmp(s.p, "lpt", 3) == 0);
}

static bool
component_ok(struct str s)
{
	size_t i;

	if (s.n == 0 || s.p[0] == '.' || s.p[0] == '-' || s.p[s.n - 1] == '.')
		return false;
	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!is_lower(c) && !is_upper(c) && !is_digit(c) && c != '_' && c != '.' && c != '-')
			return false;
	}
	return !is_device(s);
}

bool
names_path_ok(struct str s)
{
	const char *slash;
	struct str part;

	if (s.p == NULL || s.n == 0 || s.n > LIMIT_PATH)
		return false;
	for (;;) {
		slash = memchr(s.p, '/', s.n);
		part = (struct str){ s.p, slash != NULL ? (size_t)(slash - s.p) : s.n };
		if (!component_ok(part))
			return false;
		if (slash == NULL)
			return true;
		s = (struct str){ slash + 1, s.n - part.n - 1 };
	}
}

uint64_t
names_sequence(struct str name)
{
	struct str digits;
	uint64_t n;
	size_t at;

	if (name.p == NULL)
		return 0;
	for (at = name.n; at > 0 && is_digit(name.p[at - 1]); at--)
		;
	if (at < 2 || name.p[at - 1] != '-' || !names_label_ok((struct str){ name.p, at - 1 }))
		return 0;
	digits = (struct str){ name.p + at, name.n - at };
	if (digits.n < 8 || (digits.n > 8 && digits.p[0] == '0'))
		return 0;
	while (digits.n > 1 && digits.p[0] == '0')
		digits = (struct str){ digits.p + 1, digits.n - 1 };
	return str_u64(digits, 1, UINT64_MAX, &n, NULL) == ST_OK ? n : 0;
}

enum status
names_id(struct str id, char out[72], struct err *err)
{
	unsigned char hash[32];
	bool plain = id.p != NULL && id.n > 0 && id.n <= ID_MAX && (is_lower(id.p[0]) || is_digit(id.p[0])) &&
	    id.p[id.n - 1] != '.' && !is_device(id);
	enum status st;
	size_t i;

	for (i = 0; plain && i < id.n; i++)
		plain = is_lower(id.p[i]) || is_digit(id.p[i]) || id.p[i] == '.' || id.p[i] == '_' || id.p[i] == '-';
	if (plain) {
		memcpy(out, id.p, id.n);
		out[id.n] = '\0';
		return ST_OK;
	}
	if ((st = digest_of(DIGEST_SHA256, id.p, id.n, hash, err)) != ST_OK)
		return st;
	memcpy(out, "h-", 2);
	digest_hex(hash, 16, out + 2);
	return ST_OK;
}
