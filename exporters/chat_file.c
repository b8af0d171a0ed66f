/* chat_file.c: one chunk after the other; whatever the library says about the next one, it must lead on. */
#include "exporters/chat_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "core/digest.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/stop.h"
#include "core/when.h"

#define EMPTY_MAX	3u	/* chunks in a row that bring nothing */

struct transfer {
	int		 fd;
	struct digest	 sha256, md5;
	struct buf	 index;
	unsigned	 n_empty;
};

enum status
chat_file_turn(struct budget *b, struct err *err)
{
	int64_t wait_ms;
	enum status st;

	while ((wait_ms = budget_take(b, when_mono_ms())) > 0) {
		(void)when_sleep_ms(wait_ms);
		if ((st = stop_check(err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

static void
lost(struct chat_fetched *out, const char *reason, bool is_final, const char *detail)
{
	out->reason = reason;
	out->is_final = is_final;
	snprintf(out->detail, sizeof(out->detail), "%s", detail);
}

/* One chunk.  ST_END: it was the last, or out->reason says why there is none. */
static enum status
chunk(struct chat_proc *proc, struct transfer *t, const struct chat_file *f, struct chat_fetched *out, struct err *err)
{
	struct chat_chunk c;
	enum status st;
	bool stands;
	int code;

	if ((st = chat_proc_media(proc, buf_str(&t->index), f->id, &code, &c, err)) != ST_OK)
		return st;
	if (code != 0) {
		const struct chat_code *row = chat_code_row(code);

		out->reason = row->reason;
		out->is_final = row->is_final;
		snprintf(out->detail, sizeof(out->detail), "GetMediaData %d: %s; offset %" PRIu64, code, row->text, out->size);
		return ST_END;
	}
	if (c.data.n > LIMIT_MEDIA - out->size) {
		lost(out, "over_limit", true, "GetMediaData: more bytes than a file may have");
		return ST_END;
	}
	if (c.data.n > 0 && ((st = fs_write_all(t->fd, out->blob, c.data.p, c.data.n, err)) != ST_OK ||
	    (st = digest_add(&t->sha256, c.data.p, c.data.n, err)) != ST_OK || (st = digest_add(&t->md5, c.data.p, c.data.n, err)) != ST_OK))
		return st;
	out->size += c.data.n;
	if (c.is_last)
		return ST_END;
	stands = str_eq(c.next_index, buf_str(&t->index)) || c.next_index.n == 0;
	t->n_empty = c.data.n == 0 ? t->n_empty + 1 : 0;
	if (stands || t->n_empty >= EMPTY_MAX) {
		lost(out, "fetch_failed", false, "GetMediaData: not finished, and the next chunk leads nowhere");
		return ST_END;
	}
	buf_clear(&t->index);
	return buf_str_add(&t->index, c.next_index, err);
}

/* Compare with what the message announced; sets flag and reason. */
static void
compare(const struct chat_file *f, const char *md5, struct chat_fetched *out)
{
	uint64_t announced;

	out->flag = out->reason = NULL;
	if (f->md5.n > 0 && (f->md5.n != 32 || strncasecmp(f->md5.p, md5, 32) != 0)) {
		out->flag = "hash_mismatch";
		snprintf(out->detail, sizeof(out->detail), "MD5 %s, announced %.*s", md5, f->md5.n > 64 ? 64 : (int)f->md5.n, f->md5.p);
	} else if (f->size.n > 0 && str_u64(f->size, 0, UINT64_MAX, &announced, NULL) == ST_OK && announced != out->size) {
		out->flag = "size_mismatch";
		snprintf(out->detail, sizeof(out->detail), "%" PRIu64 " bytes, announced %" PRIu64, out->size, announced);
	}
	out->reason = out->flag;
	out->is_final = false;
}

static enum status
fetch_once(struct chat_proc *proc, struct budget *budget, int dir, const struct chat_file *f, struct chat_fetched *out, struct err *err)
{
	unsigned char sha256[DIGEST_MAX], md5[DIGEST_MAX];
	char md5_hex[DIGEST_HEX_MAX];
	struct transfer t;
	enum status st;

	memset(&t, 0, sizeof(t));
	t.fd = -1;
	buf_init(&t.index, LIMIT_HEADERS);
	out->size = 0;
	out->flag = out->reason = NULL;
	if ((st = fs_open_append(dir, out->blob, 0, &t.fd, err)) == ST_OK && (st = digest_begin(&t.sha256, DIGEST_SHA256, err)) == ST_OK &&
	    (st = digest_begin(&t.md5, DIGEST_MD5, err)) == ST_OK)
		while ((st = chat_file_turn(budget, err)) == ST_OK && (st = chunk(proc, &t, f, out, err)) == ST_OK)
			;
	if (st == ST_END)
		st = fs_close(&t.fd, out->blob, err);
	fs_drop(&t.fd);
	if (st == ST_OK && out->reason == NULL && (st = digest_end(&t.sha256, sha256, err)) == ST_OK &&
	    (st = digest_end(&t.md5, md5, err)) == ST_OK) {
		digest_hex(sha256, digest_size(DIGEST_SHA256), out->sha256);
		digest_hex(md5, digest_size(DIGEST_MD5), md5_hex);
		compare(f, md5_hex, out);
	}
	digest_free(&t.sha256);
	digest_free(&t.md5);
	buf_free(&t.index);
	return st;
}

enum status
chat_file_fetch(struct chat_proc *proc, struct budget *budget, int dir, const struct chat_file *f, uint64_t serial,
    struct chat_fetched *out, struct err *err)
{
	char name[sizeof(out->blob)];
	enum status st;
	unsigned i;

	memset(out, 0, sizeof(*out));
	snprintf(name, sizeof(name), FS_TMP_PREFIX "chat-%" PRIu64, serial);
	memcpy(out->blob, name, sizeof(name));
	for (i = 0; i < CHAT_FILE_FETCHES; i++) {
		if ((st = fetch_once(proc, budget, dir, f, out, err)) != ST_OK)
			break;
		if (out->flag == NULL)
			break;
	}
	if (st == ST_OK && (out->reason == NULL || out->flag != NULL))
		return ST_OK;		/* a file, perhaps not the announced one: kept and said so */
	out->blob[0] = '\0';
	if (st == ST_OK)
		return fs_unlink(dir, name, err);
	return st;		/* what is left behind goes at the next start, by its prefix */
}
