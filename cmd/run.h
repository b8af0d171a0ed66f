/*
 * run.h: one export from beginning to closed archive, in parts that a later session can take up.
 *
 *   begin or take up → capture (run_capture.c) → views and certificate (run_report.c) → seal, sign, time-stamp, close (run_seal.c)
 */
#ifndef CMD_RUN_H
#define CMD_RUN_H

#include "archive/pending.h"
#include "archive/writer.h"
#include "cmd/app.h"
#include "cmd/history.h"
#include "cmd/run_state.h"
#include "core/secret.h"
#include "formats/tables.h"
#include "store/catalog.h"
#include "store/heads.h"
#include "store/store.h"

#define RUN_SIGNERS_MAX	SEAL_ROLES_MAX

/* run_paper.c: who signs pages of paper (PDF), and whether there are any. */
struct run_paper { struct view_signer signer; struct cms_signer *cms; };

/* One time-stamp authority of [seal]; all owned. */
struct run_authority { char *url, *user, *ca; struct secret password, key; struct buf cert; };

struct run {
	struct app	*app;
	char		 section[80];		/* "tenant acme" */
	struct store	 store;
	int		 lock, archive_lock;	/* of the store; of this archive, against two that close it at once */
	struct catalog	*catalog;
	struct transport *net;
	struct cms_signer *signers[RUN_SIGNERS_MAX]; size_t n_signers;
	struct run_paper paper;
	struct heads	 heads;			/* what was signed here; dir -1: nobody signs here */
	struct run_authority authorities[PENDING_TOKENS_MAX]; size_t n_authorities;
	bool		 login_denied;		/* by one of them, in this session */
	struct crypt_to	*to;			/* recipients of new archives; NULL: not encrypted */
	struct archive	*archive, *next;	/* next: the volume that follows, begun while this one is closed */
	struct run_volume next_volume;
	struct run_render *render;		/* run_render.c: the archive whose records are rendered; NULL: none */
	struct crypt_key *source_key;		/* of a recipient of that archive; NULL: none was given */
	struct source	*source;
	struct source_params params;		/* of the source, as long as it lives */
	struct buf	 begun_at, begun_with;	/* its cursor and carry */
	struct run_state state;
	bool		 committed;		/* something would survive the end of this process */
	char		 archive_name[40], next_name[40];
	uint64_t	 volume_limit;		/* octets of one archive */
	uint64_t	 views_once, views_each[REC__MAX], views_percent[REC__MAX]; /* what the wanted views come to (struct view_room) */
	bool		 tables;		/* CSV is wanted */
	bool		 blobs_kept;		/* since the last commit */
	struct history	*history;		/* while views are made: see history.h */
	bool		 overflowing;		/* the rest of this page waits for the next archive */
	/* run_overflow.c: */
	int		 overflow;
	uint64_t	 overflow_n, overflow_taken;
	char		 overflow_blob[40];
	struct record	 overflow_rec;
	struct buf	 overflow_line;
	struct arena	 overflow_arena;
	/* Test only: see run_test_seed. */
	unsigned char	 test_key[32]; bool test, commit_each_page; uint64_t backoff_ms;
};

/* What came out, for the caller's last words: the archives in order, and the run's figures. */
struct run_archive { char archive[40]; char path[4200]; bool pending; char pending_why[400]; bool denied /* an authority refuses our login */; struct pending stage /* when pending */; };
struct run_result { struct run_archive *archives; size_t n_archives; uint64_t records, gaps, limits; char refused[400] /* streams whose secret or address the platform does not accept */; };
void run_result_free(struct run_result *);

void run_init(struct run *, struct app *);
void run_free(struct run *);
/* run_open_tenant(r, tenant, err): configuration, zone, store, lock, catalogue, signers, network. */
enum status run_open_tenant(struct run *, const char *tenant, struct err *) STATUS_USE;
/* run_export(r, options, result, err): a new run.  ST_USAGE when the store holds an unfinished one. */
enum status run_export(struct run *, const struct options *, struct run_result *, struct err *) STATUS_USE;
/* run_resume(r, name, result, err): go on with the archive ${name}, in whatever phase it stands.  ST_END: it was closed, only its work directory was left. */
enum status run_resume(struct run *, const char *name, struct run_result *, struct err *) STATUS_USE;

