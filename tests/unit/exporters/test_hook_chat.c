/* test_hook_chat.c: whole runs of the chat archive against a library that misbehaves as it is told. */
#include "chat_rig.h"

#include "core/when.h"
#include "exporters/chat_child.h"
#include "exporters/hook.h"

static char self[4096];
static const char key[] = "chat.key.3 = file:key.pem";

/* A run written down: "R stream id", "F id size flag", "G stream object reason", "L reason count", "C n", "P", "E stream". */
struct run { const char *name; struct buf out, cursor, carry; enum status end; struct scope scope; uint64_t n_gaps; };

static void
put(struct run *w, const char *what, struct str a, struct str b, struct str c)
{
	assert_int_equal(buf_addf(&w->out, NULL, "%s %.*s %.*s %.*s\n", what, STR_ARG(a), STR_ARG(b), STR_ARG(c)), ST_OK);
}

/* Until the end or until ${pages} commit points were seen. */
static void
run(struct chat_rig *r, struct run *w, struct str cursor, struct str carry, unsigned pages)
{
	struct str text;
	struct source_params params = { .config = r->config, .tenant = "acme", .scope = &w->scope, .work_dir = r->work, .program = self,
	    .n_threads = 2, .backoff_ms = 1, .run = w->name };
	const struct hook_ctx ctx = { &params, cursor, carry, &w->n_gaps };
	struct source_item it;
	struct hook *h;
	char n[32];

	buf_init(&w->out, 1 << 20);
	buf_init(&w->cursor, 4096);
	buf_init(&w->carry, 4096);
	if ((w->end = hook_chat_open(&h, &ctx, &r->err)) != ST_OK)
		return;
	while ((w->end = h->next(h, &it, &r->err)) == ST_OK) {
		switch (it.what) {
		case SRC_RECORD:
			if (it.rec->kind == REC_FILE) {
				(void)snprintf(n, sizeof(n), "%llu", (unsigned long long)it.blob_size);
				put(w, "F", it.rec->id, str_of(n), str_of(it.rec->flags[0] == NULL ? "-" : it.rec->flags[0]));
				assert_int_equal(fs_unlink(r->work, it.blob, &r->err), ST_OK);
			} else
				put(w, "R", str_of(it.rec->stream), it.rec->id, record_get(it.rec, "seq"));
			break;
		case SRC_GAP:
		case SRC_LIMIT:
			w->n_gaps += it.what == SRC_GAP;
			put(w, it.what == SRC_GAP ? "G" : "L", record_get(it.rec, "of_stream"), record_get(it.rec, "object"), record_get(it.rec, "reason"));
			break;
		case SRC_CLOSED:
			put(w, "X", record_get(it.rec, "detail"), STR_NONE, STR_NONE);
			break;
		case SRC_COUNT:
			(void)snprintf(n, sizeof(n), "%llu", (unsigned long long)it.count);
			put(w, "C", str_of(n), STR_NONE, STR_NONE);
			break;
		case SRC_PAGE:
			put(w, "P", STR_NONE, STR_NONE, STR_NONE);
			assert_int_equal(h->sync(h, &r->err), ST_OK);
			buf_clear(&w->cursor);
			assert_int_equal(h->cursor(h, &text, &r->err), ST_OK);
			assert_int_equal(buf_str_add(&w->cursor, text, &r->err), ST_OK);
			if (pages > 0 && --pages == 0)
				goto out;
			break;
		case SRC_STREAM_END:
			put(w, "E", str_of(it.stream), STR_NONE, STR_NONE);
			break;
		}
	}
	assert_int_equal(h->carry(h, &text, &r->err), ST_OK);
	assert_int_equal(buf_str_add(&w->carry, text, &r->err), ST_OK);
out:
	h->close(h);
	assert_int_equal(buf_z(&w->out, &r->err), ST_OK);
}

static void
run_free(struct run *w)
{
	buf_free(&w->out);
	buf_free(&w->cursor);
	buf_free(&w->carry);
}

static unsigned
count(const struct run *w, const char *what)
{
	const char *p = w->out.p;
	unsigned n = 0;

	for (; p != NULL && (p = strstr(p, what)) != NULL; p++)
		n += p == w->out.p || p[-1] == '\n';
	return n;
}

static struct run
fresh(void)
{
	struct run w;

	memset(&w, 0, sizeof(w));
	w.scope.since_ms = w.scope.until_ms = WHEN_UNKNOWN;
	return w;
}

