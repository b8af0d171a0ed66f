/* path.c: see path.h. */
#include "formats/path.h"

#include <assert.h>
#include <stdio.h>

#include "core/digest.h"
#include "core/mem.h"

static bool
as_it_is(struct str id, size_t max)
{
	size_t i;

	if (id.n == 0 || id.n > max || id.p[0] == '.' || id.p[0] == '_' || id.p[0] == '-')
		return false;
	/* "h-" and 32 digits is what a hash looks like: an id of that shape must not pass for one. */
	if (id.n == PATH_HASH && str_has_prefix(id, "h-"))
		return false;
	for (i = 0; i < id.n; i++)
		if (!((id.p[i] >= 'a' && id.p[i] <= 'z') || (id.p[i] >= '0' && id.p[i] <= '9') || strchr("._-", id.p[i]) != NULL) || id.p[i] == '\0')
			return false;
	return true;
}

enum status
path_of_id(struct str id, size_t max, char out[PATH_NAME], struct err *err)
{
	unsigned char hash[DIGEST_MAX];
	enum status st;

	assert(max >= PATH_HASH && max < PATH_NAME);
	if (as_it_is(id, max)) {
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

void
path_book_free(struct path_book *b)
{
	mem_free(b->seen);
	*b = (struct path_book){ NULL, 0, 0 };
}

/* FNV-1a; 0 stands for an empty place. */
static uint64_t
hash_of(const char *s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return h == 0 ? 1 : h;
}

static bool
put(struct path_book *b, uint64_t h)
{
	size_t i;

	for (i = h & (b->room - 1); b->seen[i] != 0; i = (i + 1) & (b->room - 1))
		if (b->seen[i] == h)
			return false;
	b->seen[i] = h;
	b->n++;
	return true;
}

static enum status
grow(struct path_book *b, struct err *err)
{
	struct path_book wide = { NULL, 0, b->room == 0 ? 1024 : b->room * 2 };
	size_t i;

	if ((wide.seen = mem_get(wide.room, sizeof(*wide.seen), err)) == NULL)
		return ST_NOMEM;
	for (i = 0; i < b->room; i++)
		if (b->seen[i] != 0)
			(void)put(&wide, b->seen[i]);
	mem_free(b->seen);
	*b = wide;
	return ST_OK;
}

/* Two names of one hash among 10,000: one in 10^11; then the second gets a number that it does not need. */
enum status
path_take(struct path_book *b, struct str id, size_t max, char out[PATH_NAME], struct err *err)
{
	char name[PATH_NAME];
	uint64_t n = 1;
	enum status st;

	if (b->n * 2 >= b->room && (st = grow(b, err)) != ST_OK)
		return st;
	if ((st = path_of_id(id, max, name, err)) != ST_OK)
		return st;
	memcpy(out, name, sizeof(name));
	while (!put(b, hash_of(out))) {
		char tail[24];
		size_t n_tail = (size_t)snprintf(tail, sizeof(tail), "-%llu", (unsigned long long)++n), keep = strlen(name);

		if (keep + n_tail > max) {	/* no room behind an id as it is: its hash has some */
			unsigned char hash[DIGEST_MAX];

			if ((st = digest_of(DIGEST_SHA256, id.p, id.n, hash, err)) != ST_OK)
				return st;
			memcpy(name, "h-", 2);
			digest_hex(hash, 16, name + 2);
			keep = PATH_HASH;
		}
		assert(keep + n_tail < PATH_NAME);
		memcpy(out, name, keep);
		memcpy(out + keep, tail, n_tail + 1);
	}
	return ST_OK;
}
