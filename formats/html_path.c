/* html_path.c: names of pages made from ids. */
#include "formats/html_path.h"

#include <assert.h>
#include <stdio.h>

#include "core/digest.h"

static bool
is_name(struct str id)
{
	static const char *const ours[] = { "index", "people", "months", "rooms" };
	size_t i;

	if (id.n == 0 || id.n >= HTML_PATH_ID || str_has_prefix(id, "h-") || id.p[0] == '.' || id.p[0] == '_' || id.p[0] == '-' || id.p[id.n - 1] == '.')
		return false;
	for (i = 0; i < id.n; i++)
		if (id.p[i] == '\0' || strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", id.p[i]) == NULL)
			return false;
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (str_is(id, ours[i]))
			return false;
	return memmem(id.p, id.n, "..", 2) == NULL;
}

enum status
html_path_id(struct str id, bool plain, char out[HTML_PATH_ID], struct err *err)
{
	unsigned char hash[32];
	enum status st;

	if (plain && is_name(id)) {
		memcpy(out, id.p, id.n);
		out[id.n] = '\0';
		return ST_OK;
	}
	if ((st = digest_of(DIGEST_SHA256, id.p == NULL ? "" : id.p, id.n, hash, err)) != ST_OK)
		return st;
	memcpy(out, "h-", 2);
	digest_hex(hash, 16, out + 2);
	return ST_OK;
}

void
html_path_part(const char *day, unsigned part, char out[12])
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

	assert(part >= 1 && part <= HTML_PARTS);
	if (part == 1)
		(void)snprintf(out, 12, "%.10s", day);
	else if (day[0] == 'u')
		(void)snprintf(out, 12, "undated-%c%c", digits[part / 36], digits[part % 36]);
	else
		(void)snprintf(out, 12, "%.4s%.2s%.2s%c%c", day, day + 5, day + 8, digits[part / 36], digits[part % 36]);
}
