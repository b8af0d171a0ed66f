/*
 * judge.c: verdicts from a shell:  judge [-a] TRUST|- FILE...   one line each: verdict, member, offset, text of the first step that says so.
 * With -a the texts of all steps of that verdict follow, one line each, indented.
 * Exit status: 0 if all are VALID, 1 if any is INVALID, 2 if any is INDETERMINATE and none INVALID, 3 if one could not be judged.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/verify.h"
#include "core/when.h"

int
main(int argc, char **argv)
{
	static const char *const words[] = { "VALID", "INDETERMINATE", "INVALID" };
	struct verify_report r;
	struct trust trust;
	struct err err;
	bool bad = false, unsure = false, failed = false;
	bool steps = argc > 1 && strcmp(argv[1], "-a") == 0;
	int i;
	size_t k;

	if (steps) {
		argv++;
		argc--;
	}
	err_init(&err);
	trust_none(&trust);
	if (argc < 3 || (strcmp(argv[1], "-") != 0 && trust_load(argv[1], &trust, &err) != ST_OK)) {
		fprintf(stderr, "judge: %s\n", argc < 3 ? "judge [-a] TRUST|- FILE..." : err.text);
		return 3;
	}
	for (i = 2; i < argc; i++) {
		if (verify_archive(argv[i], &trust, when_now_ms(), NULL, &r, &err) != ST_OK) {
			printf("%s: %s\n", argv[i], err.text);
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
	return failed ? 3 : bad ? 1 : unsure ? 2 : 0;
}
