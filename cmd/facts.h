/*
 * facts.h: what an archive's completeness certificate says of how its views were made: whoever makes them again needs the same, for the same bytes.
 */
#ifndef CMD_FACTS_H
#define CMD_FACTS_H

#include "archive/lookup.h"
#include "core/arena.h"
#include "core/view.h"

#define FACTS_REPORT	"data/report/completeness.json"
#define FACTS_FAMILIES	64u

/* Of the archive that a rendering (`render --into-chain`) derives from. */
struct facts_source { bool is; char archive[40], chain[48], seal[65]; uint64_t sequence; };

struct facts {
	bool		 there;			/* the archive has a certificate that can be read */
	struct buf	 text;			/* its bytes */
	struct arena	 arena;			/* holds what follows */
	const char	*organization;		/* NULL: none */
	const char	*zone, *program, *platform, *tenant;	/* "" where it does not say */
	struct str	 scope;			/* JSON */
	int64_t		 made_ms;		/* the run's start, else the time of the seal */
	bool		 crlf, pdf_signed;
	const char	*history;		/* the oldest archive that dated members and departments; "": none was read; NULL: no dates were made */
	const char	*formats[FACTS_FAMILIES];	/* names of families, also of ones that this program does not know */
	size_t		 n_formats;
	struct facts_source source;
	char		 archive[40], chain[48];	/* of the archive itself */
	char		 seal[65];		/* SHA-256 of seal.txt, hexadecimal */
	uint64_t	 sequence;
};

void facts_init(struct facts *);
void facts_free(struct facts *);
/* facts_read(l, f, err): ST_UNSURE: it is encrypted, or the certificate is of a form that is not known here; what lookup_payload answers. */
enum status facts_read(struct lookup *, struct facts *, struct err *) STATUS_USE;
/* facts_zone(f, err): local times are those of the archive from now on (when_zone); without a certificate they are UTC, and this is said. */
enum status facts_zone(const struct facts *, struct err *) STATUS_USE;
/* facts_options(f, out): what stands in its views; borrowed from ${f}.  ${out}->report is absent. */
void facts_options(const struct facts *, struct format_options *out);
/* facts_has(f, name): is this family among those it names? */
bool facts_has(const struct facts *, const char *family);

#endif
