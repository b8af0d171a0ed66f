/* attack_tar.c: reading, editing and packing of the model. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/tar.h"
#include "archive/tree.h"
#include "core/fs.h"
#include "tests/attack/attack.h"

#include <fcntl.h>

#define MUST(call)	do { if ((call) != ST_OK) die(#call, ""); } while (0)

void
die(const char *what, const char *which)
{
	fprintf(stderr, "attack: %s %s\n", what, which);
	exit(3);
}

struct entry *
model_find(struct model *m, const char *path)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (strcmp(m->e[i].path, path) == 0)
			return &m->e[i];
	die("no such entry:", path);
}

static struct entry *
insert(struct model *m, size_t at, const char *path)
{
	if (m->n == sizeof(m->e) / sizeof(m->e[0]))
		die("too many entries", path);
	memmove(&m->e[at + 1], &m->e[at], (m->n - at) * sizeof(m->e[0]));
	m->n++;
	memset(&m->e[at], 0, sizeof(m->e[at]));
	snprintf(m->e[at].path, sizeof(m->e[at].path), "%s", path);
	buf_init(&m->e[at].data, 1u << 20);
	m->e[at].type = '0';
	return &m->e[at];
}

void
model_read(struct model *m, const char *dir, struct str tar)
{
	size_t at = 0;

	memset(m, 0, sizeof(*m));
	m->dir = dir;
	while (at + TAR_BLOCK <= tar.n && tar.p[at] != '\0') {
		const char *h = tar.p + at, *slash = memchr(h, '/', 100);
		size_t size = strtoul(h + 124, NULL, 8);
		char path[101];
		struct entry *e;

		snprintf(path, sizeof(path), "%.100s", h);
		snprintf(m->root, sizeof(m->root), "%.*s", (int)(slash - h), h);
		e = insert(m, m->n, path + (slash - h) + 1);
		e->mtime = strtol(h + 136, NULL, 8);
		MUST(buf_add(&e->data, h + TAR_BLOCK, size, NULL));
		at += TAR_BLOCK + size + tar_padding(size);
	}
}

void
model_copy(struct model *to, const struct model *from)
{
	size_t i;

	*to = *from;
	for (i = 0; i < to->n; i++) {
		buf_init(&to->e[i].data, 1u << 20);
		MUST(buf_str_add(&to->e[i].data, buf_str(&from->e[i].data), NULL));
	}
}

void
model_free(struct model *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		buf_free(&m->e[i].data);
	m->n = 0;
}

static void
replace(struct entry *e, const char *what, const char *with)
{
	const char *at = memmem(e->data.p, e->data.n, what, strlen(what));
	struct buf out;
	size_t head;

	if (at == NULL)
		die("text not found:", what);
	head = (size_t)(at - e->data.p);
	buf_init(&out, 1u << 20);
	MUST(buf_add(&out, e->data.p, head, NULL));
	MUST(buf_addz(&out, with, NULL));
	MUST(buf_add(&out, at + strlen(what), e->data.n - head - strlen(what), NULL));
	buf_free(&e->data);
	e->data = out;
}

void
model_edit(struct model *m, const struct attack *k)
{
	struct entry *e = k->a != NULL && k->op != OP_ADD && k->op != OP_ROOT && k->op != OP_MTIME ? model_find(m, k->a) : NULL, moved;
	size_t i = e == NULL ? 0 : (size_t)(e - m->e);

	switch (k->op) {
	case OP_NONE:
		break;
	case OP_REMOVE:
		buf_free(&e->data);
		memmove(e, e + 1, (--m->n - i) * sizeof(*e));
		break;
	case OP_RENAME:
		snprintf(e->path, sizeof(e->path), "%s", k->b);
		break;
	case OP_MOVE:
		moved = *e;
		memmove(e, e + 1, (--m->n - i) * sizeof(*e));
		i = (size_t)(model_find(m, k->b) - m->e);
		*insert(m, i, moved.path) = moved;
		break;
	case OP_ADD:
	case OP_COPY:
		i = k->b == NULL ? m->n : (size_t)(model_find(m, k->b) - m->e);
		e = insert(m, i, k->a);
		e->mtime = m->e[0].mtime;
		if (k->op == OP_ADD)
			MUST(buf_addz(&e->data, k->c, NULL));
		else
			for (i = 0; i < m->n; i++)
				if (&m->e[i] != e && strcmp(m->e[i].path, k->a) == 0 && e->data.n == 0)
					MUST(buf_str_add(&e->data, buf_str(&m->e[i].data), NULL));
		break;
	case OP_REPLACE:
		replace(e, k->b, k->c);
		break;
	case OP_FILE: {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", m->dir, k->b);
		buf_clear(&e->data);
		MUST(fs_load(AT_FDCWD, path, 1u << 20, &e->data, NULL));
		break;
	}
	case OP_TYPE:
		e->type = k->b[0];
		break;
	case OP_ROOT:
		snprintf(m->root, sizeof(m->root), "%s", k->b);
		break;
	case OP_MTIME:
		for (i = 0; i < m->n; i++)
			if (k->a == NULL || strcmp(m->e[i].path, k->a) == 0)
				m->e[i].mtime += strtol(k->b, NULL, 10);
		break;
	case OP_MODE:
		e->mode = k->b[0];
		break;
	case OP_CUT:
		e->data.n--;
		break;
	case OP_APPEND:
		MUST(buf_addz(&e->data, k->b, NULL));
		break;
	}
}

/* --- what an attacker can compute --- */