/* What the library does, and what must come out of it. */
static void
test_runs(void **state)
{
	static const struct { const char *how; enum status end; unsigned n_messages, n_gaps, n_limits, n_undecrypted; } cases[] = {
		{ "rows=40", ST_END, 40, 0, 1, 0 },
		{ "rows=40 short", ST_END, 40, 0, 1, 0 },
		{ "rows=40 short repeat", ST_END, 40, 0, 1, 0 },
		{ "rows=40 garbage", ST_END, 40, 0, 1, 0 },
		{ "rows=40 short crash=3", ST_END, 40, 0, 1, 0 },
		{ "rows=40 step=2", ST_END, 20, 0, 2, 0 },		/* seq_jump */
		{ "rows=40 nokey=7 badkey=9", ST_END, 38, 2, 1, 2 },
		{ "rows=40 poison=17", ST_END, 39, 1, 1, 0 },
		{ "rows=40 twice=7", ST_END, 39, 0, 1, 0 },		/* one message under two numbers, in one page */
		{ "rows=40 short twice=7", ST_END, 39, 0, 1, 0 },	/* in two */
		{ "rows=7 short twice=7", ST_END, 6, 0, 1, 0 },		/* the last page holds nothing else */
		{ "rows=7 short twice=7 skip=5 repeat", ST_END, 5, 0, 2, 0 },
		{ "rows=9 stale=1", ST_END, 9, 0, 1, 0 },
		{ "rows=9 stale=2", ST_DENIED, 0, 0, 0, 0 },
		{ "rows=0", ST_END, 0, 0, 1, 0 },
		{ "licence", ST_END, 0, 1, 0, 0 },
		{ "rows=3 same", ST_RETRY, 3, 0, 1, 0 },
		{ "rows=3 crash=1", ST_REMOTE, 0, 10, 0, 0 },
		{ "deny", ST_DENIED, 0, 0, 0, 0 },
	};
	struct chat_rig r;
	struct run w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		chat_rig_open(&r);
		chat_rig_configure(&r, cases[i].how, CHAT_LIBRARY, key);
		w = fresh();
		run(&r, &w, STR_NONE, STR_NONE, 0);
		if (w.end != cases[i].end || count(&w, "R messages m") != cases[i].n_messages || count(&w, "G ") != cases[i].n_gaps ||
		    count(&w, "L ") != cases[i].n_limits || count(&w, "R messages-undecrypted") != cases[i].n_undecrypted)
			fail_msg("%s: status %d (%s)\n%s", cases[i].how, (int)w.end, r.err.text, w.out.p);
		run_free(&w);
		chat_rig_close(&r);
	}
}

/* Stop after every commit point and go on: all together the same as undisturbed. */
static void
test_resume(void **state)
{
	struct chat_rig r;
	struct run w, again;
	struct buf cursor;
	unsigned n = 0;

	(void)state;
	chat_rig_open(&r);
	chat_rig_configure(&r, "rows=20 short repeat", CHAT_LIBRARY, key);
	buf_init(&cursor, 4096);
	for (;;) {
		again = fresh();
		run(&r, &again, cursor.n > 0 ? buf_str(&cursor) : STR_NONE, STR_NONE, 1);
		n += count(&again, "R messages m");
		if (again.end != ST_OK)
			break;
		buf_clear(&cursor);
		assert_int_equal(buf_str_add(&cursor, buf_str(&again.cursor), &r.err), ST_OK);
		run_free(&again);
	}
	assert_int_equal(again.end, ST_END);
	assert_int_equal(n, 20);
	assert_int_equal(count(&again, "R "), 0);
	run_free(&again);
	w = fresh();
	run(&r, &w, STR("{\"seq\":\"x\"}"), STR_NONE, 0);
	assert_int_equal(w.end, ST_CORRUPT);
	run_free(&w);
	buf_free(&cursor);
	chat_rig_close(&r);
}

