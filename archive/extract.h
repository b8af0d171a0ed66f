/* extract.h: files taken out of an archive: which of them, and where to: beneath an opened directory (0600, directories 0700), never over anything that is there. */
#ifndef ARCHIVE_EXTRACT_H
#define ARCHIVE_EXTRACT_H

#include "core/fs.h"

struct extraction {
	int dir, parent, fd;		/* ${dir} is borrowed */
	const char *const *paths;	/* borrowed: members or directories without the root; n == 0: all */
	size_t n;
	bool *found;
	uint64_t n_files;
	char name[101];			/* last component of the file in work */
};

enum status extract_init(struct extraction *, int dir, const char *const *paths, size_t n, struct err *) STATUS_USE;
/* extract_selected(x, path): is it one of those asked for?  Remembers that it was there. */
bool extract_selected(struct extraction *, const char *path);
/* extract_begin(x, path, err): make the file; x->fd is it.  ST_USAGE: something of that name is there. */
enum status extract_begin(struct extraction *, const char *path, struct err *) STATUS_USE;
enum status extract_end(struct extraction *, const char *path, struct err *) STATUS_USE;	/* durable */
/* extract_finish(x, st, err): a file begun and not ended goes; after ST_OK, ST_USAGE for a path that was not there. */
enum status extract_finish(struct extraction *, enum status, struct err *) STATUS_USE;

#endif
