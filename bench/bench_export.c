/*
 * bench_export.c: the whole export of chat from pages on disk, through the parts that `custody export` is made of: messages of a file,
 * mapping, record lines, archive and views, commits between pages, seal with its signature, close.  Only network and decryption are left out.
 *
 *   bench_export FILE STORE CERT.pem KEY.pem [THREADS [FILES]]      leaves bench-00000001.tar.gz in the directory STORE
 *
 * FILES: a directory whose files are taken in too, in the order of their names, each with its record.
 * THREADS compress beside the thread that does the rest: 0 (the default) as many as there are processors, "none": one thread does everything
 *
 * Clock, ids and the salt key are fixed: the same messages give the same tar up to seal/seal.txt.  Two lines on stdout: the path, and
 * "records N peak KIB" with the largest resident size of this process (as getrusage tells).
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "archive/pack.h"
#include "archive/writer.h"
#include "bench/feed.h"
#include "core/fs.h"
#include "core/limits.h"
#include "formats/formats.h"
#include "formats/tables.h"

#define NOW_MS		INT64_C(1790000000000)	/* within the certificate's life: see run.sh */
#define COVERS_MS	INT64_C(1769702400000)

static const unsigned char salt_key[32] = "for measurements: not a secret";

struct place { struct view_place place; struct archive *archive; struct archive_pages *pages; };

static enum status
place_append(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	return archive_view(((struct place *)p)->archive, path, out, err);
}

static enum status
place_begin(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	return archive_pages_begin(((struct place *)p)->pages, path, out, err);
}

static enum status
place_end(struct view_place *p, struct err *err)
{
	return archive_pages_end(((struct place *)p)->pages, err);
}

/* The views of the chat's table; the others have benches of their own. */
static void
finish(struct place *place, struct tables *tables, const struct format_options *opt)
{
	const struct view_input in = { .opt = opt, .records = archive_records(place->archive), .scratch = archive_work_dir(place->archive) };
	struct err err;

	feed_ok(archive_pages_open(place->archive, &place->pages, &err), &err);
	feed_ok(tables_finish(tables, &err), &err);
	feed_ok(formats_find(STR("report"))->make(&in, &place->place, &err), &err);
}

static void
begin(struct archive **a, const char *store, unsigned n_threads)
{
	struct archive_params p = { .name = "bench-00000001", .chain = "urn:uuid:6f1c1a52-3c55-4d0b-9a4e-8d3c1f2b7a90", .sequence = 1,
	    .organization = "Bench", .group = "bench", .software = "custody bench", .began_ms = NOW_MS, .covers_from_ms = COVERS_MS,
	    .test_salt_key = salt_key };
	struct err err;
	int dir;

	feed_ok(fs_dir_open(store, true, &dir, &err), &err);
	feed_ok(archive_create(a, dir, &p, n_threads, &err), &err);
}

/* One file, through the work directory as downloads go, and its record. */
static void
attach(struct archive *a, int dir, const char *name, uint64_t number)
{
	unsigned char sha256[DIGEST_MAX];
	char path[LIMIT_PATH + 1], hex[65];
	struct buf content, rest;
	struct err err;
	int out;

	buf_init(&content, (size_t)64 << 20);
	buf_init(&rest, LIMIT_RECORD);
	feed_ok(fs_load(dir, name, (size_t)64 << 20, &content, &err), &err);
	out = openat(archive_work_dir(a), "blob", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out < 0 || write(out, content.p, content.n) != (ssize_t)content.n || close(out) != 0) {
		perror(name);
		exit(1);
	}
	feed_ok(archive_file(a, "blob", content.n, "jpg", path, sha256, &err), &err);
	digest_hex(sha256, 32, hex);
	feed_ok(buf_addf(&rest, &err, ",\"kind\":\"file\",\"id\":\"file-%" PRIu64 "\",\"path\":\"%s\",\"name\":\"%s.jpg\",\"size\":%zu,\"sha256\":\"%s\"}",
	    number, path, name, content.n, hex), &err);
	feed_ok(archive_record(a, "files", buf_str(&rest), &err), &err);
	if (archive_commit_due(a))
		feed_ok(archive_commit(a, STR("bench"), &err), &err);
	buf_free(&content);
	buf_free(&rest);
}

