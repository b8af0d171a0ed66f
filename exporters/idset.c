/* idset.c: an open-addressing set of digests over an append-only file. */
#include "exporters/idset.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/digest.h"
#include "core/fs.h"
#include "core/i18n.h"

#define SLOT		16u
#define TAIL_MAX	((size_t)1 << 17)	/* written when half full */

static enum status
digest_id(struct str id, unsigned char out[SLOT], struct err *err)
{
	unsigned char whole[DIGEST_MAX];
	enum status st;

	if ((st = digest_of(DIGEST_SHA256, id.p == NULL ? "" : id.p, id.n, whole, err)) != ST_OK)
		return st;
	memcpy(out, whole, SLOT);
	out[0] |= 1;		/* never all zero */
	return ST_OK;
}

/* The slot that holds ${key}, or the free one where it belongs; a set is never full. */
static unsigned char *
find(unsigned char *slots, size_t n_slots, const unsigned char *key)
{
	static const unsigned char none[SLOT];
	uint64_t h;
	size_t i;

	memcpy(&h, key + 8, sizeof(h));
	for (i = (size_t)h & (n_slots - 1);; i = (i + 1) & (n_slots - 1)) {
		unsigned char *slot = slots + i * SLOT;

		if (memcmp(slot, key, SLOT) == 0 || memcmp(slot, none, SLOT) == 0)
			return slot;
	}
}

static enum status
grow(struct idset *set, struct err *err)
{
	static const unsigned char none[SLOT];
	size_t want = set->n_slots == 0 ? 256 : set->n_slots * 2, i;
	unsigned char *slots;

	if (want > SIZE_MAX / SLOT / 2 || (slots = calloc(want, SLOT)) == NULL)
		return err_oom(err, want);
	for (i = 0; i < set->n_slots; i++) {
		const unsigned char *key = set->slots + i * SLOT;

		if (memcmp(key, none, SLOT) != 0)
			memcpy(find(slots, want, key), key, SLOT);
	}
	free(set->slots);
	set->slots = slots;
	set->n_slots = want;
	return ST_OK;
}

/* Put the digest; *fresh tells whether it was not there. */
static enum status
insert(struct idset *set, struct str id, bool *fresh, struct err *err)
{
	unsigned char key[SLOT], *slot;
	enum status st;

	if (set->n + 1 > set->n_slots / 2 && (st = grow(set, err)) != ST_OK)
		return st;
	if ((st = digest_id(id, key, err)) != ST_OK)
		return st;
	slot = find(set->slots, set->n_slots, key);
	*fresh = memcmp(slot, key, SLOT) != 0;
	if (*fresh) {
		memcpy(slot, key, SLOT);
		set->n++;
	}
	return ST_OK;
}

static enum status
flush(struct idset *set, struct err *err)
{
	enum status st;

	if (set->tail.n == 0)
		return ST_OK;
	if ((st = fs_write_all(set->fd, set->name, set->tail.p, set->tail.n, err)) == ST_OK)
		buf_clear(&set->tail);
	return st;
}

enum status
idset_open(struct idset *set, int dir, const char *name, uint64_t length, struct err *err)
{
	struct buf id;
	uint64_t at = 0;
	bool fresh;
	enum status st;

	memset(set, 0, sizeof(*set));
	set->fd = -1;
	buf_init(&set->tail, TAIL_MAX);
	buf_init(&id, IDSET_ID_MAX);
	if (snprintf(set->name, sizeof(set->name), "%s", name) >= (int)sizeof(set->name)) {
		st = err_set(err, ST_LIMIT, _("name of a side file is too long: %s"), name);
		goto out;
	}
	if ((st = fs_open_append(dir, set->name, length, &set->fd, err)) != ST_OK)
		goto out;
	set->length = length;
	while ((st = idset_read(set, &at, &id, err)) == ST_OK)
		if ((st = insert(set, buf_str(&id), &fresh, err)) != ST_OK)
			break;
	if (st == ST_END)
		st = ST_OK;
out:
	buf_free(&id);
	if (st != ST_OK)
		idset_close(set);
	return st;
}

enum status
idset_add(struct idset *set, struct str id, bool *fresh, struct err *err)
{
	unsigned char head[4];
	bool is_new;
	enum status st;

	if (id.n > IDSET_ID_MAX)
		return err_set(err, ST_LIMIT, _("an id of %zu bytes; at most %zu are taken"), id.n, IDSET_ID_MAX);
	if (TAIL_MAX - set->tail.n < sizeof(head) + id.n && (st = flush(set, err)) != ST_OK)
		return st;
	if ((st = insert(set, id, &is_new, err)) != ST_OK)
		return st;
	if (fresh != NULL)
		*fresh = is_new;
	if (!is_new)
		return ST_OK;
	head[0] = (unsigned char)(id.n & 0xff);
	head[1] = (unsigned char)(id.n >> 8 & 0xff);
	head[2] = (unsigned char)(id.n >> 16 & 0xff);
	head[3] = (unsigned char)(id.n >> 24 & 0xff);
	if ((st = buf_add(&set->tail, head, sizeof(head), err)) != ST_OK ||
	    (st = buf_str_add(&set->tail, id, err)) != ST_OK)
		return st;
	set->length += sizeof(head) + id.n;
	return ST_OK;
}

bool
idset_has(const struct idset *set, struct str id)
{
	unsigned char key[SLOT];

	if (set->n_slots == 0 || digest_id(id, key, NULL) != ST_OK)
		return false;
	return memcmp(find(set->slots, set->n_slots, key), key, SLOT) == 0;
}

enum status
idset_read(struct idset *set, uint64_t *at, struct buf *out, struct err *err)
{
	unsigned char head[4];
	uint32_t n;
	enum status st;

	buf_clear(out);
	if (*at >= set->length)
		return ST_END;
	if ((st = flush(set, err)) != ST_OK)
		return st;
	if (set->length - *at < sizeof(head))
		return err_set(err, ST_CORRUPT, _("%s: damaged at offset %llu"), set->name, (unsigned long long)*at);
	if ((st = fs_pread_all(set->fd, set->name, head, sizeof(head), *at, err)) != ST_OK)
		return st;
	n = (uint32_t)head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 | (uint32_t)head[3] << 24;
	if (n > IDSET_ID_MAX || set->length - *at - sizeof(head) < n)
		return err_set(err, ST_CORRUPT, _("%s: damaged at offset %llu"), set->name, (unsigned long long)*at);
	if ((st = buf_room(out, n, err)) != ST_OK)
		return st;
	if (n > 0 && (st = fs_pread_all(set->fd, set->name, out->p, n, *at + sizeof(head), err)) != ST_OK)
		return st;
	out->n = n;
	*at += sizeof(head) + n;
	return ST_OK;
}

enum status
idset_sync(struct idset *set, struct err *err)
{
	enum status st;

	if ((st = flush(set, err)) != ST_OK)
		return st;
	return fs_sync(set->fd, set->name, err);
}

void
idset_close(struct idset *set)
{
	if (set->name[0] != '\0' && set->fd >= 0)
		(void)close(set->fd);	/* what matters was synced before */
	buf_free(&set->tail);
	free(set->slots);
	memset(set, 0, sizeof(*set));
	set->fd = -1;
}
