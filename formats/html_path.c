/* html_path.c: names of pages made from ids. */
#include "formats/html_path.h"

#include <assert.h>
#include <stdio.h>

#include "core/digest.h"
#include "formats/path.h"

/* Names of pages and directories of our own. */
static bool
is_ours(struct str id)
{
	static const char *const ours[] = { "index", "people", "months", "rooms" };
	size_t i;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (str_is(id, ours[i]))
			return true;
	/* Further pages of lists, and a directory that is called like a file beside it. */
	return str_has_prefix(id, "index-") || (id.n > 5 && memcmp(id.p + id.n - 5, ".html", 5) == 0) || (id.n > 4 && memcmp(id.p + id.n - 4, ".css", 4) == 0);
}

enum status
html_path_id(struct str id, bool plain, char out[HTML_PATH_ID], struct err *err)
{
	unsigned char hash[32];
	char name[PATH_NAME];
	enum status st;

	if (plain && !is_ours(id)) {
		if ((st = path_of_id(id.p == NULL ? STR("") : id, PATH_HASH, name, err)) == ST_OK)
			memcpy(out, name, strlen(name) + 1);
		return st;
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
