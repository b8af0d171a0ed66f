/* replay.c: runs a fuzz target on files given as arguments (directories: every file in them), for builds without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = NULL, *q;
	size_t n = 0, got;

	if (f == NULL) {
		perror(path);
		return 0;
	}
	do {
		if ((q = realloc(p, n + 65536)) == NULL)
			abort();
		p = q;
		got = fread(p + n, 1, 65536, f);
		n += got;
	} while (got > 0);
	fclose(f);
	/* Of exactly its size, so that a sanitizer sees a read behind the end. */
	if ((q = realloc(p, n + (n == 0))) == NULL)
		abort();
	LLVMFuzzerTestOneInput(q, n);
	free(q);
	return 1;
}

int
main(int argc, char **argv)
{
	struct stat sb;
	struct dirent *e;
	char path[4096];
	int i, n = 0;
	DIR *d;

	for (i = 1; i < argc; i++) {
		if (stat(argv[i], &sb) != 0 || !S_ISDIR(sb.st_mode)) {
			n += replay_file(argv[i]);
			continue;
		}
		if ((d = opendir(argv[i])) == NULL)
			continue;
		while ((e = readdir(d)) != NULL)
			if (e->d_name[0] != '.' && snprintf(path, sizeof(path), "%s/%s", argv[i], e->d_name) < (int)sizeof(path))
				n += replay_file(path);
		closedir(d);
	}
	printf("%d inputs\n", n);
	return n > 0 ? 0 : 1;		/* a corpus that is not there tests nothing */
}
