/*
 * grammar.h: which entry may follow which (archive format 3), seen one path at a time.  Numbers of segments and files follow from counters;
 * only the names of row 6 need a table against repetition.
 */
#ifndef ARCHIVE_GRAMMAR_H
#define ARCHIVE_GRAMMAR_H

#include "archive/names_set.h"
#include "archive/seal.h"

enum grammar_row {
	ROW_NONE, ROW_BAGIT, ROW_VERIFY, ROW_FORMAT, ROW_RECORDS, ROW_FILES, ROW_VIEWS, ROW_MANIFEST, ROW_SEGMENTS, ROW_BAGINFO,
	ROW_TAGMANIFEST, ROW_SEAL, ROW_SIGNATURE, ROW_PEM, ROW_SUMS, ROW_TOKEN
};

#define GRAMMAR_STREAMS_MAX	1024u
#define GRAMMAR_TOKENS_MAX	9u

/* What the path of an entry says. */
struct grammar_entry {
	enum grammar_row row;
	size_t		 i;		/* rows 7, 10: index of the algorithm in their order; 12: signer; 15: token from 0 */
	bool		 encrypted;	/* one part of an encrypted payload file */
	bool		 first_part;	/* true of plain files too */
	bool		 cert;		/* row 12: the certificate of an sm2 signature; row 13: certificate, not CRL */
	char		 plain[101];	/* payload: its path without the suffix of encryption */
};

struct grammar_stream { char *name; uint64_t next; };

struct grammar {
	enum grammar_row last;
	bool		any_payload;
	uint64_t	n_encrypted, n_plain;	/* payload files */
	uint64_t	next_file;
	char		part_of[101];		/* the encrypted file whose parts are running */
	unsigned	part;
	struct grammar_stream *streams;
	size_t		n_streams;
	struct names_set views;
	enum digest_alg	algs[SEAL_ALGS_MAX];	/* payload manifests present */
	size_t		n_algs, n_tag;
	size_t		i_signer;		/* next file of row 12 */
	bool		sm2_cert_due;
	unsigned	pem_no;
	char		pem_last[16];
	size_t		n_tokens;
	/*
	 * The seal, given by the caller once seal/seal.txt was read; it names the files of row 12.  ${loose}: it cannot be understood (a newer
	 * format, an unknown kind): anything may follow in seal/, and the verdict cannot be VALID.
	 */
	const struct seal *seal;
	bool		loose;
};

void grammar_init(struct grammar *);
void grammar_free(struct grammar *);
/* grammar_next(g, path, e, err): ${path} without the root directory.  ST_CORRUPT: it may not stand here; ST_UNSURE: over a limit of this program. */
enum status grammar_next(struct grammar *, const char *path, struct grammar_entry *e, struct err *) STATUS_USE;
/* grammar_finish(g, err): after the last entry.  ST_CORRUPT: something is missing or a name came twice. */
enum status grammar_finish(struct grammar *, struct err *) STATUS_USE;

#endif
