/*
 * test_view_html.c: chat pages: golden bytes of every type of message and of hostile ones; every record in exactly one article, as libxml2 reads it back; days in parts; what
 * is not granted, missing, recalled.
 */
#include "shelf.h"

#include <limits.h>

#include "core/mem.h"
#include "core/json.h"
#include "formats/html_gaps.h"
#include "formats/view_html.h"

static const struct format_options opt = { .organization = "青松设计事务所 & Partner", .made_ms = INT64_C(1795312800000), .archive = "acme-00000001" };

static void
make(struct shelf *shelf, struct records *recs)
{
	struct view_input in = { .opt = &opt, .records = &recs->iter, .scratch = -1 };
	struct err err;

	err_init(&err);
	shelf_init(shelf);
	if (html_view.make(&in, &shelf->place, &err) != ST_OK)
		fail_msg("%s", err.text);
}

static void
exact_bytes(void **state)
{
	static struct shelf shelf, again;
	struct records recs;
	size_t i;

	(void)state;
	records_open(&recs, "chat.jsonl");
	make(&shelf, &recs);
	make(&again, &recs);
	assert_int_equal(shelf.n, again.n);
	for (i = 0; i < shelf.n; i++) {
		assert_true(str_eq(buf_str(&shelf.at[i].buf), shelf_get(&again, shelf.at[i].path)));
		if (strstr(shelf.at[i].path, "style.css") == NULL)
			shelf_golden(&shelf, shelf.at[i].path);
	}
	shelf_holds(&shelf, &html_view, &recs);
	shelf_empty(&shelf);
	shelf_empty(&again);
	records_close(&recs);
}

static void
other_records(void **state)
{
	static struct shelf shelf;
	struct records recs;

	(void)state;
	records_open(&recs, "acme.jsonl");
	make(&shelf, &recs);
	shelf_holds(&shelf, &html_view, &recs);
	/* A recall in another conversation is told without a link. */
	assert_non_null(shelf_get(&shelf, "data/views/chat/wr1/2026-11-22.html").p);
	shelf_empty(&shelf);
	records_close(&recs);
	records_open(&recs, NULL);
	make(&shelf, &recs);
	assert_int_equal(shelf.n, 0);
	records_close(&recs);
}

static void
add(struct records *recs, const char *id, unsigned second, const char *rest)
{
	struct buf n;

	buf_init(&n, (size_t)1 << 28);
	assert_int_equal(buf_addf(&n, NULL, "{\"id\":\"%s\",\"sent_at\":\"2026-11-22T02:%02u:%02u.000Z\",\"action\":\"send\",\"from\":\"a\",\"to\":[\"b\"],\"room\":\"wr1\"%s}", id,
	    second / 60 % 60, second % 60, rest), ST_OK);
	assert_int_equal(buf_z(&n, NULL), ST_OK);
	records_put(recs, "messages", "message", id, "", n.p);
	buf_free(&n);
}

static bool
has(struct str text, const char *what)
{
	return text.p != NULL && memmem(text.p, text.n, what, strlen(what)) != NULL;
}

static void
add_gap(struct records *recs, const char *kind, const char *stream, const char *reason, const char *rest)
{
	char n[512];

	(void)snprintf(n, sizeof(n), "{\"id\":\"1\",\"of_stream\":\"%s\",\"object\":\"\",\"reason\":\"%s\"%s}", stream, reason, rest);
	records_put(recs, kind[0] == 'g' ? "gaps" : "limits", kind, "1", "", n);
}

