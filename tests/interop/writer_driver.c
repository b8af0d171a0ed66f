/*
 * writer_driver.c: makes the same archive every time, however often it is interrupted: key, clock and content follow from the arguments.
 *
 *   writer_driver STORE THREADS PAGES SIGNERS [TOKEN]
 *
 * SIGNERS is a directory with admin.crt admin.key officer.crt officer.key, or "-": then it stops after seal.txt.  Without TOKEN (a file, or "none") it
 * stops when the list of the seal's files is there.  Exit status: 0 closed, 10 stopped there, 20 IO, 1 anything else.  THREADS "x": none at all.
 * WRITER_LARGE=SIZE in the environment adds a file of so many bytes, a hole with a few bytes at its end.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/writer.h"
#include "core/fs.h"
#include "core/stop.h"

#define NAME		"demo-00000001"
#define BEGAN_MS	INT64_C(1795305600000)	/* 2026-11-22T00:00:00Z */

static struct archive *a;
static struct err err;

static void
need(enum status st, const char *what)
{
	if (st == ST_OK)
		return;
	fprintf(stderr, "%s: status %d: %s\n", what, (int)st, err.text);
	exit(st == ST_IO ? 20 : st == ST_UNSURE ? 10 : 1);
}

static unsigned
chance(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(*seed >> 40);
}

static void
put_record(const char *stream, unsigned long page, unsigned k, size_t filler, uint64_t *seed)
{
	struct buf b;
	size_t i;

	buf_init(&b, (size_t)4 << 20);
	need(buf_addf(&b, &err, ",\"kind\":\"unknown\",\"id\":\"%s-%lu-%u\",\"tenant\":\"demo\",\"source\":{\"platform\":\"demo\",\"endpoint\":\"list\","
	    "\"fetched_at\":\"2026-11-22T00:00:00.000Z\"},\"flags\":[],\"n\":{\"id\":\"%lu\"},\"raw\":{\"text\":\"\xe4\xbd\xa0\xe5\xa5\xbd ", stream, page, k, page), "record");
	for (i = 0; i < filler; i++)
		need(buf_putc(&b, (char)('a' + chance(seed) % 26), &err), "record");
	need(buf_addz(&b, "\"}}", &err), "record");
	need(archive_record(a, stream, buf_str(&b), &err), "archive_record");
	buf_free(&b);
}

static void
put_file(unsigned long page, size_t size, const char *ext, uint64_t *seed)
{
	unsigned char sha256[32];
	char blob[32], path[LIMIT_PATH + 1];
	struct buf b;
	size_t i;

	snprintf(blob, sizeof(blob), "blob-%lu", page);
	buf_init(&b, (size_t)16 << 20);
	for (i = 0; i < size; i++)
		need(buf_putc(&b, (char)chance(seed), &err), "blob");
	need(fs_replace(archive_work_dir(a), blob, b.p == NULL ? "" : b.p, b.n, &err), "blob");
	need(archive_file(a, blob, size, ext, path, sha256, &err), "archive_file");
	buf_free(&b);
}

static void
put_large(const char *text)
{
	unsigned char sha256[32];
	char path[LIMIT_PATH + 1];
	uint64_t size = strtoull(text, NULL, 10);
	int fd = -1;

	need(fs_open_append(archive_work_dir(a), "large", 0, &fd, &err), "large");
	if (ftruncate(fd, (off_t)(size - 4)) != 0 || lseek(fd, 0, SEEK_END) < 0)
		exit(20);
	need(fs_write_all(fd, "large", "end\n", 4, &err), "large");
	need(fs_close(&fd, "large", &err), "large");
	need(archive_file(a, "large", size, "bin", path, sha256, &err), "archive_file");
}

