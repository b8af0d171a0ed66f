/* budget.c: a sliding minute. */
#include "exporters/budget.h"

#include <string.h>

void
budget_init(struct budget *b, uint32_t per_minute)
{
	memset(b, 0, sizeof(*b));
	b->per_minute = per_minute;
}

void
budget_init_local(struct budget *b, uint32_t per_minute)
{
	budget_init(b, 0);
	b->held = per_minute;
}

int64_t
budget_take(struct budget *b, int64_t mono_ms)
{
	int64_t now = mono_ms / 1000, gone = now - b->second;
	uint64_t sum = 0;
	size_t i;

	if (b->per_minute == 0)
		return 0;
	if (gone < 0 || gone >= (int64_t)BUDGET_SLOTS)
		memset(b->n, 0, sizeof(b->n));
	else
		for (; gone > 0; gone--)
			b->n[(size_t)((uint64_t)(now - gone + 1) % BUDGET_SLOTS)] = 0;
	b->second = now;
	for (i = 0; i < BUDGET_SLOTS; i++)
		sum += b->n[i];
	if (sum >= b->per_minute)
		return 1000 - mono_ms % 1000;
	b->n[(size_t)((uint64_t)now % BUDGET_SLOTS)]++;
	return 0;
}

void
budget_slow(struct budget *b)
{
	if (b->per_minute == 0)
		b->per_minute = b->held;
	else if (b->per_minute > 1)
		b->per_minute /= 2;
}
