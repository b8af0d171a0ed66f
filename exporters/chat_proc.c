/*
 * chat_proc.c: requests to the child.  ask() is the one place where a child is started, killed and replaced.
 *
 * A request is encoded once in p->out and sent again as it is to each new child.
 */
#include "exporters/chat_proc.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/digest.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/stop.h"
#include "core/when.h"
#include "exporters/chat_spawn.h"

#define TIMEOUT_S	30u
#define DEADLINE_MORE	15000u			/* what a call may take beyond the library's own timeout */
#define RSS_MAX		((uint64_t)512 << 20)
#define NETWORK_TRIES	6u
#define WAIT_MAX_MS	60000u
#define FAILED_MAX	8u			/* messages in a row at which the child failed */

struct chat_proc {
	struct chat_proc_config	 config;
	int			 pid, fd;
	unsigned		 n_starts, n_failed;
	struct buf		 out, in;
};

/* Source: document 91774, "return codes", read 2026-11; the first rows are ours. */
static const struct chat_code codes[] = {
	{ 0, ST_OK, NULL, false, "" },
	{ CHAT_E_LOAD, ST_USAGE, "fetch_failed", false, N_("cannot be loaded") },
	{ CHAT_E_SYMBOL, ST_USAGE, "fetch_failed", false, N_("a function is missing") },
	{ CHAT_E_NULL, ST_INPUT, "fetch_failed", false, N_("the library has no memory") },
	{ CHAT_E_SIZE, ST_INPUT, "fetch_failed", false, N_("the library gave a length that cannot be") },
	{ CHAT_E_BODY, ST_INPUT, "fetch_failed", false, N_("the request could not be read") },
	{ CHAT_E_FAULT, ST_INPUT, "fetch_failed", false, N_("the library crashed or hung each time") },
	{ 10000, ST_REMOTE, "fetch_failed", false, N_("parameter error") },
	{ 10001, ST_RETRY, "fetch_failed", false, N_("network error") },
	{ 10002, ST_RETRY, "fetch_failed", false, N_("data could not be parsed") },
	{ 10003, ST_RETRY, "fetch_failed", false, N_("system error") },
	{ 10004, ST_INPUT, "fetch_failed", false, N_("parameter or key error") },
	{ 10005, ST_INPUT, "gone", true, N_("no such file") },
	{ 10006, ST_INPUT, "undecryptable", false, N_("decryption failed") },
	{ 10007, ST_INPUT, "undecryptable", false, N_("wrong key version") },
	{ 10008, ST_INPUT, "undecryptable", false, N_("message key cannot be read") },
	{ 10009, ST_DENIED, "denied", false, N_("this computer's address is not on the list of trusted addresses") },
	{ 10010, ST_INPUT, "expired", true, N_("the data have expired") },
	{ 10011, ST_DENIED, "denied", false, N_("TLS certificate error") },
};
static const struct chat_code unknown_code = { INT32_MIN, ST_INPUT, "fetch_failed", false, N_("unknown code") };

const struct chat_code *
chat_code_row(int code)
{
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return &codes[i];
	return &unknown_code;
}

/* A refusal that ends the session, with its next step. */
static enum status
refused(const char *call, int code, struct err *err)
{
	const struct chat_code *row = chat_code_row(code);

	(void)err_set(err, row->st, _("%s: %s (code %d)"), call, _(row->text), code);
	if (code == 10009)
		(void)err_next(err, _("add this computer's outgoing address to the trusted IPs of the chat archive (admin console, "
		    "management tools, chat archive); it has a list of its own"));
	else if (code == 10011)
		(void)err_next(err, _("check the clock, the proxy and the root certificates of this computer"));
	return row->st;
}

static void
halt(struct chat_proc *p, const char *because)
{
	char why[64];

	if (p->pid == 0)
		return;
	chat_spawn_end(&p->pid, &p->fd, why, sizeof(why));
	log_say(LOG_DEBUG_, _("the process of the chat library was ended: %s (%s)"), because, why);
}

/* While waiting: the user may stop, the child may grow without measure. */
static enum status
tick(void *ctx, struct err *err)
{
	struct chat_proc *p = ctx;

	if (chat_spawn_rss(p->pid) / 4 > p->config.rss_max)
		return err_set(err, ST_RETRY, _("it takes too much memory"));
	return stop_check(err);
}

/* One request to the child as it is now. */
static enum status
exchange(struct chat_proc *p, struct str request, struct err *err)
{
	const struct chat_wait w = { when_mono_ms() + (int64_t)p->config.deadline_ms, tick, p };
	enum status st;

	if ((st = chat_wire_send(p->fd, request, &w, err)) != ST_OK)
		return st;
	return chat_wire_recv(p->fd, &p->in, &w, err);
}

