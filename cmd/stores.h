/*
 * stores.h: the stores of the configuration, as they are found: nothing is made, nothing is locked.
 */
#ifndef CMD_STORES_H
#define CMD_STORES_H

#include "cmd/app.h"
#include "cmd/run_state.h"
#include "store/store.h"

struct stores_place {
	const struct store *store;	/* borrowed for the call; its label is the tenant's */
	const char	*tenant;	/* the first of the configuration whose store it is */
	bool		 again;		/* the same directory was given before, with another label */
};

/*
 * stores_each(app, each, ctx, err): every directory and label once, however many tenants share them.  A configured store that is not there yet is passed
 * over; ST_USAGE: the one of --store is not there.  What ${each} returns other than ST_OK ends it.
 */
enum status stores_each(struct app *, enum status (*each)(void *ctx, const struct stores_place *, struct err *), void *ctx, struct err *) STATUS_USE;
/*
 * stores_state(s, name, state, err): what the open archive ${name} says of its run; ${state} is initialised, and freed by the caller whatever comes.
 * Read beside a run that may be going on: the state file is replaced whole.  ST_END: there is none; ST_CORRUPT: damaged.
 */
enum status stores_state(const struct store *, const char *name, struct run_state *, struct err *) STATUS_USE;

#endif