static void
attach_all(struct archive *a, const char *path)
{
	const int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **list;
	struct err err;
	uint64_t n = 0;
	int i, count;

	if (dir < 0 || (count = scandir(path, &list, NULL, alphasort)) < 0) {
		perror(path);
		exit(1);
	}
	for (i = 0; i < count; i++) {
		if (list[i]->d_name[0] != '.')
			attach(a, dir, list[i]->d_name, n++);
		free(list[i]);
	}
	free(list);
	close(dir);
	feed_ok(archive_stream_end(a, "files", &err), &err);
}

static uint64_t
capture(struct archive *a, struct tables *views, const char *path, const char *files)
{
	struct record rec;
	struct feed feed;
	struct str page, line;
	struct buf rest;
	struct err err;
	uint64_t n;

	buf_init(&rest, LIMIT_RECORD);
	feed_open(&feed, path);
	while (feed_page(&feed, &page)) {
		while (feed_line(&page, &line)) {
			feed_record(&feed, line, &rec);
			buf_clear(&rest);
			feed_ok(record_encode(&rec, &rest, &err), &err);
			feed_ok(archive_record(a, rec.stream, buf_str(&rest), &err), &err);
			feed_ok(tables_put(views, &rec, &err), &err);
		}
		if (archive_commit_due(a))
			feed_ok(archive_commit(a, STR("bench"), &err), &err);
	}
	n = feed.seq;
	feed_close(&feed);
	buf_free(&rest);
	feed_ok(archive_stream_end(a, "messages", &err), &err);
	if (files != NULL)
		attach_all(a, files);
	feed_ok(archive_finish_records(a, STR("bench"), &err), &err);
	return n;
}

static void
seal(struct archive *a, const char *cert, const char *key_path)
{
	struct cms_signer *signer;
	const struct cms_signer *signers[1];
	struct archive_seal_params p = { .sealed_at_ms = NOW_MS, .covers_until_ms = NOW_MS, .signers = signers, .n_signers = 1 };
	struct buf key, der, sums, path;
	struct err err;

	buf_init(&key, LIMIT_SECRET);
	buf_init(&der, LIMIT_SIGNATURE);
	buf_init(&sums, LIMIT_MANIFEST);
	buf_init(&path, 4096);
	feed_ok(fs_load(AT_FDCWD, key_path, LIMIT_SECRET, &key, &err), &err);
	feed_ok(cms_signer_open(&signer, "administrator", cert, buf_str(&key), &err), &err);
	signers[0] = signer;
	feed_ok(archive_seal(a, &p, &err), &err);
	feed_ok(cms_sign(signer, archive_seal_text(a), NOW_MS, &der, &err), &err);
	feed_ok(archive_put_signature(a, "administrator", buf_str(&der), STR_NONE, &err), &err);
	feed_ok(archive_sums(a, &sums, &err), &err);
	feed_ok(archive_close(a, &path, &err), &err);
	printf("%.*s\n", (int)path.n, path.p);
	cms_signer_close(signer);
	buf_wipe(&key);
	buf_free(&der);
	buf_free(&sums);
	buf_free(&path);
}

int
main(int argc, char **argv)
{
	struct format_options opt = { .made_ms = NOW_MS, .organization = "Bench" };
	struct place place = { { place_append, place_begin, place_end }, NULL, NULL };
	struct tables *views;
	unsigned n_threads = 0;
	struct rusage ru;
	struct err err;
	uint64_t n;

	if (argc < 5 || argc > 7) {
		fputs("usage: bench_export FILE STORE CERT.pem KEY.pem [THREADS [FILES]]\n", stderr);
		return 2;
	}
	when_test_clock(NOW_MS);
	feed_ok(when_zone("Asia/Shanghai", &err), &err);
	if (argc > 5)
		n_threads = strcmp(argv[5], "none") == 0 ? PACK_INLINE : (unsigned)strtoul(argv[5], NULL, 10);
	begin(&place.archive, argv[2], n_threads);
	feed_ok(tables_open(&views, &opt, &place.place, &err), &err);
	n = capture(place.archive, views, argv[1], argc > 6 ? argv[6] : NULL);
	finish(&place, views, &opt);
	tables_close(views);
	seal(place.archive, argv[3], argv[4]);
	archive_free(place.archive);
	getrusage(RUSAGE_SELF, &ru);
	printf("records %" PRIu64 " peak %ld\n", n, ru.ru_maxrss);
	return 0;
}
