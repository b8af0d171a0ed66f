/*
 * view.h: a family of views: what one word behind --format stands for, how its files are made from the records, and how they are read back.
 *
 * Views are derived; the records are authoritative.  They are made once all records are there: at the end of an export, or years later by `custody
 * render`; with the same program both give the same bytes, so nothing of the operator, the clock or the machine may enter them: labels for people are in
 * Chinese and English whatever the language of messages, times stand in the tenant's zone (when_zone) with their offset.
 */
#ifndef CORE_VIEW_H
#define CORE_VIEW_H

#include "core/format.h"

/* Bytes of a view's path, "data/views/…" or "data/report/…", lower case: it must fit into archives with long labels, encrypted ones too. */
#define VIEW_PATH_MAX 66u

#define VIEW_PICTURE_MAX	((uint64_t)4 << 20)	/* bytes of a picture that documents show; a larger one is listed as a file */

/* Where views go: an archive in the making, or a directory. */
struct view_place {
	/* The sink of ${path}; asked again for the same path it gives the same sink, and sink->n_bytes tells what it holds.  For what grows while records come. */
	enum status (*append)(struct view_place *, const char *path, struct sink **, struct err *);
	/* A view that is written from its beginning to its end, one at a time; what begin gave is valid until end.  A path is given once. */
	enum status (*begin)(struct view_place *, const char *path, struct sink **, struct err *);
	enum status (*end)(struct view_place *, struct err *);
};

/* Attachments, by field "path" of their records. */
struct view_blobs {
	/*
	 * read(b, path, max, to, err): all of its bytes.  ST_END: it is not to be had here (an export gives only PNG and JPEG pictures of approvals, up to VIEW_PICTURE_MAX);
	 * ST_LIMIT: longer than ${max}, nothing was written.
	 */
	enum status (*read)(struct view_blobs *, struct str path, uint64_t max, struct sink *to, struct err *);
};

/*
 * What earlier archives of the chain tell of a department or member.  Nothing is concluded from absence, for an archive may hold a part of a tenant only:
 * known: the oldest record under that id; unchanged: the oldest of those, back from here without another in between, that stand as it stands now (status,
 * name, position, departments, superiors; of a department name, parent, leaders).
 */
struct view_moment {
	int64_t ms; /* fetched_at of that record */
	const char *archive; /* where it lies; lives as long as the history */
	bool at_least; /* it may be longer: there are archives before that were not read */
};
struct view_since {
	struct view_moment known, unchanged;
};
struct view_history {
	/* since(h, rec, out, err): of a record of the stream departments or users in this archive.  ST_END: nothing can be said. */
	enum status (*since)(struct view_history *, const struct record *, struct view_since *out, struct err *);
};

struct view_input {
	const struct format_options *opt;
	struct record_iter *records;
	struct view_blobs *blobs; /* NULL: none are to be had */
	struct view_history *history; /* NULL: no earlier archive is at hand; then no view says a word of dates */
	int scratch; /* a private directory for temporary files; whoever makes one removes it */
};

/* Every record that a file of views holds, as the file itself says.  ${version} is absent where the record has none. */
struct view_found {
	enum status (*record)(struct view_found *, const char *stream, struct str id, struct str version, struct err *);
};

/* When a family is made. */
enum view_when {
	VIEW_USUAL,	/* by an export, unless [tenant] views leaves it out */
	VIEW_ASKED,	/* by an export whose [tenant] views names it */
	VIEW_SEALED	/* never by an export: it takes in attachments, which only a sealed archive gives back */
};

/* What a family's files come to, rather too much than too little, so that an archive can be full before they are made: of the records of its kinds. */
struct view_room {
	unsigned percent; /* of the octets of their lines */
	uint32_t each; /* octets more for each of them */
	uint32_t once; /* octets, whatever there is */
};

struct view_family {
	const char *name; /* as typed behind --format */
	const char *summary; /* N_(): for help */
	unsigned kinds; /* 1u << REC_x: it holds every record of these kinds, and no other */
	enum view_when when;
	enum status (*make)(const struct view_input *, struct view_place *, struct err *);
	/* Is this path a file of this family that holds records? */
	bool (*owns)(const char *path);
	/* read(fd, path, found, err): tell every record in the file ${fd}, open for reading from any place.  ST_INPUT: not a file of this family. */
	enum status (*read)(int fd, const char *path, struct view_found *, struct err *);
	struct view_room room; /* nothing where files grow while records come, and where an export never makes them */
};

#endif
