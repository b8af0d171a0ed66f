/*
 * chain_driver.c: a chain of small archives, one a day, signed by two officers, quickly.
 *
 *   chain_driver STORE LABEL CHAIN FROM TO FIRST_DAY TEXT PKI STAMPER
 *
 * Makes the archives with the sequences FROM to TO behind the head of the store.  Number N is sealed at FIRST_DAY (seconds since 1970) + N days; STAMPER SUMS OUT SECONDS is run for its time
 * stamp.  TEXT stands in every record: another text, another archive.  PKI: admin.crt admin.key officer.crt officer.key.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive/writer.h"
#include "core/fs.h"
#include "core/stop.h"
#include "store/store.h"

#define DAY	INT64_C(86400)

static struct err err;

static void
need(enum status st, const char *what)
{
	if (st == ST_OK)
		return;
	fprintf(stderr, "%s: status %d: %s\n", what, (int)st, err.text);
	exit(1);
}

static struct cms_signer *
signer(const char *dir, const char *file, const char *role)
{
	struct cms_signer *s;
	char path[512];
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
stamp(struct archive *a, const char *stamper, const char *store, int64_t at_s)
{
	char sums_path[600], out_path[600], at[24];
	struct buf b;
	int status;
	pid_t pid;

	snprintf(sums_path, sizeof(sums_path), "%s/../sums", store);
	snprintf(out_path, sizeof(out_path), "%s/../token", store);
	snprintf(at, sizeof(at), "%" PRId64, at_s);
	buf_init(&b, LIMIT_CRL);
	need(archive_sums(a, &b, &err), "archive_sums");
	need(fs_replace(AT_FDCWD, sums_path, b.p, b.n, &err), sums_path);
	if ((pid = fork()) == 0) {
		execl(stamper, stamper, sums_path, out_path, at, (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		exit(1);
	buf_clear(&b);
	need(fs_load(AT_FDCWD, out_path, LIMIT_SIGNATURE, &b, &err), out_path);
	need(archive_put_token(a, 1, buf_str(&b), &err), "archive_put_token");
	buf_free(&b);
}

static void
one(const struct store *store, const char *chain, uint64_t sequence, int64_t sealed_s, const char *text, const struct cms_signer *const *signers,
    const char *stamper)
{
	struct archive_params p = { .chain = chain, .sequence = sequence, .organization = "Example", .group = "run-1", .software = "custody test",
	    .began_ms = (sealed_s - 60) * 1000, .covers_from_ms = (sealed_s - DAY) * 1000 };
	struct archive_seal_params sp = { .sealed_at_ms = sealed_s * 1000, .covers_until_ms = sealed_s * 1000, .signers = signers, .n_signers = 2 };
	struct store_head head;
	struct archive *a;
	struct buf b;
	char name[40];
	size_t i;

	hash_set_sha256(&p.digests);
	need(store_head(store, &p.digests, &head, &err), "head");
	store_name(store->label, sequence, name);
	p.name = name;
	p.has_previous = sequence > 1;
	memcpy(p.previous, head.hash, sizeof(p.previous));
	need(archive_create(&a, store->dir, &p, ARCHIVE_NO_THREADS, &err), "create");
	buf_init(&b, LIMIT_CRL);
	need(buf_addf(&b, &err, ",\"kind\":\"unknown\",\"id\":\"%" PRIu64 "\",\"tenant\":\"demo\",\"source\":{\"platform\":\"demo\",\"endpoint\":\"list\","
	    "\"fetched_at\":\"2026-11-22T00:00:00.000Z\"},\"flags\":[],\"n\":{\"id\":\"1\"},\"raw\":{\"text\":\"%s\"}}", sequence, text), "record");
	need(archive_record(a, "messages", buf_str(&b), &err), "record");
	need(archive_commit(a, STR("{}"), &err), "commit");
	need(archive_finish_records(a, STR("{}"), &err), "finish");
	need(archive_seal(a, &sp, &err), "seal");
	for (i = 0; i < 2; i++) {
		buf_clear(&b);
		need(cms_sign(signers[i], archive_seal_text(a), sealed_s * 1000, &b, &err), "sign");
		need(archive_put_signature(a, cms_signer_role(signers[i]), buf_str(&b), STR_NONE, &err), "signature");
	}
	stamp(a, stamper, store->path, sealed_s + 60);
	buf_clear(&b);
	need(archive_close(a, &b, &err), "close");
	archive_free(a);
	buf_free(&b);
}

int
main(int argc, char **argv)
{
	const struct cms_signer *signers[2];
	struct cms_signer *s[2];
	struct store store;
	uint64_t i, to;
	int64_t day;

	if (argc != 10)
		return 1;
	err_init(&err);
	stop_start();
	need(store_open(&store, argv[1], argv[2], true, &err), argv[1]);
	signers[0] = s[0] = signer(argv[8], "admin", "administrator");
	signers[1] = s[1] = signer(argv[8], "officer", "compliance-officer");
	to = strtoull(argv[5], NULL, 10);
	day = strtoll(argv[6], NULL, 10);
	for (i = strtoull(argv[4], NULL, 10); i <= to; i++)
		one(&store, argv[3], i, day + (int64_t)i * DAY, argv[7], signers, argv[9]);
	cms_signer_close(s[0]);
	cms_signer_close(s[1]);
	store_close(&store);
	return 0;
}
