/* hook_chat_start.c: before the first page: what is wanted, where to begin, what is configured; the library and its helpers started. */
#include "exporters/hook_chat_priv.h"

#include <stdlib.h>

#include "core/i18n.h"
#include "core/ring.h"
#include "exporters/transport_curl.h"

#define PER_MINUTE	600u				/* GetChatData calls [91774] */
#define MEDIA_PER_MINUTE 6000u				/* GetMediaData: no limit stated; below that of one interface [90312] */
#define IDS_FILE	"chat-files.ids"

static bool
listed(const char *const *list, const char *name)
{
	size_t i;

	for (i = 0; list != NULL && list[i] != NULL; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static bool
wants(const struct scope *s, const char *stream)
{
	if (s == NULL)
		return true;
	return !listed(s->excluded, stream) && (s->streams == NULL || listed(s->streams, stream));
}

/* Where to begin.  A run that takes only some messages walks all there is and leaves the carry alone. */
enum status
hook_chat_start_place(struct hook_chat *h, const struct hook_ctx *ctx, struct err *err)
{
	const struct scope *s = h->params->scope;
	enum status st;

	h->wants_messages = wants(s, "messages");
	h->wants_files = wants(s, "files");
	h->filtered = s != NULL && (s->since_ms != WHEN_UNKNOWN || s->until_ms != WHEN_UNKNOWN || s->users != NULL || s->rooms != NULL ||
	    s->pilot || !h->wants_messages || !h->wants_files);
	if (ctx->carry.n > 0 && (st = buf_str_add(&h->old_carry, ctx->carry, err)) != ST_OK)
		return st;
	if (ctx->cursor.n > 0)
		st = chat_cursor_read(ctx->cursor, &h->pos, err);
	else {
		st = chat_cursor_carry_read(h->filtered ? STR_NONE : ctx->carry, &h->pos, err);
		h->carried = h->pos.begun = h->pos.has_seq || h->pos.read_ms != WHEN_UNKNOWN;
	}
	h->resumed_at = h->pos.has_seq || h->carried;
	h->committed = h->pos;
	return st;
}

/* Without a library or a secret messages are not offered to us: a limit, no failure.  ST_END then. */
enum status
hook_chat_start_configured(struct hook_chat *h, const char **secret, struct err *err)
{
	const struct config *c = h->params->config;
	struct chat_note note = chat_note_of(SRC_LIMIT, "messages", "no_sdk");
	enum status st;

	note.count = 0;
	*secret = config_get(c, h->section, "secret.chat");
	if (*secret == NULL)
		*secret = config_get(c, h->section, "secret.default");
	if ((st = config_path(c, h->section, "chat.sdk", &h->library, err)) == ST_OK && *secret != NULL)
		return ST_OK;
	if (st != ST_OK && st != ST_END)
		return st;
	if (st == ST_OK)
		note.reason = "no_secret";
	note.detail = st == ST_OK ? STR("secret.chat is not configured: the chat archive has a secret of its own") :
	    STR("chat.sdk is not configured: messages are only given through the vendor's library");
	note.retry = st == ST_OK ? STR("secret.chat") : STR("chat.sdk");
	h->phase = TAIL_COUNT;
	if (h->pos.done)
		h->phase = DONE;
	else if ((st = chat_notes_add(&h->notes, &note, err)) != ST_OK)
		return st;
	return ST_END;
}

static enum status
no_nul(struct str s, const char *key, struct err *err)
{
	return s.p != NULL && memchr(s.p, '\0', s.n) != NULL ? err_set(err, ST_USAGE, _("%s holds a NUL byte"), key) : ST_OK;
}

enum status
hook_chat_start(struct hook_chat *h, const char *secret, struct err *err)
{
	const struct source_params *p = h->params;
	struct chat_proc_config pc = { .program = p->program, .library = h->library.p, .backoff_ms = p->backoff_ms };
	const char *passwd = config_get(p->config, h->section, "chat.passwd");
	const char *base_url = config_get(p->config, h->section, "base_url");
	unsigned n_threads = ring_threads(p->n_threads);
	char *real;
	enum status st;

	if ((pc.corp_id = config_get(p->config, h->section, "corp_id")) == NULL)
		return err_set(err, ST_USAGE, _("[%s] has no corp_id"), h->section);
	if ((real = realpath(h->library.p, NULL)) == NULL) {
		(void)err_sys(err, _("the chat library %s cannot be loaded"), h->library.p);
		if (err != NULL)
			err->code = ST_USAGE;
		(void)err_next(err, _("set chat.sdk to the path of libWeWorkFinanceSdk_C.so for this processor"));
		return ST_USAGE;
	}
	buf_clear(&h->library);		/* absolute: the child works in "/" */
	st = buf_addz(&h->library, real, err);
	free(real);
	if (st != ST_OK || (st = buf_z(&h->library, err)) != ST_OK ||
	    (st = secret_load(secret, config_dir(p->config), &h->secret, err)) != ST_OK ||
	    (passwd != NULL && (st = secret_load(passwd, config_dir(p->config), &h->passwd, err)) != ST_OK))
		return st;
	pc.library = h->library.p;
	pc.secret = secret_view(&h->secret);
	pc.passwd = secret_view(&h->passwd);
	pc.proxy = config_get(p->config, h->section, "chat.proxy");
	if ((st = no_nul(pc.secret, "secret.chat", err)) != ST_OK || (st = no_nul(pc.passwd, "chat.passwd", err)) != ST_OK ||
	    (st = idset_open(&h->files, p->work_dir, IDS_FILE, h->pos.files_length, err)) != ST_OK)
		return st;
	h->has_files = true;
	if ((st = chat_keys_open(&h->keys, p->config, h->section, n_threads, err)) != ST_OK ||
	    (st = chat_proc_open(&h->proc, &pc, err)) != ST_OK)
		return st;
	if (base_url != NULL && transport_curl_is_loopback(base_url)) {
		budget_init_local(&h->budget, PER_MINUTE);
		budget_init_local(&h->media_budget, MEDIA_PER_MINUTE);
	} else {
		budget_init(&h->budget, PER_MINUTE);
		budget_init(&h->media_budget, MEDIA_PER_MINUTE);
	}
	h->pull.proc = h->proc;
	h->pull.budget = &h->budget;
	h->pull.backoff_ms = p->backoff_ms == 0 ? 500 : p->backoff_ms;
	st = chat_decrypt_open(&h->decrypt, h->keys, h->proc, n_threads, err);
	h->pull.decrypt = h->decrypt;
	return st;
}