/* What is not here is said where it could have stood: everywhere if nobody knows where, else on the days of its period by the clock of the tenant. */
static void
missing(void **state)
{
	static struct shelf shelf;
	struct records recs;
	struct str day, other;
	char text[16];
	unsigned i;

	(void)state;
	records_open(&recs, NULL);
	add(&recs, "m1", 1, ",\"type\":\"text\",\"text\":\"x\"");
	make(&shelf, &recs);
	assert_true(has(shelf_get(&shelf, "data/views/chat/index.html"), "No gap and no limit of the messages is listed."));
	assert_false(has(shelf_get(&shelf, "data/views/chat/wr1/2026-11-22.html"), "perhaps from here"));
	shelf_empty(&shelf);
	add_gap(&recs, "gap", "messages", "undecryptable", ",\"count\":1");
	add_gap(&recs, "gap", "messages", "undecryptable", ",\"count\":2");
	add_gap(&recs, "gap", "files", "expired", ",\"count\":1");
	/* Until the last moment of the 21st in Shanghai; from its first moment on; one that ends on the 22nd there, though not in UTC. */
	add_gap(&recs, "limit", "messages", "before_window", ",\"count\":1,\"until\":\"2026-11-21T15:59:59.999Z\"");
	add_gap(&recs, "gap", "messages", "window_lost", ",\"count\":1,\"from\":\"2026-11-20T16:00:00.000Z\",\"until\":\"2026-11-21T16:00:00.000Z\"");
	add_gap(&recs, "gap", "messages", "made_up<b>", ",\"count\":1,\"from\":\"2026-11-22T16:00:00.000Z\"");
	make(&shelf, &recs);
	day = shelf_get(&shelf, "data/views/chat/wr1/2026-11-22.html");
	other = shelf_get(&shelf, "data/views/chat/index.html");
	assert_true(has(day, "cannot be decrypted</span> × 3"));
	assert_true(has(day, "outside the time the platform keeps"));
	assert_false(has(day, "before the time the platform keeps"));
	assert_false(has(day, "made_up"));
	assert_false(has(day, "expired"));
	assert_true(has(other, "before the time the platform keeps"));
	assert_true(has(other, "<bdi>made_up&lt;b&gt;</bdi>"));
	assert_false(has(other, "expired"));
	shelf_holds(&shelf, &html_view, &recs);
	shelf_empty(&shelf);
	/* More than there are rows: nothing is left out, periods are joined. */
	for (i = 0; i < 2 * HTML_GAPS_MAX; i++) {
		(void)snprintf(text, sizeof(text), "r%03u", i);
		add_gap(&recs, "gap", "messages", text, ",\"count\":1,\"from\":\"2026-11-25T16:00:00.000Z\"");
	}
	make(&shelf, &recs);
	assert_true(has(shelf_get(&shelf, "data/views/chat/wr1/2026-11-22.html"), "…</bdi> × ")); /* of an unknown time: perhaps of this day */
	assert_true(has(shelf_get(&shelf, "data/views/chat/index.html"), "r050"));
	shelf_empty(&shelf);
	records_close(&recs);
}

static void
add_file(struct records *recs, const char *id, const char *size, const char *path)
{
	char n[512];

	(void)snprintf(n, sizeof(n), "{\"id\":\"%s\",\"of_stream\":\"messages\",\"of_id\":\"x\",\"size\":%s,"
	    "\"sha256\":\"98c3c9e3959da4a0294d6243706e013efff2c37cdda75e4ba666fac4e282afb1\",\"path\":\"data/files/000/%s\"}", id, size, path);
	records_put(recs, "files", "file", id, "", n);
}

/* What a browser cannot show says why, instead of an empty frame. */
static void
not_shown(void **state)
{
	static struct shelf shelf;
	struct records recs;
	struct str page;

	(void)state;
	records_open(&recs, NULL);
	add(&recs, "m1", 1, ",\"type\":\"voice\",\"files\":[\"V\"],\"payload\":{\"sdkfileid\":\"V\"}");
	add(&recs, "m2", 2, ",\"type\":\"image\",\"files\":[\"P\"],\"payload\":{\"sdkfileid\":\"P\"}");
	add_file(&recs, "V", "7118", "000001.amr");
	add_file(&recs, "P", "0", "000002.png");
	make(&shelf, &recs);
	page = shelf_get(&shelf, "data/views/chat/wr1/2026-11-22.html");
	assert_true(has(page, "no browser plays this format"));
	assert_true(has(page, "an empty file"));
	assert_false(has(page, "<img"));
	assert_false(has(page, "<audio"));
	shelf_empty(&shelf);
	records_close(&recs);
}

/* The people of a day of a room: each once, in order, those of other days not; recipients of any message count. */
static void
day_people(void **state)
{
	static struct shelf shelf;
	struct records recs;

	(void)state;
	records_open(&recs, NULL);
	add(&recs, "m1", 1, ",\"type\":\"text\",\"text\":\"x\"");
	add(&recs, "m2", 2, ",\"type\":\"text\",\"text\":\"y\"");
	records_put(&recs, "messages", "message", "m3", "", "{\"id\":\"m3\",\"sent_at\":\"2026-11-23T02:00:00.000Z\",\"action\":\"send\",\"type\":\"text\",\"text\":\"z\","
	    "\"from\":\"c\",\"to\":[\"b\",\"d\",\"b\"],\"room\":\"wr1\"}");
	make(&shelf, &recs);
	assert_true(has(shelf_get(&shelf, "data/views/chat/wr1/2026-11-22.html"), "(2) <bdi class=\"who\">a</bdi>、<bdi class=\"who\">b</bdi></p>"));
	assert_true(has(shelf_get(&shelf, "data/views/chat/wr1/2026-11-23.html"), "(3) <bdi class=\"who\">b</bdi>、<bdi class=\"who\">c</bdi>、<bdi class=\"who\">d</bdi></p>"));
	shelf_empty(&shelf);
	records_close(&recs);
}

