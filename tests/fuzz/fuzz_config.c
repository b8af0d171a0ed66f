/* fuzz_config.c: any bytes as custody.conf: read or refused with file and line, and what is read can be asked for. */
#include <stdlib.h>

#include "core/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static enum status
count(void *ctx, const char *section, const char *key, const char *value, struct err *err)
{
	(void)err;
	*(size_t *)ctx += strlen(section) + strlen(key) + strlen(value);
	return ST_OK;
}

/* Every key of a section must be found again by its name. */
static void
ask(const struct config *c, const char *kind, const char *name)
{
	const char *key, *value, *found;
	char section[128];
	size_t i;

	if (strlen(kind) + strlen(name) + 2 > sizeof(section))
		abort();
	memcpy(section, kind, strlen(kind));
	section[strlen(kind)] = ' ';
	memcpy(section + strlen(kind) + 1, name, strlen(name) + 1);
	if (!config_has_section(c, section))
		abort();
	for (i = 0; (key = config_key(c, section, "", i, &value)) != NULL; i++)
		if ((found = config_get(c, section, key)) == NULL || strcmp(found, value) != 0 || config_line(c, section, key) == 0)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const kinds[] = { "store", "tenant", "retention" };
	const struct str text = { (const char *)data, n };
	struct config *c;
	const char *name;
	struct err err;
	size_t total = 0, i, k;
	uint64_t bytes;

	err_init(&err);
	if (config_parse(&c, "fuzz.conf", text, &err) == ST_OK) {
		for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			for (i = 0; (name = config_section(c, kinds[k], i)) != NULL; i++)
				ask(c, kinds[k], name);
		if ((name = config_get(c, "store", "volume")) != NULL)
			(void)(config_bytes(name, &bytes, &err) == ST_OK);
		config_close(c);
	} else if (c != NULL || err.code == ST_OK || strncmp(err.text, "fuzz.conf", 9) != 0) {
		abort();
	}
	if (config_ini("fuzz.conf", text, count, &total, &err) == ST_OK && total > 2 * n + n * n)
		abort();
	return 0;
}
