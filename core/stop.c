/* stop.c: the two-step stop: ask, then end. */
#include "core/stop.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "core/i18n.h"

static atomic_int asked;	/* lock-free, so a handler and any thread may use it */

static void
on_signal(int sig)
{
	int none = 0;

	if (!atomic_compare_exchange_strong(&asked, &none, sig))
		_exit(128 + sig);
}

void
stop_start(void)
{
	static const int stopping[] = { SIGINT, SIGTERM, SIGHUP }, ignored[] = { SIGPIPE, SIGXFSZ };
	struct sigaction act, old;
	size_t i;

	memset(&act, 0, sizeof(act));
	(void)sigemptyset(&act.sa_mask);
	act.sa_handler = on_signal;	/* deliberate: no SA_RESTART, a blocking call must come back and see the wish */
	for (i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++) {
		/* nohup means it: a hang-up that was ignored stays ignored. */
		if (stopping[i] == SIGHUP && sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			continue;
		(void)sigaction(stopping[i], &act, NULL);
	}
	act.sa_handler = SIG_IGN;	/* the errno of the call says the same, where it can be handled */
	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)sigaction(ignored[i], &act, NULL);
}

int
stop_signal(void)
{
	return atomic_load(&asked);
}

enum status
stop_check(struct err *err)
{
	int sig = stop_signal();
	const char *name = sig == SIGINT ? "SIGINT" : sig == SIGTERM ? "SIGTERM" : "SIGHUP";

	if (sig == 0)
		return ST_OK;
	return err_set(err, ST_STOPPED, _("stopped by %s"), name);
}