/* More than one page holds: parts with links, and a recall that finds its message in the part where it stands. */
static void
parts(void **state)
{
	static struct shelf shelf;
	struct records recs;
	char id[16];
	unsigned i;

	(void)state;
	records_open(&recs, NULL);
	for (i = 0; i < 2 * HTML_PAGE_MESSAGES + 1; i++) {
		(void)snprintf(id, sizeof(id), "m%u", i);
		add(&recs, id, i, ",\"type\":\"text\",\"text\":\"x\"");
	}
	add(&recs, "z1", 3000, ",\"type\":\"revoke\",\"recalls\":\"m5\"");
	add(&recs, "z2", 3001, ",\"type\":\"revoke\",\"recalls\":\"m1005\"");
	add(&recs, "z3", 3002, ",\"type\":\"revoke\",\"recalls\":\"m2000\"");
	make(&shelf, &recs);
	shelf_holds(&shelf, &html_view, &recs);
	assert_true(has(shelf_get(&shelf, "data/views/chat/wr1/2026-11-22.html"), "href=\"2026112202.html\""));
	assert_true(has(shelf_get(&shelf, "data/views/chat/wr1/2026112202.html"), "href=\"2026112203.html\""));
	assert_true(has(shelf_get(&shelf, "data/views/chat/wr1/2026112202.html"), "href=\"2026-11-22.html\""));
	assert_true(has(shelf_get(&shelf, "data/views/chat/wr1/2026112203.html"), "href=\"2026-11-22.html#m-m5\""));
	assert_true(has(shelf_get(&shelf, "data/views/chat/wr1/2026112203.html"), "href=\"2026112202.html#m-m1005\""));
	assert_true(has(shelf_get(&shelf, "data/views/chat/wr1/2026112203.html"), "href=\"#m-m2000\""));
	assert_null(shelf_get(&shelf, "data/views/chat/wr1/2026112204.html").p);
	shelf_empty(&shelf);
	records_close(&recs);
}

/* Long messages make a page full before it has many. */
static void
long_messages(void **state)
{
	static struct shelf shelf;
	struct records recs;
	struct buf rest;
	char id[16];
	unsigned i;

	(void)state;
	records_open(&recs, NULL);
	buf_init(&rest, (size_t)1 << 26);
	assert_int_equal(buf_addz(&rest, ",\"type\":\"text\",\"text\":\"", NULL), ST_OK);
	for (i = 0; i < 100000; i++)
		assert_int_equal(buf_addz(&rest, "\\u0000<", NULL), ST_OK);
	assert_int_equal(buf_addz(&rest, "\"", NULL), ST_OK);
	assert_int_equal(buf_z(&rest, NULL), ST_OK);
	for (i = 0; i < 3; i++) {
		(void)snprintf(id, sizeof(id), "m%u", i);
		add(&recs, id, i, rest.p);
	}
	make(&shelf, &recs);
	shelf_holds(&shelf, &html_view, &recs);
	assert_non_null(shelf_get(&shelf, "data/views/chat/wr1/2026112203.html").p);
	shelf_empty(&shelf);
	records_close(&recs);
	buf_free(&rest);
}

/* JSON in a string in JSON …, deeper than anybody forwards. */
static void
deep(void **state)
{
	static struct shelf shelf;
	struct records recs;
	struct buf now, next;
	unsigned i;

	(void)state;
	records_open(&recs, NULL);
	buf_init(&now, (size_t)1 << 26);
	buf_init(&next, (size_t)1 << 26);
	assert_int_equal(buf_addz(&now, "{\"content\":\"ganz innen\"}", NULL), ST_OK);
	for (i = 0; i < 16; i++) {
		struct buf swap = now;

		buf_clear(&next);
		assert_int_equal(buf_addf(&next, NULL, "{\"title\":\"%u\",\"item\":[{\"type\":\"ChatRecord%s\",\"content\":", i, i == 0 ? "Text" : ""), ST_OK);
		assert_int_equal(json_put_string(&next, buf_str(&now), NULL), ST_OK);
		assert_int_equal(buf_addz(&next, "}]}", NULL), ST_OK);
		now = next;
		next = swap;
	}
	buf_clear(&next);
	assert_int_equal(buf_addf(&next, NULL, ",\"type\":\"chatrecord\",\"payload\":%.*s", STR_ARG(buf_str(&now))), ST_OK);
	assert_int_equal(buf_z(&next, NULL), ST_OK);
	add(&recs, "m1", 1, next.p);
	make(&shelf, &recs);
	shelf_holds(&shelf, &html_view, &recs);
	assert_true(has(shelf_get(&shelf, "data/views/chat/wr1/2026-11-22.html"), "<bdi>ganz innen</bdi>"));
	shelf_empty(&shelf);
	records_close(&recs);
	buf_free(&now);
	buf_free(&next);
}

