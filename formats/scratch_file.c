/* scratch_file.c: see scratch_file.h. */
#include "formats/scratch_file.h"

#include <unistd.h>

#include "core/i18n.h"
#include "core/mem.h"

#define CHUNK	((size_t)64 << 10)

enum status
scratch_file_copy(int fd, struct sink *to, struct err *err)
{
	char *chunk = mem_get(1, CHUNK, err);
	enum status st = ST_OK;
	uint64_t at = 0;
	ssize_t n = 0;

	if (chunk == NULL)
		return ST_NOMEM;
	while (st == ST_OK && (n = pread(fd, chunk, CHUNK, (off_t)at)) > 0) {
		st = sink_write(to, chunk, (size_t)n, err);
		at += (uint64_t)n;
	}
	if (n < 0)
		st = err_sys(err, _("cannot read %s"), _("a temporary file"));
	mem_free(chunk);
	return st;
}