/* Read "op, code" of the answer in p->in. */
static enum status
head(struct chat_proc *p, uint32_t op, struct chat_body *b, int *code, struct err *err)
{
	uint32_t got_op, got_code;

	*b = (struct chat_body){ p->in.p, p->in.n, 0, false };
	if (!chat_wire_get_u32(b, &got_op) || !chat_wire_get_u32(b, &got_code) || got_op != op)
		return err_set(err, ST_END, _("the answer could not be read"));
	*code = (int)(int32_t)got_code;
	return ST_OK;
}

static enum status
init_refused(struct chat_proc *p, struct chat_body *b, int code, struct err *err)
{
	struct str why = STR_NONE;

	(void)chat_wire_get_str(b, &why);
	if (code == CHAT_E_LOAD) {
		(void)err_set(err, ST_USAGE, _("the chat library %s cannot be loaded: %.*s"), p->config.library, STR_ARG(why));
		(void)err_next(err, _("set chat.sdk to the path of libWeWorkFinanceSdk_C.so for this processor, with the libraries it needs"));
		return ST_USAGE;
	}
	if (code == CHAT_E_SYMBOL) {
		(void)err_set(err, ST_USAGE, _("%s is not the chat library: it has no function %.*s"), p->config.library, STR_ARG(why));
		(void)err_next(err, _("set chat.sdk to the path of libWeWorkFinanceSdk_C.so, version 2 or later"));
		return ST_USAGE;
	}
	if (chat_code_row(code)->st == ST_DENIED)
		return refused("Init", code, err);
	(void)err_set(err, chat_code_row(code)->st == ST_RETRY ? ST_RETRY : ST_REMOTE, _("%s: %s (code %d)"), "Init",
	    _(chat_code_row(code)->text), code);
	if (code == 10000)
		(void)err_next(err, _("check corp_id and secret.chat: it is the secret of the chat archive, not of an app"));
	return err == NULL ? ST_REMOTE : err->code;
}

/* A new child with the library loaded.  ST_END: it ended; ST_RETRY: it hung or the network failed. */
static enum status
start(struct chat_proc *p, struct err *err)
{
	struct chat_body b;
	struct buf request;
	enum status st;
	int code;

	buf_init(&request, 4 * LIMIT_SECRET);
	p->n_starts++;
	if ((st = chat_spawn(p->config.program, &p->pid, &p->fd, err)) != ST_OK)
		return st;
	if ((st = buf_room(&request, LIMIT_SECRET, err)) == ST_OK &&	/* at once: no copy of the secret stays behind */
	    (st = chat_wire_u32(&request, CHAT_OP_INIT, err)) == ST_OK &&
	    (st = chat_wire_str(&request, str_of(p->config.library), err)) == ST_OK &&
	    (st = chat_wire_str(&request, str_of(p->config.corp_id), err)) == ST_OK &&
	    (st = chat_wire_str(&request, p->config.secret, err)) == ST_OK &&
	    (st = chat_wire_str(&request, str_of(p->config.proxy), err)) == ST_OK &&
	    (st = chat_wire_str(&request, p->config.passwd, err)) == ST_OK &&
	    (st = chat_wire_u32(&request, p->config.timeout_s, err)) == ST_OK &&
	    (st = exchange(p, buf_str(&request), err)) == ST_OK &&
	    (st = head(p, CHAT_OP_INIT, &b, &code, err)) == ST_OK && code != 0)
		st = init_refused(p, &b, code, err);
	buf_wipe(&request);
	if (st != ST_OK)
		halt(p, err == NULL ? "" : err->text);
	return st;
}

/*
 * Send p->out and wait for the answer, in new children as long as that helps.  *code CHAT_E_FAULT: it did not; ${b} is empty then.
 */
static enum status
ask(struct chat_proc *p, uint32_t op, unsigned tries, struct chat_body *b, int *code, struct err *err)
{
	enum status st = ST_OK;
	unsigned i;

	if (p->pid != 0 && chat_spawn_rss(p->pid) > p->config.rss_max)
		halt(p, _("it takes too much memory"));
	for (i = 0; i < tries; i++) {
		if (p->pid != 0 || (st = start(p, err)) == ST_OK)
			if ((st = exchange(p, buf_str(&p->out), err)) == ST_OK &&
			    (st = head(p, op, b, code, err)) == ST_OK)
				return ST_OK;
		halt(p, err == NULL ? "" : err->text);
		if (st != ST_END && st != ST_RETRY && st != ST_LIMIT)
			return st;	/* stopped, no memory, refused: another child would not help */
		if ((st = stop_check(err)) != ST_OK)
			return st;
		if (i + 1 < tries)
			log_say(LOG_WARN_, _("the chat library failed; started again"));
	}
	*b = (struct chat_body){ NULL, 0, 0, false };
	*code = CHAT_E_FAULT;
	return ST_OK;
}

