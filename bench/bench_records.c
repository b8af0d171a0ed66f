/*
 * bench_records.c: an archive of any number of records, without views: what a proof is measured on.
 *
 *   bench_records COUNT STORE CERT.pem KEY.pem		leaves bench-00000001.tar.gz in the directory STORE
 *
 * Record i of the stream "messages" has the id "m-<i>".
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/writer.h"
#include "bench/feed.h"
#include "core/fs.h"
#include "core/limits.h"

#define NOW_MS	INT64_C(1790000000000)	/* within the certificate's life: see run.sh */

static void
begin(struct archive **a, const char *store)
{
	static const unsigned char key[32] = "for measurements: not a secret";
	struct archive_params p = { .name = "bench-00000001", .chain = "urn:uuid:6f1c1a52-3c55-4d0b-9a4e-8d3c1f2b7a90", .sequence = 1,
	    .organization = "Bench", .group = "bench", .software = "custody bench", .began_ms = NOW_MS, .covers_from_ms = NOW_MS, .test_salt_key = key };
	struct err err;
	int dir;

	feed_ok(fs_dir_open(store, true, &dir, &err), &err);
	feed_ok(archive_create(a, dir, &p, 0, &err), &err);
}

static void
capture(struct archive *a, uint64_t count)
{
	static const char *const words[] = { "\xe5\xa5\xbd\xe7\x9a\x84", "\xe6\x94\xb6\xe5\x88\xb0", "\xe6\x98\x8e\xe5\xa4\xa9\xe4\xb8\x8a\xe5\x8d\x88",
		"\xe5\x90\x88\xe5\x90\x8c", "\xe8\xaf\xb7\xe5\xae\xa1\xe6\x89\xb9", "\xe5\xb7\xb2\xe7\xbb\x8f\xe5\x8f\x91\xe9\x80\x81" };
	uint64_t i, seed = 7;
	struct buf rest;
	struct err err;
	unsigned k;

	buf_init(&rest, LIMIT_RECORD);
	for (i = 0; i < count; i++) {
		buf_clear(&rest);
		feed_ok(buf_addf(&rest, &err, ",\"kind\":\"message\",\"id\":\"m-%" PRIu64 "\",\"tenant\":\"bench\",\"source\":{\"platform\":\"wecom\",\"endpoint\":\"GetChatData\","
		    "\"cursor\":\"%" PRIu64 "\",\"fetched_at\":\"2026-09-21T14:13:20.000Z\"},\"flags\":[],\"n\":{\"id\":\"m-%" PRIu64 "\",\"action\":\"send\",\"type\":\"text\"},"
		    "\"raw\":{\"msgid\":\"m-%" PRIu64 "\",\"msgtype\":\"text\",\"text\":{\"content\":\"", i, i / 1000, i, i), &err);
		for (k = 0; k < 12; k++) {
			seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			feed_ok(buf_addz(&rest, words[(seed >> 40) % 6], &err), &err);
		}
		feed_ok(buf_addz(&rest, "\"}}}", &err), &err);
		feed_ok(archive_record(a, "messages", buf_str(&rest), &err), &err);
		if (i % 1000 == 999 && archive_commit_due(a))
			feed_ok(archive_commit(a, STR("bench"), &err), &err);
	}
	buf_free(&rest);
	feed_ok(archive_finish_records(a, STR("bench"), &err), &err);
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
	buf_init(&sums, LIMIT_SIGNATURE);
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
	struct archive *a;

	if (argc != 5) {
		fputs("usage: bench_records COUNT STORE CERT.pem KEY.pem\n", stderr);
		return 2;
	}
	begin(&a, argv[2]);
	capture(a, strtoull(argv[1], NULL, 10));
	seal(a, argv[3], argv[4]);
	archive_free(a);
	return 0;
}