static void
put_page(unsigned long page)
{
	uint64_t seed = page * 77 + 1;
	struct sink *csv;
	char row[64], path[64];
	unsigned k;

	for (k = 0; k < 700; k++)
		put_record("messages", page, k, chance(&seed) % 600, &seed);
	for (k = 0; k < 3; k++)
		put_record("users", page, k, 10, &seed);
	if (page % 5 == 2)
		put_record("messages", page, 9999, (size_t)3 << 19, &seed);
	if (page % 3 == 0)
		put_file(page, chance(&seed) % 3000, "txt", &seed);
	if (page % 7 == 4)
		put_file(page, ((size_t)5 << 19) + page, NULL, &seed);
	if (page == 1 && getenv("WRITER_LARGE") != NULL)
		put_large(getenv("WRITER_LARGE"));
	snprintf(path, sizeof(path), "data/views/messages-2026-%02lu.csv", page / 6 + 1);
	need(archive_view(a, path, &csv, &err), "view");
	for (k = 0; k < 2000; k++) {
		int n = snprintf(row, sizeof(row), "%lu,%u,%u\r\n", page, k, chance(&seed));

		need(sink_write(csv, row, (size_t)n, &err), "view");
	}
	if (page == 3)
		need(archive_stream_end(a, "users", &err), "archive_stream_end");
}

static enum status
count(void *ctx, const struct record *rec, struct err *e)
{
	(void)rec;
	(void)e;
	++*(uint64_t *)ctx;
	return ST_OK;
}

static void
whole_views(void)
{
	struct record_iter *iter = archive_records(a);
	struct archive_pages *pages;
	uint64_t n = 0;
	struct sink *sink;
	char text[64];
	int len;

	need(iter->run(iter, "messages", count, &n, &err), "iterate");
	if (n != archive_n_records(a, "messages")) {
		fprintf(stderr, "iterated %" PRIu64 " of %" PRIu64 "\n", n, archive_n_records(a, "messages"));
		exit(1);
	}
	need(archive_pages_open(a, &pages, &err), "pages");
	/* Out of order, small and large, in two lanes, and around one that grew while the records came. */
	need(archive_pages_begin(pages, "data/views/org/zz.json", &sink, &err), "page");
	need(sink_write(sink, "{}\n", 3, &err), "page");
	need(archive_pages_end(pages, &err), "page");
	need(archive_pages_begin(pages, "data/report/completeness.json", &sink, &err), "page");
	len = snprintf(text, sizeof(text), "{\"messages\":%" PRIu64 "}\n", n);
	for (; n > 0; n--)
		need(sink_write(sink, text, (size_t)len, &err), "page");
	need(archive_pages_end(pages, &err), "page");
	need(archive_pages_open(a, &pages, &err), "pages");
	need(archive_pages_begin(pages, "data/views/messages-2026-01a.csv", &sink, &err), "page");
	need(archive_pages_end(pages, &err), "page");
	need(archive_view(a, "data/views/empty.csv", &sink, &err), "view");
}

static void
open_archive(int dir, unsigned threads, unsigned long *page)
{
	static const unsigned char key[32] = { 1, 2, 3 };
	struct archive_params p = { .name = NAME, .chain = "urn:uuid:00000000-0000-4000-8000-000000000001", .sequence = 1,
	    .organization = "\xe7\xa4\xba\xe4\xbe\x8b\n Example  Ltd ", .group = "run-1", .software = "custody test", .began_ms = BEGAN_MS + 3600000,
	    .covers_from_ms = BEGAN_MS - 86400000, .test_salt_key = key };
	struct buf state;
	enum status st;

	*page = 0;
	buf_init(&state, 4096);
	st = archive_resume(&a, dir, NAME, threads, &state, &err);
	if (st == ST_END && faccessat(dir, NAME ".tar.gz", F_OK, 0) == 0)
		exit(0);	/* killed while the last of the work directory went */
	if (st == ST_END)
		st = archive_create(&a, dir, &p, threads, &err);
	else if (st == ST_OK && (buf_z(&state, &err) != ST_OK || sscanf(state.p, "page=%lu", page) != 1))
		st = ST_CORRUPT;
	need(st, "open");
	buf_free(&state);
}

static void
capture(unsigned long page, unsigned long pages)
{
	char state[32];

	while (page < pages) {
		put_page(page++);
		if (page % 2 == 0) {
			int n = snprintf(state, sizeof(state), "page=%lu", page);

			need(archive_commit(a, (struct str){ state, (size_t)n }, &err), "commit");
		}
	}
	need(archive_finish_records(a, STR("page=999999"), &err), "finish");
}