/* Random in [0, min(60 s, base · 2^n)], as robustness asks: many clients do not come back together. */
static enum status
back_off(struct chat_proc *p, unsigned n, struct err *err)
{
	uint64_t most = p->config.backoff_ms << n, r;
	enum status st;

	if (most > WAIT_MAX_MS)
		most = WAIT_MAX_MS;
	if ((st = digest_random(&r, sizeof(r), err)) != ST_OK)
		return st;
	(void)when_sleep_ms((int64_t)(r % (most + 1)));
	return stop_check(err);
}

/* ask, and again while the code is one of the network's; from the third time on in a new child: a handle that failed is not trusted. */
static enum status
ask_patiently(struct chat_proc *p, uint32_t op, struct chat_body *b, int *code, struct err *err)
{
	enum status st;
	unsigned i;

	for (i = 0;; i++) {
		if ((st = ask(p, op, CHAT_TRIES, b, code, err)) != ST_OK)
			return st;
		if (chat_code_row(*code)->st != ST_RETRY || i + 1 == NETWORK_TRIES)
			return ST_OK;
		if (i > 0)
			halt(p, _(chat_code_row(*code)->text));
		if ((st = back_off(p, i, err)) != ST_OK)
			return st;
	}
}

enum status
chat_proc_open(struct chat_proc **out, const struct chat_proc_config *config, struct err *err)
{
	struct chat_proc *p;
	enum status st = ST_END;
	unsigned i;

	*out = NULL;
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return err_oom(err, sizeof(*p));
	p->config = *config;
	p->fd = -1;
	if (p->config.timeout_s == 0)
		p->config.timeout_s = TIMEOUT_S;
	if (p->config.deadline_ms == 0)
		p->config.deadline_ms = (uint64_t)p->config.timeout_s * 1000 + DEADLINE_MORE;
	if (p->config.rss_max == 0)
		p->config.rss_max = RSS_MAX;
	if (p->config.backoff_ms == 0)
		p->config.backoff_ms = 500;
	if (p->config.backoff_ms > WAIT_MAX_MS)
		p->config.backoff_ms = WAIT_MAX_MS;
	buf_init(&p->out, CHAT_FRAME_MAX);
	buf_init(&p->in, CHAT_FRAME_MAX);
	for (i = 0; i < CHAT_TRIES && (st == ST_END || st == ST_RETRY); i++)
		st = start(p, err);
	if (st == ST_END || st == ST_RETRY)
		st = err_set(err, ST_REMOTE, _("the chat library %s does not start: it crashed or hung %u times"), p->config.library, CHAT_TRIES);
	if (st != ST_OK) {
		chat_proc_close(p);
		return st;
	}
	*out = p;
	return ST_OK;
}

void
chat_proc_close(struct chat_proc *p)
{
	if (p == NULL)
		return;
	halt(p, _("done"));
	buf_wipe(&p->out);
	buf_wipe(&p->in);
	free(p);
}

void
chat_proc_renew(struct chat_proc *p)
{
	halt(p, _("its session is over"));
}

enum status
chat_proc_pull(struct chat_proc *p, uint64_t seq, uint32_t limit, int *code, struct str *page, struct err *err)
{
	struct chat_body b;
	enum status st;

	*page = STR_NONE;
	buf_clear(&p->out);
	if ((st = chat_wire_u32(&p->out, CHAT_OP_PULL, err)) != ST_OK || (st = chat_wire_u64(&p->out, seq, err)) != ST_OK ||
	    (st = chat_wire_u32(&p->out, limit, err)) != ST_OK ||
	    (st = ask_patiently(p, CHAT_OP_PULL, &b, code, err)) != ST_OK)
		return st;
	if (*code == 0 && !chat_wire_get_str(&b, page)) {
		*code = CHAT_E_SIZE;
		return ST_OK;
	}
	st = chat_code_row(*code)->st;
	return st == ST_OK || st == ST_INPUT ? ST_OK : refused("GetChatData", *code, err);
}

