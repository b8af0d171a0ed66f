/*
 * renewal_driver.c: one archive out of record lines and files that somebody else wrote: true and false renewals.
 *
 *   renewal_driver STORE LABEL CHAIN SEQUENCE SEALED STAMPED COVERS PKI STAMPER SIGNERS STREAM RECORDS [FILE]...
 *
 * SEALED, STAMPED: seconds since 1970; COVERS: how many seconds the seal says it covers.  STAMPER SUMS OUT STAMPED is run for the time stamp.  SIGNERS: "admin:administrator,officer:…",
 * each a certificate and key in PKI.  RECORDS: a file of lines as they stand behind the salt.  FILE becomes data/files/000000/000000001.EXT and so on; crl:FILE a list beside the signatures.
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

static struct err err;

static void
need(enum status st, const char *what)
{
	if (st == ST_OK)
		return;
	fprintf(stderr, "%s: status %d: %s\n", what, (int)st, err.text);
	exit(1);
}

static void
load(const char *path, struct buf *b)
{
	buf_clear(b);
	need(fs_load(AT_FDCWD, path, LIMIT_CRL, b, &err), path);
}

static struct cms_signer *
signer(const char *dir, const char *file, const char *role)
{
	struct cms_signer *s;
	char path[512];
	struct buf key;

	buf_init(&key, LIMIT_CRL);
	snprintf(path, sizeof(path), "%s/%s.key", dir, file);
	load(path, &key);
	snprintf(path, sizeof(path), "%s/%s.crt", dir, file);
	need(cms_signer_open(&s, role, path, buf_str(&key), &err), path);
	buf_free(&key);
	return s;
}

static size_t
signers(char *list, const char *dir, struct cms_signer *out[4])
{
	char *word, *colon, *save = NULL;
	size_t n = 0;

	for (word = strtok_r(list, ",", &save); word != NULL && n < 4; word = strtok_r(NULL, ",", &save)) {
		if ((colon = strchr(word, ':')) == NULL)
			exit(1);
		*colon = '\0';
		out[n++] = signer(dir, word, colon + 1);
	}
	return n;
}

static void
put_file(struct archive *a, const char *from, size_t i)
{
	unsigned char sha256[32];
	char name[32], path[LIMIT_PATH + 1];
	const char *dot = strrchr(from, '.');
	struct buf b;

	buf_init(&b, LIMIT_CRL + 1);
	load(from, &b);
	snprintf(name, sizeof(name), "blob-%zu", i);
	need(fs_replace(archive_work_dir(a), name, b.p == NULL ? "" : b.p, b.n, &err), name);
	need(archive_file(a, name, b.n, dot == NULL ? NULL : dot + 1, path, sha256, &err), from);
	buf_free(&b);
}

static void
put_records(struct archive *a, const char *stream, const char *path)
{
	const char *p, *end;
	struct buf b;

	buf_init(&b, LIMIT_CRL + 1);
	load(path, &b);
	for (p = b.p; p != NULL && (end = memchr(p, '\n', (size_t)(b.p + b.n - p))) != NULL; p = end + 1)
		need(archive_record(a, stream, (struct str){ p, (size_t)(end - p) }, &err), "record");
	buf_free(&b);
}

static void
stamp(struct archive *a, const char *stamper, const char *store, const char *at)
{
	char sums[600], out[600];
	struct buf b;
	int status;
	pid_t pid;

	snprintf(sums, sizeof(sums), "%s/../sums", store);
	snprintf(out, sizeof(out), "%s/../token", store);
	buf_init(&b, LIMIT_CRL);
	need(archive_sums(a, &b, &err), "sums");
	need(fs_replace(AT_FDCWD, sums, b.p, b.n, &err), sums);
	if ((pid = fork()) == 0) {
		execl(stamper, stamper, sums, out, at, (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		exit(1);
	load(out, &b);
	need(archive_put_token(a, 1, buf_str(&b), &err), "token");
	buf_free(&b);
}

int
main(int argc, char **argv)
{
	struct archive_params p = { .organization = "Example", .group = "run-1", .software = "custody test" };
	struct archive_seal_params sp = { 0 };
	const struct cms_signer *list[4];
	struct cms_signer *s[4];
	struct store_head head;
	struct archive *a;
	struct store store;
	struct buf b;
	char name[40];
	size_t i, n;

	if (argc < 13)
		return 1;
	err_init(&err);
	stop_start();
	need(store_open(&store, argv[1], argv[2], true, &err), argv[1]);
	n = signers(argv[10], argv[8], s);
	for (i = 0; i < n; i++)
		list[i] = s[i];
	hash_set_sha256(&p.digests);
	need(store_head(&store, &p.digests, &head, &err), "head");
	p.chain = argv[3];
	p.sequence = strtoull(argv[4], NULL, 10);
	p.has_previous = p.sequence > 1;
	sp.sealed_at_ms = strtoll(argv[5], NULL, 10) * 1000;
	p.began_ms = sp.sealed_at_ms - 60000;
	p.covers_from_ms = sp.sealed_at_ms - strtoll(argv[7], NULL, 10) * 1000;
	sp.covers_until_ms = sp.sealed_at_ms;
	sp.signers = list;
	sp.n_signers = n;
	store_name(store.label, p.sequence, name);
	p.name = name;
	memcpy(p.previous, head.hash, sizeof(p.previous));
	need(archive_create(&a, store.dir, &p, ARCHIVE_NO_THREADS, &err), "create");
	buf_init(&b, LIMIT_CRL + 1);
	for (i = 13; i < (size_t)argc; i++)
		if (strncmp(argv[i], "crl:", 4) != 0)
			put_file(a, argv[i], i);
	put_records(a, argv[11], argv[12]);
	need(archive_commit(a, STR("{}"), &err), "commit");
	need(archive_finish_records(a, STR("{}"), &err), "finish");
	need(archive_seal(a, &sp, &err), "seal");
	for (i = 0; i < n; i++) {
		buf_clear(&b);
		need(cms_sign(s[i], archive_seal_text(a), sp.sealed_at_ms, &b, &err), "sign");
		need(archive_put_signature(a, cms_signer_role(s[i]), buf_str(&b), STR_NONE, &err), "signature");
		cms_signer_close(s[i]);
	}
	for (i = 13; i < (size_t)argc; i++)
		if (strncmp(argv[i], "crl:", 4) == 0) {
			load(argv[i] + 4, &b);
			need(archive_put_pem(a, true, buf_str(&b), &err), argv[i]);
		}
	stamp(a, argv[9], store.path, argv[6]);
	buf_clear(&b);
	need(archive_close(a, &b, &err), "close");
	archive_free(a);
	buf_free(&b);
	store_close(&store);
	return 0;
}
