/*
 * judge.c: verdicts from a shell:  judge [-a] [-k KEY CERT] TRUST|- FILE...   one line each: verdict, member, offset, text of the first step that says so.
 * With -a the texts of all steps of that verdict follow, one line each, indented.  With -k encrypted content is opened; DENIED instead of a verdict: it is not for this key.
 * Exit status: 0 if all are VALID, 1 if any is INVALID, 2 if any is INDETERMINATE and none INVALID, 3 if one could not be judged.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/verify.h"
#include "core/fs.h"
#include "core/when.h"

/* NULL: none, or it cannot be used: ${err}. */
static struct crypt_key *
load_key(const char *key_path, const char *cert_path, struct err *err)
{
	struct crypt_key *key = NULL;
	struct buf pem;

	buf_init(&pem, (size_t)1 << 20);
	if (fs_load(AT_FDCWD, key_path, (size_t)1 << 20, &pem, err) != ST_OK || crypt_key_open(&key, cert_path, buf_str(&pem), err) != ST_OK)
		key = NULL;
	buf_free(&pem);
	return key;
}

int
main(int argc, char **argv)
{
	static const char *const words[] = { "VALID", "INDETERMINATE", "INVALID" };
	struct crypt_key *key = NULL;
	struct verify_report r;
	struct trust trust;
	enum status st;
	struct err err;
	bool bad = false, unsure = false, failed = false;
	bool steps = argc > 1 && strcmp(argv[1], "-a") == 0, keyed;
	int i;
	size_t k;

	if (steps) {
		argv++;
		argc--;
	}
	err_init(&err);
	trust_none(&trust);
	keyed = argc > 3 && strcmp(argv[1], "-k") == 0;
	if (keyed) {
		key = load_key(argv[2], argv[3], &err);
		argv += 3;
		argc -= 3;
	}
	if (argc < 3 || (keyed && key == NULL) || (strcmp(argv[1], "-") != 0 && trust_load(argv[1], &trust, &err) != ST_OK)) {
		fprintf(stderr, "judge: %s\n", argc < 3 ? "judge [-a] [-k KEY CERT] TRUST|- FILE..." : err.text);
		return 3;
	}
	for (i = 2; i < argc; i++) {
		if ((st = verify_with_key(argv[i], &trust, key, when_now_ms(), NULL, &r, &err)) != ST_OK) {
			printf("%s: %s%s\n", argv[i], st == ST_DENIED ? "DENIED: " : "", err.text);
			failed = true;
			continue;
		}
		for (k = 0; k < r.n_steps && r.steps[k].verdict != r.verdict; k++)
			;
		printf("%s: %s%s%s", argv[i], words[r.verdict], r.verdict == VERDICT_VALID ? "" : " ", r.verdict == VERDICT_INVALID ? r.member : "");
		if (r.verdict == VERDICT_INVALID)
			printf("@%" PRIu64 "%s", r.offset, r.offset_in_file ? " (file)" : "");
		printf(" %s: %s\n", k < r.n_steps ? r.steps[k].id : "", k < r.n_steps && r.verdict != VERDICT_VALID ? r.steps[k].text : "");
		for (k = 0; steps && k < r.n_steps; k++)
			if (r.steps[k].verdict == r.verdict)
				printf("    %s: %s\n", r.steps[k].id, r.steps[k].text);
		bad |= r.verdict == VERDICT_INVALID;
		unsure |= r.verdict == VERDICT_INDETERMINATE;
	}
	trust_free(&trust);
	crypt_key_close(key);
	return failed ? 3 : bad ? 1 : unsure ? 2 : 0;
}