static void
line(struct buf *out, const struct entry *e, const char *path)
{
	unsigned char hash[32];
	char hex[65];

	MUST(digest_of(DIGEST_SHA256, e->data.p, e->data.n, hash, NULL));
	digest_hex(hash, 32, hex);
	MUST(buf_addf(out, NULL, "%s  %s\n", hex, path));
}

static struct entry *
maybe(struct model *m, const char *path)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (strcmp(m->e[i].path, path) == 0)
			return &m->e[i];
	return NULL;
}

/* The line of ${e} that begins with ${label}, written anew. */
static void
set_line(struct entry *e, const char *label, const char *value)
{
	char *at = e == NULL ? NULL : memmem(e->data.p, e->data.n, label, strlen(label)), *lf, old[512], new[512];

	if (at == NULL || (lf = memchr(at, '\n', e->data.n - (size_t)(at - e->data.p))) == NULL)
		return;
	snprintf(old, sizeof(old), "%.*s\n", (int)(lf - at), at);
	snprintf(new, sizeof(new), "%s%s\n", label, value);
	replace(e, old, new);
}

static uint64_t
segment_line(const struct entry *e, struct buf *out)
{
	const char *p = e->data.p, *end = p + e->data.n, *lf;
	struct digest leaf = { 0 }, node = { 0 };
	unsigned char hash[32];
	struct tree t;
	char hex[65];

	tree_init(&t);
	while (p < end && (lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		MUST(tree_leaf(&leaf, p, (size_t)(lf - p), hash, NULL));
		if ((size_t)(lf - p) == 79 && memcmp(p, "{\"_redacted\":\"", 14) == 0)
			(void)digest_unhex((struct str){ p + 14, 64 }, hash, 32);
		MUST(tree_add(&t, &node, hash, NULL));
		p = lf + 1;
	}
	if (t.n > 0 && tree_root(&t, &node, hash, NULL) == ST_OK) {
		digest_hex(hash, 32, hex);
		MUST(buf_addf(out, NULL, "%s\t%" PRIu64 "\t%s\n", hex, t.n, e->path));
	}
	digest_free(&leaf);
	digest_free(&node);
	return t.n;
}

static void
remake_payload(struct model *m, char oxum[64], uint64_t *records)
{
	struct entry *manifest = maybe(m, "manifest-sha256.txt"), *tsv = maybe(m, "record-segments.tsv");
	uint64_t octets = 0, files = 0;
	struct buf lines, segments;
	size_t i;

	buf_init(&lines, 1u << 20);
	buf_init(&segments, 1u << 20);
	*records = 0;
	for (i = 0; i < m->n; i++) {
		if (strncmp(m->e[i].path, "data/", 5) != 0)
			continue;
		octets += m->e[i].data.n;
		files++;
		line(&lines, &m->e[i], m->e[i].path);
		if (strncmp(m->e[i].path, "data/records/", 13) == 0)
			*records += segment_line(&m->e[i], &segments);
	}
	snprintf(oxum, 64, "%" PRIu64 ".%" PRIu64, octets, files);
	if (manifest != NULL) {
		buf_free(&manifest->data);
		manifest->data = lines;
	} else
		buf_free(&lines);
	if (tsv != NULL) {
		buf_free(&tsv->data);
		tsv->data = segments;
	} else
		buf_free(&segments);
	set_line(maybe(m, "bag-info.txt"), "Payload-Oxum: ", oxum);
}

static void
remake_tags(struct model *m)
{
	struct entry *tag = maybe(m, "tagmanifest-sha256.txt");
	struct buf lines;
	size_t i;

	if (tag == NULL)
		return;
	buf_init(&lines, 1u << 20);
	for (i = 0; i < m->n; i++)
		if (strncmp(m->e[i].path, "data/", 5) != 0 && strncmp(m->e[i].path, "seal/", 5) != 0 && &m->e[i] != tag)
			line(&lines, &m->e[i], m->e[i].path);
	buf_free(&tag->data);
	tag->data = lines;
}

static void
remake_seal(struct model *m, const char *oxum, uint64_t records)
{
	struct entry *seal = maybe(m, "seal/seal.txt"), *tag = maybe(m, "tagmanifest-sha256.txt");
	unsigned char hash[32];
	char value[96] = "sha256:", count[24];

	if (seal == NULL || tag == NULL)
		return;
	MUST(digest_of(DIGEST_SHA256, tag->data.p, tag->data.n, hash, NULL));
	digest_hex(hash, 32, value + 7);
	snprintf(count, sizeof(count), "%" PRIu64, records);
	set_line(seal, "Tagmanifest: ", value);
	set_line(seal, "Payload: ", oxum);
	set_line(seal, "Records: ", count);
}

static void
remake_sums(struct model *m)
{
	struct entry *sums = maybe(m, "seal/sha256sums.txt");
	struct buf lines;
	size_t i;

	if (sums == NULL)
		return;
	buf_init(&lines, 1u << 20);
	for (i = 0; i < m->n; i++)
		if (strncmp(m->e[i].path, "seal/", 5) == 0 && &m->e[i] != sums && strstr(m->e[i].path, ".tsr") == NULL)
			line(&lines, &m->e[i], m->e[i].path + 5);
	buf_free(&sums->data);
	sums->data = lines;
}

void
model_remake(struct model *m, int level)
{
	uint64_t records = 0;
	char oxum[64] = "0.0";

	if (level >= 1)
		remake_payload(m, oxum, &records);
	if (level >= 2)
		remake_tags(m);
	if (level >= 3)
		remake_seal(m, oxum, records);
	if (level >= 4)
		remake_sums(m);
}

void
model_pack(const struct model *m, struct buf *out)
{
	static const char zeros[2 * TAR_BLOCK];
	char path[256];
	size_t i, j, at;

	for (i = 0; i < m->n; i++) {
		const struct entry *e = &m->e[i];
		uint64_t sum = 0;
		char check[8];

		snprintf(path, sizeof(path), "%s%s%s", m->root, m->root[0] == '\0' ? "" : "/", e->path);
		path[100] = '\0';
		at = out->n;
		MUST(tar_header(path, e->data.n, e->mtime, out, NULL));
		out->p[at + 156] = e->type;
		if (e->mode != '\0')
			out->p[at + 105] = e->mode;
		memset(out->p + at + 148, ' ', 8);
		for (j = 0; j < TAR_BLOCK; j++)
			sum += (unsigned char)out->p[at + j];
		snprintf(check, sizeof(check), "%06" PRIo64, sum);
		memcpy(out->p + at + 148, check, 7);
		MUST(buf_str_add(out, buf_str(&e->data), NULL));
		MUST(buf_add(out, zeros, tar_padding(e->data.n), NULL));
	}
	MUST(buf_add(out, zeros, sizeof(zeros), NULL));
}
