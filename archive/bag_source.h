/*
 * bag_source.h: what an unpacked or packed bag holds, one entry after the other, in whatever order it lies there.
 * Three kinds: a directory (beneath one descriptor, links never followed out of it), a tar with or without gzip, a zip.
 * Nothing is ever written, and a source is read twice: once for the names, once for the bytes.
 */
#ifndef ARCHIVE_BAG_SOURCE_H
#define ARCHIVE_BAG_SOURCE_H

#include "core/str.h"

enum bag_type {
	BAG_FILE,
	BAG_DIR,
	BAG_LINK,	/* symbolic, not followed: ${target}; in a directory only those that lead out, nowhere, or to a directory */
	BAG_HARDLINK,	/* in a tar: the content is that of the earlier entry ${target} */
	BAG_OTHER	/* device, pipe, socket, sparse or volume entry */
};

struct bag_entry {
	struct str	path;		/* as the container has it; valid until the next call */
	enum bag_type	type;
	bool		followed;	/* a file reached over a symbolic link that stays inside the bag */
	struct str	target;
};

struct bag_source {
	const char	*kind;		/* "directory", "tar", "tar.gz", "zip" */
	bool		 packed;	/* not a directory: the bag has a base directory inside */
	/* From the beginning again. */
	enum status	(*rewind)(struct bag_source *, struct err *) STATUS_USE;
	/*
	 * ST_END: no more.  ST_CORRUPT: the container is damaged; ST_UNSURE: this program cannot read it; ST_LIMIT: over a bound; ST_IO.
	 */
	enum status	(*next)(struct bag_source *, struct bag_entry *, struct err *) STATUS_USE;
	/* The next bytes of the BAG_FILE given last; *got == 0: its end.  Need not be read to the end. */
	enum status	(*read)(struct bag_source *, void *, size_t, size_t *got, struct err *) STATUS_USE;
	void		(*close)(struct bag_source *);
};

/*
 * bag_source_open(out, path, err): a directory, or a file told by its first bytes, whatever its name is.
 * ST_USAGE: neither; ST_IO: cannot be opened.  Release with (*out)->close.
 */
enum status bag_source_open(struct bag_source **, const char *path, struct err *) STATUS_USE;

/* The kinds; ${fd} is taken.  For bag_source_open. */
enum status bag_dir_open(struct bag_source **, int fd, struct err *) STATUS_USE;
enum status bag_tar_open(struct bag_source **, int fd, bool gzip, struct err *) STATUS_USE;
enum status bag_zip_open(struct bag_source **, int fd, uint64_t size, struct err *) STATUS_USE;

#endif
