/* baginfo.h: bag-info.txt (archive format 3.2), read strictly. */
#ifndef ARCHIVE_BAGINFO_H
#define ARCHIVE_BAGINFO_H

#include "core/str.h"

#define BAGINFO_MAX	((size_t)64 << 10)

struct baginfo {
	struct str	identifier;	/* External-Identifier; views into the text */
	struct str	date;		/* Bagging-Date, YYYY-MM-DD */
	uint64_t	octets, files;	/* Payload-Oxum */
	struct str	encryption;	/* absent: not encrypted */
	uint64_t	n_recipients;
	struct str	text;		/* all of it */
};

#define BAGINFO_ENCRYPTION	"cms-auth-enveloped aes-256-gcm gzip part=67108864"

/* baginfo_is_for(b, sha256): is this certificate one of the recipients? */
bool baginfo_is_for(const struct baginfo *, const unsigned char sha256[32]);
/* baginfo_parse(text, out, err): ST_CORRUPT with the line. Labels this program does not know are passed over behind Bag-Count. */
enum status baginfo_parse(struct str text, struct baginfo *out, struct err *) STATUS_USE;

#endif