/* A later run: contiguous, numbers left out, the last row read gone from the server, nothing for longer than it keeps. */
static void
test_window(void **state)
{
	static const struct { int64_t later_ms; const char *how, *want, *before; } cases[] = {
		{ 3600 * 1000, "rows=8", "", "rows=5" }, { 3600 * 1000, "rows=8 skip=6", "L messages  seq_jump", "rows=5" },
		{ 3600 * 1000, "rows=8 start=7", "G messages  window_lost", "rows=5" },
		{ INT64_C(10) * 24 * 3600 * 1000, "rows=8 start=7", "G messages  window_lost", "rows=5" }, { INT64_C(10) * 24 * 3600 * 1000, "rows=8", "", "rows=5" },
		{ INT64_C(10) * 24 * 3600 * 1000, "rows=5", "G messages  window_lost", "rows=5" },
		{ INT64_C(10) * 24 * 3600 * 1000, "rows=8 start=7 expired", "G messages  window_lost", "rows=5" },
		/* the run before met no message at all: what came and went since is lost all the same */
		{ 3600 * 1000, "rows=3", "", "rows=0" }, { 3600 * 1000, "rows=0", "", "rows=0" },
		{ INT64_C(10) * 24 * 3600 * 1000, "rows=8 start=7", "G messages  window_lost", "rows=0" },
		{ INT64_C(10) * 24 * 3600 * 1000, "rows=0", "G messages  window_lost", "rows=0" },
	};
	struct chat_rig r;
	struct run w, later;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		chat_rig_open(&r);
		when_test_clock(INT64_C(1767225600000) + 60000);
		chat_rig_configure(&r, cases[i].before, CHAT_LIBRARY, key);
		w = fresh();
		run(&r, &w, STR_NONE, STR_NONE, 0);
		assert_int_equal(count(&w, "L messages  before_window"), 1);
		when_test_clock(INT64_C(1767225600000) + 60000 + cases[i].later_ms);
		chat_rig_configure(&r, cases[i].how, CHAT_LIBRARY, key);
		later = fresh();
		run(&r, &later, STR_NONE, buf_str(&w.carry), 0);
		assert_int_equal(later.end, ST_END);
		if (count(&later, "G ") + count(&later, "L ") != (cases[i].want[0] != '\0') ||
		    (cases[i].want[0] != '\0' && count(&later, cases[i].want) != 1) || (strcmp(cases[i].before, "rows=5") == 0 && count(&later, "R messages m5") != 0))
			fail_msg("%zu: %s", i, later.out.p);
		run_free(&w);
		run_free(&later);
		chat_rig_close(&r);
	}
	when_test_clock(WHEN_UNKNOWN);
}

static void
message(const struct chat_rig *r, unsigned n, const char *type, const char *payload)
{
	char name[32], text[2048];

	(void)snprintf(name, sizeof(name), "message.%u", n);
	(void)snprintf(text, sizeof(text), "{\"msgid\":\"m%u\",\"action\":\"send\",\"from\":\"zhang\",\"tolist\":[\"li\"],\"roomid\":\"wr1\","
	    "\"msgtime\":1767225600000,\"msgtype\":\"%s\",%s}", n, type, payload);
	chat_rig_file(r, name, text);
}

static void
test_files(void **state)
{
	static const char *const want[] = {
		"F file-2500 2500 -\n",	"F flaky-1200 1200 -\n", "F file-7 7 hash_mismatch\n", "F file-8 8 size_mismatch\n", "G files file-7 hash_mismatch\n",
		"G files file-8 size_mismatch\n", "G files gone gone\n", "G files old expired\n", "G files loop fetch_failed\n", "G files crash fetch_failed\n",
		"L files  no_file_id\n", "F file-0 0 -\n"
	};
	struct chat_rig r;
	struct run w;
	size_t i;

	(void)state;
	chat_rig_open(&r);
	chat_rig_configure(&r, "rows=13", CHAT_LIBRARY, key);
	message(&r, 1, "file", "\"file\":{\"sdkfileid\":\"file-2500\",\"filesize\":2500,\"filename\":\"a.txt\",\"md5sum\":\"\"}");
	message(&r, 2, "file", "\"file\":{\"sdkfileid\":\"file-2500\",\"filesize\":2500}");		/* the same again: once */
	message(&r, 3, "image", "\"image\":{\"sdkfileid\":\"flaky-1200\",\"filesize\":\"1200\"}");
	message(&r, 4, "image", "\"image\":{\"sdkfileid\":\"file-7\",\"md5sum\":\"00112233445566778899aabbccddeeff\"}");
	message(&r, 5, "voice", "\"voice\":{\"sdkfileid\":\"file-8\",\"voice_size\":9}");
	message(&r, 6, "file", "\"file\":{\"sdkfileid\":\"gone\"}");
	message(&r, 7, "file", "\"file\":{\"sdkfileid\":\"old\"}");
	message(&r, 8, "file", "\"file\":{\"sdkfileid\":\"loop\"}");
	message(&r, 9, "file", "\"file\":{\"sdkfileid\":\"crash\"}");
	message(&r, 10, "qydiskfile", "\"info\":{\"filename\":\"x\"}");
	message(&r, 11, "qydiskfile", "\"info\":{\"filename\":\"y\"}");
	message(&r, 12, "future", "\"thing\":{\"parts\":[{\"sdkfileid\":\"file-0\"}]}");
	w = fresh();
	run(&r, &w, STR_NONE, STR_NONE, 0);
	assert_int_equal(w.end, ST_END);
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		if (count(&w, want[i]) != 1)
			fail_msg("%s in\n%s", want[i], w.out.p);
	assert_int_equal(count(&w, "R messages m"), 13);
	run_free(&w);
	chat_rig_close(&r);
}