static enum status
found(struct view_found *f, const char *stream, struct str id, struct str version, struct err *err)
{
	(void)f;
	(void)stream;
	(void)id;
	(void)version;
	(void)err;
	return ST_OK;
}

static void
not_ours(void **state)
{
	static const char *const wrong[] = { "", "<html", "<html><body><article id=\"x\"></article></body></html>", "<p></p>", "<html><body></html>", "\0\0" };
	struct view_found f = { found };
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const int fd = shelf_fd(str_of(wrong[i]));

		err_init(&err);
		assert_int_equal(html_view.read(fd, "data/views/chat/x/2026-11-22.html", &f, &err), ST_INPUT);
		close(fd);
	}
	assert_true(html_view.owns("data/views/chat/x/2026-11-22.html") && html_view.owns("data/views/chat/h-0/undated.html"));
	assert_false(html_view.owns("data/views/chat/index.html") || html_view.owns("data/views/chat/people/x.html") || html_view.owns("data/views/chat/months/2026-11.html") ||
	    html_view.owns("data/views/chat/style.css") || html_view.owns("data/views/chat/x/2026-11-22.css"));
}

/* Whatever allocation fails: a clean failure. */
static void
without_memory(void **state)
{
	static struct shelf shelf;
	struct records recs;
	struct view_input in = { .opt = &opt, .records = &recs.iter, .scratch = -1 };
	struct err err;
	enum status st;
	long n;

	(void)state;
	records_open(&recs, "acme.jsonl");
	for (n = 1;; n += 1 + n / 8) {
		shelf_init(&shelf);
		err_init(&err);
		mem_fail_at(n);
		st = html_view.make(&in, &shelf.place, &err);
		if (!mem_fail_hit()) {
			mem_fail_at(0);
			assert_int_equal(st, ST_OK);
			shelf_empty(&shelf);
			break;
		}
		mem_fail_at(0);
		assert_int_equal(st, ST_NOMEM);
		shelf_empty(&shelf);
	}
	assert_true(n > 20);
	records_close(&recs);
}

/* A disk that is full after so many bytes, or a place that opens no more files. */
struct small {
	struct view_place place;
	struct sink sink;
	uint64_t left;
	unsigned files;
};

static enum status
small_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	struct small *d = (struct small *)(void *)((char *)s - offsetof(struct small, sink));

	(void)p;
	if (n > d->left)
		return err_set(err, ST_IO, "full");
	d->left -= n;
	return ST_OK;
}

static enum status
small_begin(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	struct small *d = (struct small *)p;

	(void)path;
	if (d->files-- == 0)
		return err_set(err, ST_IO, "no file");
	*out = &d->sink;
	return ST_OK;
}

static enum status
small_end(struct view_place *p, struct err *err)
{
	(void)p;
	(void)err;
	return ST_OK;
}

static void
full_disk(void **state)
{
	struct small d;
	struct records recs;
	struct view_input in = { .opt = &opt, .records = &recs.iter, .scratch = -1 };
	struct err err;
	uint64_t bytes, all;
	unsigned files, n;

	(void)state;
	records_open(&recs, "chat.jsonl");
	d = (struct small){ { NULL, small_begin, small_end }, { small_write, 0 }, UINT64_MAX, UINT_MAX };
	assert_int_equal(html_view.make(&in, &d.place, &err), ST_OK);
	all = UINT64_MAX - d.left;
	n = UINT_MAX - d.files;
	assert_true(all > 100000 && n > 20);
	for (bytes = 0; bytes < all; bytes += 997) {
		d = (struct small){ { NULL, small_begin, small_end }, { small_write, 0 }, bytes, UINT_MAX };
		err_init(&err);
		assert_int_equal(html_view.make(&in, &d.place, &err), ST_IO);
		assert_string_equal(err.text, "full");
	}
	for (files = 0; files < n; files++) {
		d = (struct small){ { NULL, small_begin, small_end }, { small_write, 0 }, UINT64_MAX, files };
		err_init(&err);
		assert_int_equal(html_view.make(&in, &d.place, &err), ST_IO);
		assert_string_equal(err.text, "no file");
	}
	records_close(&recs);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(exact_bytes), cmocka_unit_test(other_records), cmocka_unit_test(missing), cmocka_unit_test(day_people), cmocka_unit_test(not_shown), cmocka_unit_test(parts), cmocka_unit_test(long_messages),
		cmocka_unit_test(deep), cmocka_unit_test(not_ours), cmocka_unit_test(without_memory), cmocka_unit_test(full_disk) };

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
