/*
 * budget.h: how many calls a minute an endpoint may have.
 *
 * Sixty-one slots of a second are summed, so that no span of sixty seconds, wherever it begins, holds more than the limit: a bucket
 * that refills while it bursts would pass twice the limit through the platform's minute.  Monotonic clock.
 */
#ifndef EXPORTERS_BUDGET_H
#define EXPORTERS_BUDGET_H

#include <stdint.h>

#define BUDGET_SLOTS	61u

struct budget { uint32_t per_minute, held; uint32_t n[BUDGET_SLOTS]; int64_t second; };

void budget_init(struct budget *, uint32_t per_minute);		/* 0: no limit */
/*
 * budget_init_local(b, per_minute): the server stands on this computer: no limit until it complains for the first time, then ${per_minute}.
 */
void budget_init_local(struct budget *, uint32_t per_minute);
/* budget_take(b, mono_ms): 0 and the call is counted, or milliseconds to wait before asking again. */
int64_t budget_take(struct budget *, int64_t mono_ms);
/* budget_slow(b): the platform complained: half the rate (or the limit held back) for the rest of the run, never below one. */
void budget_slow(struct budget *);

#endif