/* --- what a run did not get is tried first by the next one --- */

/* The work directory of a finished run is gone. */
static void
new_work(struct chat_rig *r)
{
	assert_int_equal(fs_unlink(r->work, "chat-files.ids", NULL), ST_OK);
	assert_int_equal(fs_unlink(r->work, "chat-retry.ids", NULL), ST_OK);
}

/* A run with the carry of ${before}, which it frees; stopped and gone on with at every commit point when ${pieces}. */
static struct run
next_run(struct chat_rig *r, const char *name, const char *how, struct run *before, bool pieces)
{
	struct run w = fresh(), piece;
	struct buf cursor, out;

	chat_rig_configure(r, how, CHAT_LIBRARY, key);
	if (before != NULL)
		new_work(r);
	buf_init(&cursor, 4096);
	buf_init(&out, 1 << 20);
	do {
		piece = fresh();
		piece.name = name;
		piece.n_gaps = w.n_gaps;
		run(r, &piece, cursor.n > 0 ? buf_str(&cursor) : STR_NONE, before != NULL ? buf_str(&before->carry) : STR_NONE, pieces ? 1 : 0);
		assert_int_equal(buf_str_add(&out, buf_str(&piece.out), NULL), ST_OK);
		buf_clear(&cursor);
		assert_int_equal(buf_str_add(&cursor, buf_str(&piece.cursor), NULL), ST_OK);
		w.end = piece.end;
		w.n_gaps = piece.n_gaps;
		if (w.end == ST_END) {
			buf_init(&w.carry, 1 << 16);
			assert_int_equal(buf_str_add(&w.carry, buf_str(&piece.carry), NULL), ST_OK);
		}
		run_free(&piece);
	} while (w.end == ST_OK);
	assert_int_equal(w.end, ST_END);
	assert_int_equal(buf_z(&out, NULL), ST_OK);
	w.out = out;
	buf_free(&cursor);
	if (before != NULL)
		run_free(before);
	return w;
}

/* Exactly these lines of gaps, closed gaps, files and records. */
static void
only(const struct run *w, const char *const *want)
{
	unsigned n = 0;

	for (; *want != NULL; want++, n++)
		if (count(w, *want) != 1)
			fail_msg("%s in\n%s", *want, w->out.p);
	if (count(w, "G ") + count(w, "X ") + count(w, "F ") + count(w, "R ") != n)
		fail_msg("more than expected in\n%s", w->out.p);
}

static bool
carries(const struct run *w, const char *what)
{
	return memmem(w->carry.p, w->carry.n, what, strlen(what)) != NULL;
}

#define X(of, object, gaps)	"X {\"of_stream\":\"" of "\",\"object\":\"" object "\",\"gaps\":[" gaps "]} "
#define GAP(run, n)		"{\"run\":\"" run "\",\"gap\":\"" n "\"}"