/*
 * run_pending_open(r, operand, with_keys, err): take up a sealed archive that is not closed: ${operand} is its name, or the path of its .partial file or .seal directory in a
 * store of the configuration.  Neither the platform nor the store's lock is needed: an export may be running beside it.  ST_END: it is closed already (r->archive_name
 * and r->store say which); ST_USAGE: not found, not sealed yet, or its run must go on first; ST_BUSY: another program is closing it.
 * run_finish(r, result, err): from wherever it stands to the closed or pending archive.
 */
enum status run_pending_open(struct run *, const char *operand, bool with_keys, struct err *) STATUS_USE;
enum status run_finish(struct run *, struct run_result *, struct err *) STATUS_USE;

/* --- the parts, in the order of their use --- */
enum status run_test_seed(struct run *, struct err *) STATUS_USE;
enum status run_network(struct run *, struct err *) STATUS_USE;
/*
 * run_settings_take(r): what of the configuration a run depends on goes into its state.
 * run_settings_same(r, all, err): ST_USAGE with the list of differences: another tenant or account; with ${all} also whatever changes what is still to be fetched
 * and written.
 */
void run_settings_take(struct run *);
enum status run_settings_same(const struct run *, bool all, struct err *) STATUS_USE;
enum status run_lock_archive(struct run *, struct err *) STATUS_USE;	/* held once is enough */
enum status run_capture(struct run *, struct err *) STATUS_USE;
enum status run_views_finish(struct run *, struct err *) STATUS_USE;	/* run_views.c: whole views and the certificate */
enum status run_seal(struct run *, struct run_result *, struct err *) STATUS_USE;	/* adds one archive to the result */
/*
 * run_recipients(r, err): encrypt_to of the tenant's store: who they are, strength and usage of their certificates.  ST_USAGE: fewer than two different keys; as crypt_to_add.
 * run_recipients_new(r, err): before a new run: ST_DENIED: a certificate is not valid now.
 * run_recipients_same(r, err): the open archive was begun for the same ones; else ST_USAGE.
 */
enum status run_recipients(struct run *, struct err *) STATUS_USE;
enum status run_recipients_new(struct run *, struct err *) STATUS_USE;
enum status run_recipients_same(struct run *, struct err *) STATUS_USE;
/* run_event(r, action, detail_json, err): a record of the program's own actions. */
enum status run_event(struct run *, const char *action, struct str detail, struct err *) STATUS_USE;
enum status run_commit(struct run *, struct err *) STATUS_USE;
/* run_closed(r, rec, err): SRC_CLOSED: an event that names archive and number of each gap, and their place in the certificate. */
enum status run_closed(struct run *, const struct record *, struct err *) STATUS_USE;
/* run_volume_limit(r, err): [store] volume, or that of the tenant's own store; and what its views come to. */
enum status run_volume_limit(struct run *, struct err *) STATUS_USE;
/* run_volume_fits(r, n): is there room for ${n} more octets in this archive, beside what is in it and its views?  The first of an archive always fits. */
bool run_volume_fits(const struct run *, uint64_t n);
/* run_volume_views(r, kind, n): the octets that views of a record of this kind, whose line has ${n} octets, are expected to come to. */
uint64_t run_volume_views(const struct run *, enum record_kind, uint64_t n);
/* run_volume_next(r, err): behind the seal of a full archive: begin the one that follows (r->next), unless a session before did. */
enum status run_volume_next(struct run *, struct err *) STATUS_USE;
/* run_volume_waits(r): this archive is full, and the one in which its run goes on was never begun: closing it would lose the way there. */
bool run_volume_waits(const struct run *);
bool run_is_closed(const struct run *);		/* r->archive_name has its final name */
/* run_create(r, name, out, err): a new archive behind the head of the chain; ${covers_from_ms} WHEN_UNKNOWN: where that ended. */
enum status run_create(struct run *, int64_t covers_from_ms, char name[40], struct archive **out, struct err *) STATUS_USE;
/* run_begin_event(r, action, err): who does what, with the scope. */
enum status run_begin_event(struct run *, const char *action, struct err *) STATUS_USE;
/*
 * run_paper(r, err): before the first request, where the family pdf is wanted: can this machine make pages, and the signer of pdf.signer ([tenant], else [seal]; absent: none).
 * ST_USAGE: no font that writes Chinese; as run_signers.  run_paper_free accepts an empty one.
 */
