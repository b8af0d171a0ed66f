/*
 * chat_pull.c: what each answer of GetChatData leads to.
 *
 *   answer                         next
 *   rows with a higher seq         CHAT_PULL_ROWS
 *   rows, none of them new         again, 3 times; then ST_RETRY
 *   empty                          again, once; then CHAT_PULL_END
 *   child failed, or not JSON      a tenth of the rows; at one row: gap, seq + 1
 *   errcode inside                 the table below
 */
#include "exporters/chat_pull.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/log.h"
#include "core/stop.h"
#include "exporters/chat_file.h"

#define ASK_AGAIN	3u
#define GARBAGE_MAX	3u	/* answers that are not JSON before less is asked for */
#define SKIP_MAX	10u	/* rows in a row that cannot be had */
#define BUSY_MAX	4u	/* "busy" and "too often" in a row */

/* errcode of the answer: the common table of wecom document 90313 and the chat archive's own, read 2026-11. */
static const struct { int64_t code; enum { BUSY, RENEW, DENIED, IP, GAP, NOT_OPENED } act; const char *reason; } errcodes[] = {
	{ -1, BUSY, NULL }, { 45009, BUSY, NULL }, { 45033, BUSY, NULL },
	{ 40014, RENEW, NULL }, { 42001, RENEW, NULL },	/* the library's own token */
	{ 40001, IP, NULL },		/* also seen when the caller's address is not trusted */
	{ 41001, IP, NULL }, { 60020, IP, NULL },
	{ 40013, DENIED, NULL }, { 40091, DENIED, NULL }, { 41004, DENIED, NULL },
	{ 48002, GAP, "denied" }, { 48004, GAP, "denied" }, { 48005, GAP, "denied" },
	{ 301052, GAP, "licence_expired" }, { 301053, NOT_OPENED, "not_opened" },
};

void
chat_pull_init(struct chat_pull *p, uint32_t limit_max)
{
	memset(p, 0, sizeof(*p));
	p->limit = p->limit_max = limit_max;
	arena_init(&p->arena, LIMIT_ARENA);
	arena_init(&p->ids_arena, LIMIT_PAGE);
}

void
chat_pull_free(struct chat_pull *p)
{
	arena_free(&p->arena);
	arena_free(&p->ids_arena);
}

static enum status
wait_ms(uint64_t ms, struct err *err)
{
	(void)when_sleep_ms((int64_t)ms);
	return stop_check(err);
}

static size_t
errcode_row(int64_t errcode)
{
	size_t i = 0;

	while (i < sizeof(errcodes) / sizeof(errcodes[0]) && errcodes[i].code != errcode)
		i++;
	return i;
}

enum status
chat_pull_patience(struct chat_pull *p, int64_t errcode, bool *again, struct err *err)
{
	const size_t i = errcode_row(errcode);

	*again = false;
	if (i == sizeof(errcodes) / sizeof(errcodes[0]))
		return ST_OK;
	if (errcodes[i].act == BUSY) {
		if (errcode != -1)
			budget_slow(p->budget);
		if (++p->n_busy > BUSY_MAX)
			return ST_OK;
		*again = true;
		/* After a breach the platform is closed for a minute [90312]. */
		return wait_ms(errcode == -1 ? p->backoff_ms << p->n_busy : p->backoff_ms * 120, err);
	}
	if (errcodes[i].act == RENEW && p->n_renewed++ == 0) {
		chat_proc_renew(p->proc);
		*again = true;
		return stop_check(err);
	}
	return ST_OK;
}

/* The platform said no inside its JSON. */
static enum status
said_no(struct chat_pull *p, const struct chat_page *page, struct chat_notes *notes, enum chat_pull_what *what, bool *again, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_GAP, "messages", "refused");
	char detail[256];
	const size_t i = errcode_row(page->errcode), n = sizeof(errcodes) / sizeof(errcodes[0]);
	enum status st;

	snprintf(detail, sizeof(detail), "errcode %" PRId64 ": %.*s", page->errcode, page->errmsg.n > 160 ? 160 : (int)page->errmsg.n,
	    page->errmsg.p == NULL ? "" : page->errmsg.p);
	if ((st = chat_pull_patience(p, page->errcode, again, err)) != ST_OK || *again)
		return st;
	if (i < n && errcodes[i].act == BUSY)
		return err_set(err, ST_RETRY, _("%s: %s"), "GetChatData", detail);
	if (i < n && (errcodes[i].act == RENEW || errcodes[i].act == DENIED || errcodes[i].act == IP)) {
		st = err_set(err, ST_DENIED, _("%s: %s"), "GetChatData", detail);
		(void)err_next(err, errcodes[i].act == IP ?
		    _("check secret.chat, and that this computer's outgoing address is among the trusted IPs of the chat archive") :
		    _("check corp_id and secret.chat"));
		return st;
	}
	if (i < n) {
		note.reason = errcodes[i].reason;
		if (errcodes[i].act == NOT_OPENED)
			note.what = SRC_LIMIT;
	}
	note.count = 0;
	note.detail = str_of(detail);
	note.retry = STR(RETRY_NEXT);
	*what = CHAT_PULL_SHUT;
	return chat_notes_add(notes, &note, err);
}

