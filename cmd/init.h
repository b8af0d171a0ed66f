/*
 * init.h: `custody init`: what a first configuration is made of, and its parts: questions (init_ask.c), texts (init_text.c), files (init_files.c),
 * the credentials tried at the platform (init_check.c).
 */
#ifndef CMD_INIT_H
#define CMD_INIT_H

#include "archive/evalkeys.h"
#include "cmd/app.h"
#include "cmd/words.h"
#include "core/secret.h"

#define INIT_AREAS	4u
#define INIT_SIGNERS_MAX 8u
#define INIT_KEYS_MAX	16u
#define INIT_VALUE	1024u

/* One signer: where its certificate and key are; with evaluation keys, made here. */
struct init_signer { char role[33], cert[INIT_VALUE], key[INIT_VALUE], pin[INIT_VALUE]; unsigned char sha256[32]; };

struct init {
	char		 dir[INIT_VALUE];		/* where the files go */
	char		 tenant[17], platform[16];
	char		 corp_id[INIT_VALUE], organization[INIT_VALUE], store[INIT_VALUE], base_url[INIT_VALUE], ca[INIT_VALUE];
	struct { char place[INIT_VALUE]; struct secret typed; } secrets[INIT_AREAS];	/* ${place} "secrets/…" when typed; "" and none: not used */
	char		 chat_sdk[INIT_VALUE], chat_proxy[INIT_VALUE];
	struct { char version[12], place[INIT_VALUE]; } chat_keys[INIT_KEYS_MAX]; size_t n_chat_keys;
	struct init_signer signers[INIT_SIGNERS_MAX]; size_t n_signers;
	bool		 evaluation;
	char		 roots[INIT_VALUE], timestamp[INIT_VALUE], tsa_roots[INIT_VALUE], receipt[INIT_VALUE];
	bool		 unchecked;			/* the credentials are not tried */

	/* made on the way */
	struct evalkeys	 made[INIT_SIGNERS_MAX];
	struct buf	 made_root, config, trust;
	struct { enum status st; char why[sizeof(((struct err *)NULL)->text)]; } tried[INIT_AREAS];
};
extern const struct init_area { const char *name, *question; } init_areas[INIT_AREAS];	/* ${question} N_() */

/* init_ask(i, err): ask for everything on the terminal, each answer looked at at once.  ST_USAGE: no terminal, or no more answers; ST_STOPPED. */
enum status init_ask(struct init *, struct err *) STATUS_USE;
/* Each: is this value one?  ST_USAGE says why not.  Paths of existing files are made absolute. */
enum status init_set_tenant(struct init *, const char *, struct err *) STATUS_USE;
enum status init_set_platform(struct init *, const char *, struct err *) STATUS_USE;
enum status init_set_corp_id(struct init *, const char *, struct err *) STATUS_USE;
enum status init_set_text(char out[INIT_VALUE], const char *, struct err *) STATUS_USE;
enum status init_set_base_url(struct init *, const char *, struct err *) STATUS_USE;
enum status init_set_file(char out[INIT_VALUE], const char *, struct err *) STATUS_USE;		/* an existing file */
enum status init_set_place(char out[INIT_VALUE], const char *, struct err *) STATUS_USE;		/* file: (which must be readable), credential:, env: */
enum status init_set_secret(struct init *, const char *area_and_place, struct err *) STATUS_USE;	/* "contacts=file:…" */
enum status init_set_chat_key(struct init *, const char *version_and_place, struct err *) STATUS_USE;
enum status init_set_signer(struct init *, const char *role_and_words, struct err *) STATUS_USE;
enum status init_set_timestamp(struct init *, const char *, struct err *) STATUS_USE;
enum status init_set_receipt(struct init *, const char *, struct err *) STATUS_USE;

/* init_config, init_trust: the two files, into i->config and i->trust; needs the signers' fingerprints. */
enum status init_config(struct init *, struct err *) STATUS_USE;
enum status init_trust(struct init *, struct err *) STATUS_USE;
/*
 * init_write(i, app, err): everything beside the target, read back with our own readers, then into place, custody.conf last; nothing is overwritten, and on a
 * failure nothing stays.
 */
enum status init_write(struct init *, struct app *, struct err *) STATUS_USE;
/* init_free_names(i, err): none of the names that will be made exists in i->dir.  ST_USAGE. */
enum status init_free_names(const struct init *, struct err *) STATUS_USE;
/* init_check(i, app, config, err): ask the platform for a token with each secret; what it answered into i->tried.  ST_STOPPED, ST_NOMEM only. */
enum status init_check(struct init *, struct app *, const struct config *, struct err *) STATUS_USE;

#endif