enum status run_paper(struct run *, struct err *) STATUS_USE;
void run_paper_free(struct run_paper *);
/*
 * run_signer_load(c, section, key_name, role, value, with_keys, out, err): "cert=… key=… pin=…", owned.
 * run_signers(r, with_keys, err): open what [seal] names, and the keys that are here, unless told not to; ST_DENIED: key refused or certificate expired.
 * run_heads(r, path, err): open what this computer remembers of what it signed: ${path}, else [seal] signed, else as heads_open.
 * run_signer_of(r, g): the signer whose role and certificate the seal names; NULL: none of ours.  Borrowed.
 * run_signer_key(r, role, err): load the key that [seal] names for ${role}; ST_USAGE: it is not here.
 * run_sign(r, err): every signature still missing whose key is here.  ST_CORRUPT: another seal was signed for this place in the chain.
 */
enum status run_signer_load(const struct config *, const char *section, const char *key_name, const char *role, const char *value, bool with_keys,
    struct cms_signer **out, struct err *) STATUS_USE;
enum status run_signers(struct run *, bool with_keys, struct err *) STATUS_USE;
enum status run_heads(struct run *, const char *path, struct err *) STATUS_USE;
struct cms_signer *run_signer_of(struct run *, const struct seal_signer *);
enum status run_signer_key(struct run *, const char *role, struct err *) STATUS_USE;
enum status run_sign(struct run *, struct err *) STATUS_USE;
/*
 * run_crl(r, s, url, pem, err): fetch a revocation list and judge it by the configured trust (none: it is taken as it is).  ST_DENIED: it is genuine, and the signer's
 * certificate is revoked; ${pem} holds it then, too.  ST_IO, ST_NOMEM: trouble of our own; others: there is none, or none that would stand.
 * run_refuse_signers(r, err): ST_DENIED: the certificate of a signer whose key is here is revoked, or the configured trust names others for its role.  A list that cannot
 * be had refuses nothing.
 * run_refuse_signer(r, s, err): the same of one.
 */
enum status run_crl(struct run *, const struct cms_signer *, const char *url, struct buf *pem, struct err *) STATUS_USE;
enum status run_refuse_signers(struct run *, struct err *) STATUS_USE;
enum status run_refuse_signer(struct run *, const struct cms_signer *, struct err *) STATUS_USE;
/* run_check_signatures(r, err): those that are there, before the tar gets them: ST_CORRUPT: one that would make the archive INVALID for ever. */
enum status run_check_signatures(struct run *, struct err *) STATUS_USE;
/* run_refuse_rollback(r, chain, sequence, err): ST_CORRUPT: ${sequence} of ${chain}, which is to come next, was signed here before. */
enum status run_refuse_rollback(struct run *, const char *chain, uint64_t sequence, struct err *) STATUS_USE;
/*
 * run_authorities(r, err): read "timestamp" and "timestamp.N" of [seal], with what they need to log in.  ST_USAGE; as secret_load.
 * run_stamp(r, sums, err): the tokens still missing.  ST_UNSURE: one or more could not be had, which and why in ${err}; those that were had are kept.
 */
