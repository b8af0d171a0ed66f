/* limits.h: every bound on what comes from outside, with its unit and its reason.  At the limit: works; one over: ST_LIMIT. */
#ifndef CORE_LIMITS_H
#define CORE_LIMITS_H

#define LIMIT_PAGE		((size_t)64 << 20)	/* bytes of one JSON answer */
#define LIMIT_JSON_DEPTH	128u			/* containers inside each other */
#define LIMIT_JSON_STRING	((size_t)16 << 20)	/* bytes of one string, escaped */
#define LIMIT_JSON_KEYS		65536u			/* names in one object */
#define LIMIT_JSON_NUMBER	1024u			/* characters of one number */
#define LIMIT_ARENA		((size_t)1 << 30)	/* bytes of views and copies for one page */
#define LIMIT_RECORD		((size_t)16 << 20)	/* bytes of one record line: archive format 4.1 */
#define LIMIT_HEADERS		((size_t)64 << 10)	/* bytes of the headers of one answer */
#define LIMIT_MANIFEST		((uint64_t)1 << 30)	/* bytes of one manifest */
#define LIMIT_SEAL		((size_t)64 << 10)	/* bytes of seal.txt: archive format 5 */
#define LIMIT_PATH		100u			/* bytes of a path in our archives: archive format 1 */
#define LIMIT_BAG_PATH		((size_t)4096)		/* bytes of a path in other people's bags */
#define LIMIT_BAG_LINE		((size_t)64 << 10)	/* bytes of one line of their tag files, as UTF-8 */
#define LIMIT_BAG_DEPTH		128u			/* directories inside each other: each holds a descriptor */
#define LIMIT_BAG_MANIFESTS	64u			/* payload and tag manifests of one bag */
#define LIMIT_BAG_ENTRIES	((uint64_t)1 << 20)	/* entries of one zip: its directory is kept in memory */
#define LIMIT_SIGNATURE		((size_t)256 << 10)	/* bytes of one signature or token */
#define LIMIT_CRL		((size_t)16 << 20)	/* bytes of one CRL or certificate file */
#define LIMIT_CONFIG		((size_t)1 << 20)	/* bytes of a configuration or trust file */
#define LIMIT_SECRET		((size_t)64 << 10)	/* bytes of one secret */
#define LIMIT_MEDIA		((uint64_t)1 << 40)	/* decoded bytes of one downloaded file */
#define LIMIT_DESCRIPTION	((size_t)4 << 20)	/* bytes of a platform description */

#endif