/* The library failed at this page: ask for less, at last leave one row out. */
static enum status
failed(struct chat_pull *p, struct chat_cursor *pos, struct chat_notes *notes, const char *why, enum chat_pull_what *what, bool *again, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_GAP, "messages", "unreadable");
	char object[32], detail[160], entry[48];

	p->n_garbage = 0;
	if (p->limit > 1) {
		p->limit = p->limit >= 10 ? p->limit / 10 : 1;
		*again = true;
		return ST_OK;
	}
	if (pos->seq == UINT64_MAX || ++p->n_skipped > SKIP_MAX) {
		enum status st = err_set(err, ST_REMOTE, _("the chat library gives no message after seq %" PRIu64 ": %s"), pos->seq, why);

		(void)err_next(err, _("try another version of the library (chat.sdk); nothing was skipped for good"));
		return st;
	}
	pos->seq++;
	pos->has_seq = true;
	snprintf(object, sizeof(object), "seq %" PRIu64, pos->seq);
	snprintf(detail, sizeof(detail), "GetChatData: %s", why);
	snprintf(entry, sizeof(entry), "\"row\":%" PRIu64, pos->seq);
	note.entry = str_of(entry);
	note.object = str_of(object);
	note.detail = str_of(detail);
	note.retry = STR(RETRY_NEXT);
	*what = CHAT_PULL_SKIP;
	*again = false;
	return chat_notes_add(notes, &note, err);
}