enum status run_authorities(struct run *, struct err *) STATUS_USE;
void run_authorities_free(struct run *);
enum status run_stamp(struct run *, struct str sums, struct err *) STATUS_USE;
/* run_beside_config(c, path, out, err): a path of the configuration, relative to its file, as a C string. */
enum status run_beside_config(const struct config *, const char *path, struct buf *out, struct err *) STATUS_USE;
/*
 * run_place.c: where the views of a run go, what stands in them, which families are wanted ([tenant] views).  run_views_check(c, section, err): ST_USAGE: a family that
 * there is not.
 */
struct run_place { struct view_place place; struct archive *archive; struct archive_pages *pages; };
void run_place_init(struct run_place *, struct archive *, struct archive_pages *);	/* ${pages} NULL: only for what grows while records come */
void run_view_options(struct run *, struct format_options *);
bool run_view_wanted(const struct run *, const struct view_family *);
enum status run_views_check(const struct config *, const char *section, struct err *) STATUS_USE;
/*
 * run_blobs.c: pictures of approvals, kept from their download until the documents are made.  run_blobs_keep(r, it, err): before the blob goes, once its record has a path;
 * run_blobs_sync(r, err): before a commit; run_blobs_init: what a view reads them by.
 */
struct run_blobs { struct view_blobs blobs; struct archive *archive; };
/* run_blobs_room(r, it): octets that documents will need for this attachment: its own where it is shown, or 0. */
uint64_t run_blobs_room(const struct run *, const struct source_item *);
enum status run_blobs_keep(struct run *, const struct source_item *, struct err *) STATUS_USE;
enum status run_blobs_sync(struct run *, struct err *) STATUS_USE;
enum status run_blobs_drop(struct run *, struct err *) STATUS_USE;	/* behind the seal */
void run_blobs_init(struct run_blobs *, struct archive *);
/* run_make(r, in, first, err): every family that is wanted but the tables; ${first} is a lane that is free.  ST_STOPPED: the user asked for it. */
enum status run_make(const struct run *, const struct view_input *in, struct archive_pages *first, struct err *) STATUS_USE;
/* run_report(r, out, err): completeness.json. */
enum status run_report(struct run *, struct buf *out, struct err *) STATUS_USE;
/*
 * run_renew_open(r, out, err): the source of a renewal archive (archive format 10): per earlier archive of the chain, verified first, a record and every file of its seal;
 * then what the authorities behind all these seals have revoked until today.  What does not verify, is not there or cannot be fetched is a gap.
 */
enum status run_renew_open(struct run *, struct source **out, struct err *) STATUS_USE;
/* run_named_crl(c, i, url, size): the ${i}th address of [seal] crl; false behind the last. */
bool run_named_crl(const struct config *, size_t i, char *url, size_t size);
/* run_get_crl(r, url, res, err): one revocation list off the network, over plain http too.  ST_INPUT: an answer other than 200; as perform. */
enum status run_get_crl(struct run *, const char *url, struct http_response *res, struct err *) STATUS_USE;
/*
 * run_receipts_check(r, err): ST_USAGE: [seal] receipt is badly written.
 * run_receipt_place(c, i, place, size): the ${i}th place of the list, "" when nothing stands there; false: there are no more.
 * run_receipt_send(c, place, line, err): deliver one line.
 * run_receipts(r, seal_text, err): the head line to every place of [seal] receipt; delivered nowhere, it is printed however quiet we are.
 */
enum status run_receipts_check(const struct config *, struct err *) STATUS_USE;
bool run_receipt_place(const struct config *, size_t i, char *place, size_t);
enum status run_receipt_send(const struct config *, const char *place, const char *line, struct err *) STATUS_USE;
enum status run_receipts(struct run *, struct str seal_text, struct err *) STATUS_USE;
/* run_receipt_place(c, i, place, size): the i-th place of [seal] receipt; false behind the last.  run_receipt_send(c, place, line, err): the line to one of them. */
bool run_receipt_place(const struct config *, size_t i, char *place, size_t size);
enum status run_receipt_send(const struct config *, const char *place, const char *line, struct err *) STATUS_USE;

#endif