static void
test_again(void **state)
{
	static const char *const first[] = { "G files file-2500 fetch_failed\n", "R messages-undecrypted m2", "G messages m2 missing_key\n", "G messages seq 3 unreadable\n",
	    "F file-7 7 hash_mismatch\n", "G files file-7 hash_mismatch\n", "R messages m1 1\n", "R messages m4 4\n", "R messages m5 5\n", NULL };
	static const char *const still[] = { "G files file-2500 fetch_failed\n", "G messages m2 missing_key\n", "G messages seq 3 unreadable\n",
	    "G files file-7 fetch_failed\n", NULL };
	static const char *const had[] = { "F file-2500 2500 -\n", X("files", "file-2500", GAP("one", "1") "," GAP("two", "1")), "R messages m2 2\n",
	    X("messages", "m2", GAP("one", "2") "," GAP("two", "2")), "R messages m3 3\n", X("messages", "seq 3", GAP("one", "3") "," GAP("two", "3")),
	    "G files file-7 hash_mismatch\n", "R messages m6 6\n", NULL };
	static const char *const last[] = { "G files file-7 expired\n", NULL }, *const nothing[] = { NULL };
	struct chat_rig r;
	struct run w;
	unsigned pieces;

	(void)state;
	for (pieces = 0; pieces < 2; pieces++) {
		chat_rig_open(&r);
		message(&r, 1, "file", "\"file\":{\"sdkfileid\":\"file-2500\",\"filesize\":2500,\"filename\":\"plan.txt\"}");
		message(&r, 4, "image", "\"image\":{\"sdkfileid\":\"file-7\",\"md5sum\":\"00112233445566778899aabbccddeeff\"}");
		w = next_run(&r, "one", "rows=5 nokey=2 poison=3 down=file-2500", NULL, pieces);
		only(&w, first);
		assert_true(carries(&w, "plan.txt"));
		w = next_run(&r, "two", "rows=5 nokey=2 poison=3 down=all", &w, pieces);
		only(&w, still);
		w = next_run(&r, "three", "rows=6", &w, pieces);
		only(&w, had);
		assert_true(carries(&w, "\"retry\":[{\"file\":\"file-7\",\"of\":\"m4\","));
		assert_false(carries(&w, "file-2500") || carries(&w, "\"row\""));
		w = next_run(&r, "four", "rows=6 old=file-7", &w, pieces);
		only(&w, last);
		assert_false(carries(&w, "retry"));
		w = next_run(&r, "five", "rows=6", &w, pieces);
		only(&w, nothing);
		run_free(&w);
		chat_rig_close(&r);
	}
}

/* Rows that the server does not keep any more are gaps for good; a run that takes only some messages tries nothing and leaves all as it is. */
static void
test_not_again(void **state)
{
	static const char *const gone[] = { "G messages m2 expired\n", NULL };
	static const char shut[] = "G messages  not_tried\n";
	const char *const room[] = { "wr1", NULL };
	struct chat_rig r;
	struct run w, part = fresh();
	struct buf before;

	(void)state;
	buf_init(&before, 1 << 16);
	chat_rig_open(&r);
	message(&r, 1, "file", "\"file\":{\"sdkfileid\":\"file-2500\",\"filesize\":2500,\"filename\":\"plan.txt\"}");
	w = next_run(&r, "one", "rows=5 nokey=2", NULL, false);
	assert_int_equal(buf_str_add(&before, buf_str(&w.carry), NULL), ST_OK);
	assert_true(carries(&w, "\"row\":2"));
	new_work(&r);
	part.scope.rooms = room;
	chat_rig_configure(&r, "rows=5 down=all", CHAT_LIBRARY, key);
	run(&r, &part, STR_NONE, buf_str(&before), 0);
	assert_int_equal(part.end, ST_END);
	assert_int_equal(count(&part, "G files file-2500 fetch_failed\n"), 1);
	assert_true(str_eq(buf_str(&part.carry), buf_str(&before)));
	run_free(&part);
	w = next_run(&r, "two", "licence", &w, false);
	assert_int_equal(count(&w, shut), 1);
	assert_int_equal(count(&w, "G "), 2);
	assert_true(carries(&w, "\"row\":2"));
	w = next_run(&r, "three", "rows=5 start=4", &w, false);
	only(&w, gone);
	assert_false(carries(&w, "retry"));
	run_free(&w);
	buf_free(&before);
	chat_rig_close(&r);
}

/* A token that is over, or a busy platform, costs a renewal or a wait, and nothing of what is tried again; no messages at all: files are tried all the same, rows wait. */
static void
test_again_patiently(void **state)
{
	static const char *const hows[] = { "rows=6 stale=1", "licence" };
	struct chat_rig r;
	struct run w;
	unsigned i;

	(void)state;
	for (i = 0; i < 2; i++) {
		chat_rig_open(&r);
		message(&r, 1, "file", "\"file\":{\"sdkfileid\":\"file-2500\",\"filesize\":2500,\"filename\":\"plan.txt\"}");
		w = next_run(&r, "one", "rows=5 nokey=2 down=all", NULL, false);
		assert_int_equal(count(&w, "G files file-2500 fetch_failed\n"), 1);
		w = next_run(&r, "two", hows[i], &w, i == 1);
		assert_int_equal(count(&w, "F file-2500"), 1);
		assert_int_equal(count(&w, "G messages  not_tried\n"), i);
		assert_int_equal(count(&w, "R messages m2 2\n"), 1 - i);
		assert_true(carries(&w, "\"row\":2") == (i == 1));
		assert_false(carries(&w, "\"file\""));
		run_free(&w);
		chat_rig_close(&r);
	}
}

