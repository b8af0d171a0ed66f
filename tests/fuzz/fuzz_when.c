/* fuzz_when.c: any bytes as a time: refused, or an instant that is written and read back as itself. */
#include <stdlib.h>

#include "core/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const zones[] = { "UTC", "Asia/Shanghai", "Europe/Berlin", "America/Havana", "Pacific/Apia", "Australia/Lord_Howe" };
	const char *zone = zones[n > 0 ? data[0] % (sizeof(zones) / sizeof(zones[0])) : 0];
	const struct str text = { (const char *)data + (n > 0 ? 1 : 0), n > 0 ? n - 1 : 0 };
	char utc[WHEN_UTC_LEN + 1], local[30], month[8];
	int64_t ms, back;
	struct err err;

	if (when_zone(zone, &err) != ST_OK && when_zone("UTC", &err) != ST_OK)
		abort();
	if (when_parse(text, &ms, &err) == ST_OK) {
		when_utc(ms, utc);
		if (utc[0] != '\0' && (when_parse_utc(str_of(utc), &back, &err) != ST_OK || back != ms))
			abort();
		when_local(ms, local);
		when_local_month(ms, month);
		/* Before 1901 offsets have seconds, which are rounded off in text: the fields still name the same instant. */
		if (local[0] != '\0' && (when_parse(str_of(local), &back, &err) != ST_OK || back != ms))
			abort();
	} else if (err.code != ST_USAGE || err.text[0] == '\0') {
		abort();
	}
	if (when_parse_utc(text, &ms, &err) == ST_OK) {
		when_utc(ms, utc);
		if (text.n == WHEN_UTC_LEN && memcmp(utc, text.p, WHEN_UTC_LEN) != 0)
			abort();
	}
	return 0;
}