static int
by_seq(const void *a, const void *b)
{
	const struct chat_row *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

struct id { struct str id; size_t row; };

static int
by_id(const void *a, const void *b)
{
	const struct id *x = a, *y = b;
	int c = str_cmp(x->id, y->id);

	return c != 0 ? c : x->row < y->row ? -1 : x->row > y->row;
}

static int
by_str(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/*
 * Order the page by seq and drop what was given before; a message that comes again under a higher seq, in this page or the one behind the last,
 * stays as a place in the sequence, so that the next question leads on.
 */
static enum status
tidy(struct chat_pull *p, const struct chat_cursor *pos, struct err *err)
{
	struct chat_row *rows = p->rows;
	size_t i, n = 0, n_ids = 0;
	struct id *ids;
	bool *drop;
	void *mem;
	enum status st;

	for (i = 1; i < p->n_rows && rows[i - 1].seq < rows[i].seq; i++)
		;
	if (i < p->n_rows)
		qsort(rows, p->n_rows, sizeof(*rows), by_seq);
	if ((st = arena_get(&p->arena, p->n_rows + 1, sizeof(*ids), &mem, err)) != ST_OK)
		return st;
	ids = mem;
	if ((st = arena_get(&p->arena, p->n_rows + 1, sizeof(*drop), &mem, err)) != ST_OK)
		return st;
	drop = mem;
	for (i = 0; i < p->n_rows; i++) {
		drop[i] = (pos->has_seq && rows[i].seq <= pos->seq) || (i > 0 && rows[i].seq == rows[i - 1].seq);
		if (drop[i] || rows[i].msgid.n == 0)
			continue;
		if (p->n_ids > 0 && bsearch(&rows[i].msgid, p->ids, p->n_ids, sizeof(*p->ids), by_str) != NULL)
			rows[i].state = CHAT_ROW_REPEATED;
		ids[n_ids++] = (struct id){ rows[i].msgid, i };
	}
	qsort(ids, n_ids, sizeof(*ids), by_id);
	for (i = 1; i < n_ids; i++)
		if (str_eq(ids[i].id, ids[i - 1].id))
			rows[ids[i].row].state = CHAT_ROW_REPEATED;
	for (i = 0; i < p->n_rows; i++) {
		p->n_repeated += drop[i] || rows[i].state == CHAT_ROW_REPEATED;
		if (!drop[i] && n++ != i)
			rows[n - 1] = rows[i];
	}
	p->n_rows = n;
	return ST_OK;
}

/* The msgids of this page, for the next. */
static enum status
remember(struct chat_pull *p, struct err *err)
{
	enum status st;
	void *mem;
	size_t i;

	arena_reset(&p->ids_arena);
	p->n_ids = 0;
	if ((st = arena_get(&p->ids_arena, p->n_rows + 1, sizeof(*p->ids), &mem, err)) != ST_OK)
		return st;
	p->ids = mem;
	for (i = 0; i < p->n_rows; i++)
		if (p->rows[i].msgid.n > 0 && (st = arena_dup(&p->ids_arena, p->rows[i].msgid, &p->ids[p->n_ids++], err)) != ST_OK)
			return st;
	qsort(p->ids, p->n_ids, sizeof(*p->ids), by_str);
	return ST_OK;
}

/* A page without errcode: is it new, old, or the end? */
static enum status
take(struct chat_pull *p, const struct chat_page *page, struct chat_cursor *pos, struct chat_notes *notes, enum chat_pull_what *what, bool *again, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_GAP, "messages", "unreadable");
	enum status st;

	p->n_busy = p->n_garbage = p->n_renewed = 0;
	if (page->n == 0 && page->n_bad == 0) {
		*again = ++p->n_empty < 2;
		*what = CHAT_PULL_END;
		return ST_OK;
	}
	p->n_empty = 0;
	p->rows = page->rows;
	p->n_rows = page->n;
	if ((st = tidy(p, pos, err)) != ST_OK)
		return st;
	if (p->n_rows == 0 && p->from_oldest) {
		*what = CHAT_PULL_END;		/* all there is, from the oldest on, is known */
		return ST_OK;
	}
	if (p->n_rows == 0) {
		if (++p->n_stuck > ASK_AGAIN)
			return err_set(err, ST_RETRY, _("%s: the same messages again and again after seq %" PRIu64), "GetChatData", pos->seq);
		log_say(LOG_DEBUG_, _("%s: nothing new after seq %" PRIu64 "; asked again"), "GetChatData", pos->seq);
		*again = true;
		return wait_ms(p->backoff_ms, err);
	}
	if (page->n_bad > 0) {
		note.count = page->n_bad;
		note.is_final = true;	/* without its number no row can be asked for */
		note.detail = STR("GetChatData: rows without a usable seq");
		if ((st = chat_notes_add(notes, &note, err)) != ST_OK)
			return st;
	}
	p->n_stuck = p->n_skipped = 0;
	if (p->limit < p->limit_max)
		p->limit = p->limit_max / 10 < p->limit ? p->limit_max : p->limit * 10;
	*what = CHAT_PULL_ROWS;
	if ((st = remember(p, err)) != ST_OK)
		return st;
	return chat_decrypt_rows(p->decrypt, p->rows, p->n_rows, &p->arena, err);
}

/* One answer. */
static enum status
ask(struct chat_pull *p, struct chat_cursor *pos, struct chat_notes *notes, enum chat_pull_what *what, bool *again, struct err *err)
{
	struct chat_page page;
	struct str text;
	enum status st;
	int code;

	*again = false;
	arena_reset(&p->arena);
	if ((st = chat_file_turn(p->budget, err)) != ST_OK ||
	    (st = chat_proc_pull(p->proc, p->from_oldest ? 0 : pos->seq, p->limit, &code, &text, err)) != ST_OK)
		return st;
	if (code == 10010 && !p->from_oldest) {	/* too old: what there is begins later; rows before seq are dropped as always */
		p->from_oldest = *again = true;
		return ST_OK;
	}
	if (code == CHAT_E_FAULT || code == CHAT_E_SIZE || code == CHAT_E_NULL)
		return failed(p, pos, notes, chat_code_row(code)->text, what, again, err);
	if (code != 0)
		return err_set(err, ST_REMOTE, _("%s: %s (code %d)"), "GetChatData", _(chat_code_row(code)->text), code);
	/* The text belongs to the child's next answer: rows outlive it. */
	if ((st = arena_dup(&p->arena, text, &text, err)) != ST_OK)
		return st;
	st = chat_page_read(text, &p->arena, &page, err);
	if (st == ST_INPUT || st == ST_LIMIT) {
		if (++p->n_garbage < GARBAGE_MAX) {
			*again = true;
			return wait_ms(p->backoff_ms, err);
		}
		return failed(p, pos, notes, "the answer is not the JSON that is expected", what, again, err);
	}
	if (st != ST_OK)
		return st;
	if (page.errcode != 0)
		return said_no(p, &page, notes, what, again, err);
	st = take(p, &page, pos, notes, what, again, err);
	if (st == ST_OK && *what == CHAT_PULL_ROWS)
		p->from_oldest = false;
	return st;
}

enum status
chat_pull_next(struct chat_pull *p, struct chat_cursor *pos, struct chat_notes *notes, enum chat_pull_what *what, struct err *err)
{
	bool again;
	enum status st;

	do {
		if ((st = stop_check(err)) != ST_OK)
			return st;
		*what = CHAT_PULL_END;
		if ((st = ask(p, pos, notes, what, &again, err)) != ST_OK)
			return st;
	} while (again);
	return ST_OK;
}
