/* class.c: status → class.  When two happen, the order of ${weight} decides which one the process answers. */
#include "cmd/class.h"

#include "core/i18n.h"
#include "core/stop.h"

static const struct {
	struct class_row row;
	int weight;
} classes[ST__MAX] = {
	[ST_OK]	     = { { 0, "OK", "" }, 0 },
	[ST_END]     = { { 0, "OK", "" }, 0 },
	[ST_USAGE]   = { { 2, "USAGE", N_("see `custody --help`") }, 2 },
	[ST_PARTIAL] = { { 3, "PARTIAL", N_("read data/report/gaps.csv in the archive") }, 1 },
	[ST_RETRY]   = { { 4, "REMOTE", N_("try again later") }, 6 },
	[ST_REMOTE]  = { { 4, "REMOTE", N_("try again later") }, 6 },
	[ST_IO]	     = { { 5, "IO", N_("check disk and rights, then try again") }, 8 },
	[ST_NOMEM]   = { { 5, "IO", N_("free memory, then try again") }, 8 },
	[ST_DENIED]  = { { 6, "AUTH", N_("check the secret and the rights of the app") }, 7 },
	[ST_CORRUPT] = { { 7, "INVALID", N_("compare with another copy and with a head receipt kept elsewhere") }, 9 },
	[ST_UNSURE]  = { { 8, "INDETERMINATE", N_("give what is missing, then verify again") }, 4 },
	[ST_INPUT]   = { { 9, "LIMIT", N_("the input does not keep its own format: get it anew from where it came") }, 5 },
	[ST_LIMIT]   = { { 9, "LIMIT", N_("limits are listed in DESIGN.md; narrow what is asked for") }, 5 },
	[ST_BUSY]    = { { 10, "BUSY", N_("wait until the other run has ended") }, 3 },
	[ST_STOPPED] = { { 130, "signal", "custody resume" }, 3 },
};

const struct class_row *
class_of(enum status st)
{
	static struct class_row stopped;

	if ((int)st < 0 || st >= ST__MAX || classes[st].row.name == NULL)
		st = ST_IO;
	if (st == ST_STOPPED && stop_signal() != 0) {
		stopped = classes[st].row;
		stopped.exit = 128 + stop_signal();
		return &stopped;
	}
	return &classes[st].row;
}

enum status
class_worse(enum status a, enum status b)
{
	return classes[b].weight > classes[a].weight ? b : a;
}