/* Files that cannot be had one after the other: the rest waits, untried, and one gap counts it; rows are tried all the same. */
static void
test_in_vain(void **state)
{
	char payload[96];
	struct chat_rig r;
	struct run w;
	unsigned i;

	(void)state;
	chat_rig_open(&r);
	for (i = 2; i <= 36; i++) {
		(void)snprintf(payload, sizeof(payload), "\"file\":{\"sdkfileid\":\"file-%u\",\"filesize\":%u}", i, i);
		message(&r, i, "file", payload);
	}
	w = next_run(&r, "one", "rows=37 nokey=37 down=all", NULL, false);
	assert_int_equal(count(&w, "G files file-"), 35);
	w = next_run(&r, "two", "rows=37 down=all", &w, true);
	assert_int_equal(count(&w, "G files file-"), 32);
	assert_int_equal(count(&w, "G files  not_tried\n"), 1);
	assert_int_equal(count(&w, "R messages m37 37\n"), 1);
	w = next_run(&r, "three", "rows=37", &w, true);
	assert_int_equal(count(&w, "F file-"), 35);
	assert_int_equal(count(&w, "X "), 35);
	assert_int_equal(count(&w, "G "), 0);
	assert_false(carries(&w, "retry"));
	run_free(&w);
	chat_rig_close(&r);
}

static void
test_scope(void **state)
{
	const char *const wang[] = { "wang", NULL }, *const li[] = { "li", NULL }, *const room[] = { "wr1", NULL };
	struct chat_rig r;
	struct run w;

	(void)state;
	chat_rig_open(&r);
	chat_rig_configure(&r, "rows=9", CHAT_LIBRARY, key);
	message(&r, 4, "text", "\"text\":{\"content\":\"x\"}");
	w = fresh();
	w.scope.users = wang;
	run(&r, &w, STR_NONE, STR("{\"seq\":2}"), 0);
	assert_int_equal(count(&w, "R messages m"), 0);
	assert_true(str_is(buf_str(&w.carry), "{\"seq\":2}"));		/* what was left out must not be lost to the next run */
	run_free(&w);
	w = fresh();
	w.scope.users = li;
	run(&r, &w, STR_NONE, STR_NONE, 0);
	assert_int_equal(count(&w, "R messages m"), 9);
	run_free(&w);
	w = fresh();
	w.scope.rooms = room;
	run(&r, &w, STR_NONE, STR_NONE, 0);
	assert_int_equal(count(&w, "R messages m"), 1);
	run_free(&w);
	w = fresh();
	w.scope.since_ms = INT64_C(1767225600005);
	w.scope.until_ms = INT64_C(1767225600008);
	run(&r, &w, STR_NONE, STR_NONE, 0);
	assert_int_equal(count(&w, "R messages m"), 3);
	run_free(&w);
	chat_rig_close(&r);
}

static void
test_unconfigured(void **state)
{
	struct chat_rig r;
	struct run w = fresh();

	(void)state;
	chat_rig_open(&r);
	chat_rig_configure(&r, "x", NULL, "");
	run(&r, &w, STR_NONE, STR_NONE, 0);
	assert_int_equal(w.end, ST_END);
	assert_int_equal(count(&w, "L messages  no_sdk"), 1);
	assert_int_equal(count(&w, "G "), 0);
	run_free(&w);
	chat_rig_configure(&r, "x", "/nonexistent.so", "");
	run(&r, &w, STR_NONE, STR_NONE, 0);
	assert_int_equal(w.end, ST_USAGE);
	run_free(&w);
	chat_rig_close(&r);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs), cmocka_unit_test(test_resume), cmocka_unit_test(test_window), cmocka_unit_test(test_files),
		cmocka_unit_test(test_again), cmocka_unit_test(test_not_again), cmocka_unit_test(test_again_patiently), cmocka_unit_test(test_in_vain), cmocka_unit_test(test_scope), cmocka_unit_test(test_unconfigured)
	};

	if (argc == 2 && strcmp(argv[1], "--chat-child") == 0)
		return chat_child_main(3);
	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
