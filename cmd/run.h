/*
 * run.h: one export from beginning to closed archive, in parts that a later session can take up.
 *
 *   begin or take up → capture (run_capture.c) → views and certificate (run_report.c) → seal, sign, time-stamp, close (run_seal.c)
 */
#ifndef CMD_RUN_H
#define CMD_RUN_H

#include "archive/writer.h"
#include "cmd/app.h"
#include "cmd/run_state.h"
#include "formats/views.h"
#include "store/catalog.h"
#include "store/store.h"

#define RUN_SIGNERS_MAX	SEAL_ROLES_MAX

struct run {
	struct app	*app;
	char		 section[80];		/* "tenant acme" */
	struct store	 store;
	int		 lock;
	struct catalog	*catalog;
	struct transport *net;
	struct cms_signer *signers[RUN_SIGNERS_MAX]; size_t n_signers;
	struct archive	*archive;
	struct source	*source;
	struct source_params params;		/* of the source, as long as it lives */
	struct buf	 begun_at, begun_with;	/* its cursor and carry */
	struct run_state state;
	bool		 committed;		/* something would survive the end of this process */
	char		 archive_name[40];
	/* Test only: see run_test_seed. */
	unsigned char	 test_key[32]; bool test, commit_each_page; uint64_t backoff_ms;
};

/* What came out, for the caller's last words. */
struct run_result { char archive[40]; char path[4200]; bool pending; char pending_why[400]; uint64_t records, gaps, limits; };

void run_init(struct run *, struct app *);
void run_free(struct run *);
/* run_open_tenant(r, tenant, err): configuration, zone, store, lock, catalogue, signers, network. */
enum status run_open_tenant(struct run *, const char *tenant, struct err *) STATUS_USE;
/* run_export(r, options, result, err): a new run.  ST_USAGE when the store holds an unfinished one. */
enum status run_export(struct run *, const struct options *, struct run_result *, struct err *) STATUS_USE;
/* run_resume(r, name, result, err): go on with the archive ${name}, in whatever phase it stands. */
enum status run_resume(struct run *, const char *name, struct run_result *, struct err *) STATUS_USE;

/* --- the parts, in the order of their use --- */
enum status run_capture(struct run *, struct err *) STATUS_USE;
enum status run_views_finish(struct run *, struct err *) STATUS_USE;	/* run_views.c: whole views and the certificate */
enum status run_seal(struct run *, struct run_result *, struct err *) STATUS_USE;
/* run_event(r, action, detail_json, err): a record of the program's own actions. */
enum status run_event(struct run *, const char *action, struct str detail, struct err *) STATUS_USE;
/* run_gap(r, rec, is_limit, err): number, count, keep and show one gap or limit. */
enum status run_gap(struct run *, struct record *, bool is_limit, struct err *) STATUS_USE;
enum status run_put(struct run *, struct views *, struct record *, struct err *) STATUS_USE;
enum status run_commit(struct run *, struct err *) STATUS_USE;
/* run_signers(r, err): open what [seal] names; ST_DENIED: key refused or certificate expired. */
enum status run_signers(struct run *, struct err *) STATUS_USE;
/* run_report(r, out, err): completeness.json. */
enum status run_report(struct run *, struct buf *out, struct err *) STATUS_USE;
/* run_receipts(r, seal_text, err): the head line to every place of [seal] receipt. */
enum status run_receipts(struct run *, struct str seal_text, struct err *) STATUS_USE;

#endif
