/* attachments.c: one slot per file, both hashes in it; see attachments.h. */
#include "archive/attachments.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "archive/package.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"

#define FILES	"data/files/"

struct slot { unsigned char file[32], claimed[32]; bool is_there, is_claimed; };

void
attachments_init(struct attachments *a)
{
	memset(a, 0, sizeof(*a));
	a->fd = -1;
	arena_init(&a->arena, LIMIT_ARENA);
}

void
attachments_free(struct attachments *a)
{
	fs_drop(&a->fd);
	arena_free(&a->arena);
}

static enum status
get(struct attachments *a, uint64_t number, struct slot *s, struct err *err)
{
	ssize_t n;

	memset(s, 0, sizeof(*s));
	if (a->fd < 0) {
		enum status st = fs_nameless(-1, &a->fd, err);

		if (st != ST_OK)
			return st;
	}
	n = pread(a->fd, s, sizeof(*s), (off_t)(number * sizeof(*s)));
	if (n != 0 && n != (ssize_t)sizeof(*s))
		return err_sys(err, _("a temporary file"));
	return ST_OK;
}

static enum status
put(struct attachments *a, uint64_t number, const struct slot *s, struct err *err)
{
	if (pwrite(a->fd, s, sizeof(*s), (off_t)(number * sizeof(*s))) != (ssize_t)sizeof(*s))
		return err_sys(err, _("a temporary file"));
	return ST_OK;
}

static enum status
differ(uint64_t number, struct err *err)
{
	return err_set(err, ST_CORRUPT, _("the content of file %" PRIu64 " has another sha256 than its record says"), number);
}

enum status
attachments_file(struct attachments *a, uint64_t number, const unsigned char sha256[32], struct err *err)
{
	struct slot s;
	enum status st;

	if ((st = get(a, number, &s, err)) != ST_OK)
		return st;
	a->n_files++;
	s.is_there = true;
	memcpy(s.file, sha256, 32);
	if ((st = put(a, number, &s, err)) != ST_OK)
		return st;
	return s.is_claimed && memcmp(s.file, s.claimed, 32) != 0 ? differ(number, err) : ST_OK;
}

/* "data/files/000001/000001234.pdf": 1234 */
uint64_t
attachments_number(const char *path)
{
	struct str digits;
	uint64_t n;

	if (strlen(path) < sizeof(FILES) - 1 + 7 + 9 || strncmp(path, FILES, sizeof(FILES) - 1) != 0)
		return 0;
	digits = (struct str){ path + sizeof(FILES) - 1 + 7, 9 };
	while (digits.n > 1 && digits.p[0] == '0')
		digits = (struct str){ digits.p + 1, digits.n - 1 };
	return str_u64(digits, 1, 999999999, &n, NULL) == ST_OK ? n : 0;
}

enum status
attachments_record(struct attachments *a, struct str line, struct err *err)
{
	unsigned char sha256[32];
	char path[LIMIT_PATH + 1];
	struct slot s;
	uint64_t number;
	enum status st;

	if (memmem(line.p, line.n, FILES, sizeof(FILES) - 1) == NULL)
		return ST_OK;
	arena_reset(&a->arena);
	if ((st = package_attachment(line, &a->arena, path, sha256, err)) != ST_OK)
		return st == ST_END || st == ST_UNSURE || st == ST_INPUT ? ST_OK : st;
	if ((number = attachments_number(path)) == 0)
		return ST_OK;
	if ((st = get(a, number, &s, err)) != ST_OK)
		return st;
	if (s.is_claimed && memcmp(s.claimed, sha256, 32) != 0)
		return err_set(err, ST_CORRUPT, _("two records say different sha256 of file %" PRIu64), number);
	if (number > a->last_claim)
		a->last_claim = number;
	s.is_claimed = true;
	memcpy(s.claimed, sha256, 32);
	if ((st = put(a, number, &s, err)) != ST_OK)
		return st;
	return s.is_there && memcmp(s.file, s.claimed, 32) != 0 ? differ(number, err) : ST_OK;
}

enum status
attachments_claim(struct attachments *a, uint64_t number, unsigned char sha256[32], struct err *err)
{
	struct slot s;
	enum status st;

	if ((st = get(a, number, &s, err)) != ST_OK)
		return st;
	memcpy(sha256, s.claimed, 32);
	return s.is_claimed ? ST_OK : ST_END;
}

enum status
attachments_end(struct attachments *a, struct err *err)
{
	struct slot s;
	enum status st;
	uint64_t i;

	if (a->last_claim > a->n_files)
		return err_set(err, ST_CORRUPT, _("a record names a file that is not there"));
	for (i = 1; i <= a->n_files; i++) {
		if ((st = get(a, i, &s, err)) != ST_OK)
			return st;
		if (!s.is_claimed)
			return err_set(err, ST_UNSURE, _("no record names file %" PRIu64 ": what it should be is unknown"), i);
	}
	return ST_OK;
}