static struct cms_signer *
signer(const char *dir, const char *file, const char *role)
{
	char path[512];
	struct cms_signer *s;
	struct buf key;

	buf_init(&key, 16384);
	snprintf(path, sizeof(path), "%s/%s.key", dir, file);
	need(fs_load(AT_FDCWD, path, 16384, &key, &err), path);
	snprintf(path, sizeof(path), "%s/%s.crt", dir, file);
	need(cms_signer_open(&s, role, path, buf_str(&key), &err), path);
	buf_free(&key);
	return s;
}

static void
sign(const struct cms_signer *s, const char *dir)
{
	char file[64], path[512];
	struct buf b;
	size_t i;
	enum status st;

	buf_init(&b, LIMIT_CRL);
	snprintf(file, sizeof(file), "%s.p7s", cms_signer_role(s));
	if (!archive_has_part(a, file)) {
		need(cms_sign(s, archive_seal_text(a), BEGAN_MS + 7200000, &b, &err), "cms_sign");
		need(archive_put_signature(a, cms_signer_role(s), buf_str(&b), STR_NONE, &err), "archive_put_signature");
	}
	if (archive_has_part(a, "sha256sums.txt"))
		goto out;
	for (i = 0;; i++) {
		buf_clear(&b);
		if ((st = cms_signer_chain(s, i, &b, &err)) == ST_END)
			break;
		need(st, "cms_signer_chain");
		need(archive_put_pem(a, false, buf_str(&b), &err), "archive_put_pem");
	}
	buf_clear(&b);
	snprintf(path, sizeof(path), "%s/%s.crl", dir, cms_signer_role(s));
	if (fs_load(AT_FDCWD, path, LIMIT_CRL, &b, &err) == ST_OK) {
		struct buf pem;

		buf_init(&pem, LIMIT_CRL);
		need(cms_crl_pem(buf_str(&b), &pem, &err), "cms_crl_pem");
		need(archive_put_pem(a, true, buf_str(&pem), &err), "archive_put_pem");
		buf_free(&pem);
	}
out:
	buf_free(&b);
}

static void
seal_and_close(const char *dir, const char *token)
{
	const struct cms_signer *list[2];
	struct cms_signer *s[2] = { signer(dir, "admin", "administrator"), signer(dir, "officer", "compliance-officer") };
	struct archive_seal_params p = { .sealed_at_ms = BEGAN_MS + 7200123, .covers_until_ms = BEGAN_MS, .gaps = 0, .signers = list, .n_signers = 2 };
	struct buf b, path;

	list[0] = s[0];
	list[1] = s[1];
	buf_init(&b, LIMIT_CRL);
	buf_init(&path, 256);
	if (archive_phase(a) == ARCHIVE_VIEWS) {
		whole_views();
		need(archive_seal(a, &p, &err), "archive_seal");
	}
	sign(s[0], dir);
	sign(s[1], dir);
	need(archive_sums(a, &b, &err), "archive_sums");
	if (token == NULL)
		exit(10);
	if (strcmp(token, "none") != 0 && !archive_has_part(a, "sha256sums.txt.tsr")) {
		buf_clear(&b);
		need(fs_load(AT_FDCWD, token, LIMIT_SIGNATURE, &b, &err), token);
		need(archive_put_token(a, 1, buf_str(&b), &err), "archive_put_token");
	}
	need(archive_close(a, &path, &err), "archive_close");
	buf_free(&path);
	buf_free(&b);
	cms_signer_close(s[0]);
	cms_signer_close(s[1]);
}

int
main(int argc, char **argv)
{
	unsigned long page;
	int dir;

	if (argc < 5)
		return 1;
	err_init(&err);
	stop_start();
	need(fs_dir_open(argv[1], true, &dir, &err), argv[1]);
	if (faccessat(dir, NAME ".tar.gz", F_OK, 0) == 0 && faccessat(dir, NAME ".work", F_OK, 0) != 0)
		return 0;
	open_archive(dir, argv[2][0] == 'x' ? ARCHIVE_NO_THREADS : (unsigned)strtoul(argv[2], NULL, 10), &page);
	if (archive_phase(a) == ARCHIVE_CAPTURE)
		capture(page, strtoul(argv[3], NULL, 10));
	if (strcmp(argv[4], "-") == 0)
		exit(10);
	seal_and_close(argv[4], argc > 5 ? argv[5] : NULL);
	archive_free(a);
	close(dir);
	return 0;
}