enum status
chat_proc_media(struct chat_proc *p, struct str index, struct str file_id, int *code, struct chat_chunk *chunk, struct err *err)
{
	struct chat_body b;
	uint32_t is_last;
	enum status st;

	buf_clear(&p->out);
	if ((st = chat_wire_u32(&p->out, CHAT_OP_MEDIA, err)) != ST_OK || (st = chat_wire_str(&p->out, index, err)) != ST_OK ||
	    (st = chat_wire_str(&p->out, file_id, err)) != ST_OK ||
	    (st = ask_patiently(p, CHAT_OP_MEDIA, &b, code, err)) != ST_OK)
		return st;
	if (*code == 0) {
		if (!chat_wire_get_u32(&b, &is_last) || !chat_wire_get_str(&b, &chunk->next_index) || !chat_wire_get_str(&b, &chunk->data))
			*code = CHAT_E_SIZE;
		else
			chunk->is_last = is_last != 0;
		return ST_OK;
	}
	return chat_code_row(*code)->st == ST_DENIED ? refused("GetMediaData", *code, err) : ST_OK;
}

/* Encode a batch and read its answers; *code is that of the whole batch. */
static enum status
decrypt_batch(struct chat_proc *p, struct chat_cipher *items, size_t n, unsigned tries, int *code, struct err *err)
{
	struct chat_body b;
	uint32_t one;
	enum status st;
	size_t i;

	buf_clear(&p->out);
	if ((st = chat_wire_u32(&p->out, CHAT_OP_DECRYPT, err)) != ST_OK || (st = chat_wire_u32(&p->out, (uint32_t)n, err)) != ST_OK)
		return st;
	for (i = 0; i < n; i++)
		if ((st = chat_wire_str(&p->out, items[i].key, err)) != ST_OK || (st = chat_wire_str(&p->out, items[i].message, err)) != ST_OK)
			return st;
	st = ask(p, CHAT_OP_DECRYPT, tries, &b, code, err);
	explicit_bzero(p->out.p, p->out.n);	/* message keys */
	if (st != ST_OK)
		return st;
	for (i = 0; *code == 0 && i < n; i++) {
		if (!chat_wire_get_u32(&b, &one) || !chat_wire_get_str(&b, &items[i].text))
			*code = CHAT_E_SIZE;
		else
			items[i].code = (int)(int32_t)one;
	}
	return ST_OK;
}

/* Messages one by one into ${texts}: each answer replaces the last one in p->in. */
static enum status
decrypt_singly(struct chat_proc *p, struct chat_cipher *items, size_t n, struct err *err)
{
	struct buf texts;
	enum status st = ST_OK;
	int code;
	size_t i;

	buf_init(&texts, CHAT_FRAME_MAX);
	for (i = 0; i < n && st == ST_OK; i++) {
		struct str text = STR_NONE;

		if (p->n_failed >= FAILED_MAX) {
			items[i].code = CHAT_E_FAULT;
			items[i].text = STR_NONE;
			continue;
		}
		if ((st = decrypt_batch(p, &items[i], 1, CHAT_TRIES, &code, err)) != ST_OK)
			break;
		if (code != 0)
			items[i].code = code;
		else if (items[i].code == 0)
			text = items[i].text;
		p->n_failed = code == CHAT_E_FAULT ? p->n_failed + 1 : 0;
		items[i].text = (struct str){ NULL, text.n };
		if (items[i].code == 0)
			st = buf_str_add(&texts, text, err);
	}
	if (st == ST_OK && p->n_failed >= FAILED_MAX)
		p->n_failed = FAILED_MAX - 1;	/* the next batch may try one again */
	if (st == ST_OK) {
		struct buf was = p->in;
		size_t at = 0;

		p->in = texts;	/* views live until the next call, as always */
		texts = was;
		for (i = 0; i < n; i++)
			if (items[i].code == 0) {
				items[i].text.p = p->in.p == NULL ? "" : p->in.p + at;
				at += items[i].text.n;
			}
	}
	buf_wipe(&texts);
	return st;
}

enum status
chat_proc_decrypt(struct chat_proc *p, struct chat_cipher *items, size_t n, struct err *err)
{
	enum status st;
	int code = 0;

	if (n == 0)
		return ST_OK;
	if (n > 1) {
		if ((st = decrypt_batch(p, items, n, 1, &code, err)) != ST_OK)
			return st;
		if (code == 0) {
			p->n_failed = 0;
			return ST_OK;
		}
	}
	return decrypt_singly(p, items, n, err);
}

int
chat_proc_pid(const struct chat_proc *p)
{
	return p->pid;
}

unsigned
chat_proc_starts(const struct chat_proc *p)
{
	return p->n_starts;
}
