/* names_set.c: sorted runs of hashed names, merged at the end. */
#include "archive/names_set.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/digest.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"

#define KEY		((size_t)16)
#define RUN_KEYS	((size_t)65536)		/* 1 MiB in memory */
#define RUNS_MAX	((uint64_t)1024)	/* 64 million names */
#define HEAD_KEYS	((size_t)64)		/* of each run, while merging */

void
names_set_init(struct names_set *s)
{
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}

void
names_set_free(struct names_set *s)
{
	mem_free(s->keys);
	fs_drop(&s->fd);
	names_set_init(s);
}

/* The last bit of a key tells names (0) from directories of names (1): they may meet each other, but not a name. */
static bool
clash(const unsigned char *a, const unsigned char *b)
{
	return memcmp(a, b, KEY - 1) == 0 && ((a[KEY - 1] ^ b[KEY - 1]) & 0xfe) == 0 && (a[KEY - 1] & b[KEY - 1] & 1) == 0;
}

static int
key_cmp(const void *a, const void *b)
{
	return memcmp(a, b, KEY);
}

/* Sort what is in memory and append it to the file as one run. */
static enum status
spill(struct names_set *s, struct err *err)
{
	enum status st;

	if (s->n_runs == RUNS_MAX)
		return err_set(err, ST_UNSURE, _("more than %ju names: this program cannot compare so many"), (uintmax_t)(RUNS_MAX * RUN_KEYS));
	if (s->fd < 0 && (st = fs_nameless(-1, &s->fd, err)) != ST_OK)
		return st;
	qsort(s->keys, s->n, KEY, key_cmp);
	if ((st = fs_write_all(s->fd, _("a temporary file"), s->keys, s->n * KEY, err)) != ST_OK)
		return st;
	s->n_runs++;
	s->n = 0;
	return ST_OK;
}

static enum status
add_key(struct names_set *s, struct str folded, bool directory, struct err *err)
{
	unsigned char hash[32];
	enum status st;

	if (s->n == RUN_KEYS && (st = spill(s, err)) != ST_OK)
		return st;
	if (s->n == s->cap) {
		size_t want = s->cap == 0 ? 256 : s->cap * 2;
		void *grown = mem_grow(s->keys, want, KEY, err);

		if (grown == NULL)
			return ST_NOMEM;
		s->keys = grown;
		s->cap = want;
	}
	if ((st = digest_of(DIGEST_SHA256, folded.p, folded.n, hash, err)) != ST_OK)
		return st;
	hash[KEY - 1] = (unsigned char)((hash[KEY - 1] & 0xfe) | directory);
	memcpy(s->keys[s->n++], hash, KEY);
	return ST_OK;
}

enum status
names_set_add(struct names_set *s, const char *name, struct err *err)
{
	char folded[LIMIT_PATH + 1];
	size_t i, same = 0, n = strnlen(name, LIMIT_PATH);
	enum status st;

	for (i = 0; i < n; i++)
		folded[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + ('a' - 'A')) : name[i];
	folded[n] = '\0';
	/* Directories that the name before has, too, are there already. */
	while (same < n && s->last[same] == folded[same])
		same++;
	for (i = same; i < n; i++)
		if (folded[i] == '/' && (st = add_key(s, (struct str){ folded, i }, true, err)) != ST_OK)
			return st;
	memcpy(s->last, folded, n + 1);
	return add_key(s, (struct str){ folded, n }, false, err);
}

struct head { unsigned char keys[HEAD_KEYS][KEY]; size_t i, n; uint64_t at, end; };

static enum status
head_fill(struct names_set *s, struct head *h, struct err *err)
{
	uint64_t left = h->end - h->at;
	enum status st;

	h->i = 0;
	h->n = left < sizeof(h->keys) ? (size_t)left / KEY : HEAD_KEYS;
	if (h->n == 0)
		return ST_OK;
	st = fs_pread_all(s->fd, _("a temporary file"), h->keys, h->n * KEY, h->at, err);
	h->at += h->n * KEY;
	return st;
}

/* Every run but the last is full, so their places in the file are known. */
static enum status
merge(struct names_set *s, struct head *heads, bool *repeated, struct err *err)
{
	unsigned char last[KEY];
	bool any = false;
	enum status st;
	uint64_t i;

	for (;;) {
		struct head *least = NULL;

		for (i = 0; i < s->n_runs; i++)
			if (heads[i].i < heads[i].n && (least == NULL || key_cmp(heads[i].keys[heads[i].i], least->keys[least->i]) < 0))
				least = &heads[i];
		if (least == NULL)
			return ST_OK;
		if (any && clash(last, least->keys[least->i])) {
			*repeated = true;
			return ST_OK;
		}
		any = true;
		memcpy(last, least->keys[least->i++], KEY);
		if (least->i == least->n && (st = head_fill(s, least, err)) != ST_OK)
			return st;
	}
}

enum status
names_set_check(struct names_set *s, bool *repeated, struct err *err)
{
	struct head *heads;
	enum status st;
	uint64_t i;
	size_t n_last = s->n;

	*repeated = false;
	if (s->n_runs == 0) {
		if (s->n > 1)
			qsort(s->keys, s->n, KEY, key_cmp);
		for (i = 1; i < s->n && !*repeated; i++)
			*repeated = clash(s->keys[i - 1], s->keys[i]);
		return ST_OK;
	}
	if ((st = spill(s, err)) != ST_OK)
		return st;
	if ((heads = mem_get((size_t)s->n_runs, sizeof(*heads), err)) == NULL)
		return ST_NOMEM;
	for (i = 0; i < s->n_runs && st == ST_OK; i++) {
		heads[i].at = i * RUN_KEYS * KEY;
		heads[i].end = heads[i].at + (i + 1 == s->n_runs ? n_last : RUN_KEYS) * KEY;
		st = head_fill(s, &heads[i], err);
	}
	if (st == ST_OK)
		st = merge(s, heads, repeated, err);
	mem_free(heads);
	return st;
}
