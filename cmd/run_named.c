/* run_named.c: see run_named.h. */
#include "cmd/run_named.h"

#include <assert.h>

static_assert(SCOPE_WORDS_MAX % 64 == 0, "the masks hold one bit for each name of a list");

static void
see(const char *const *list, struct str id, uint64_t seen[RUN_NAMED_WORDS])
{
	size_t i;

	for (i = 0; list != NULL && list[i] != NULL && i < SCOPE_WORDS_MAX; i++)
		if (str_is(id, list[i]))
			seen[i / 64] |= UINT64_C(1) << i % 64;
}

void
run_named_see(struct run_state *s, const struct record *rec)
{
	const struct scope *scope = &s->scope.scope;

	if (scope->users == NULL && scope->rooms == NULL)
		return;
	switch (rec->kind) {
	case REC_USER:
		see(scope->users, rec->id, s->users_seen);
		break;
	case REC_ROOM:
		see(scope->rooms, rec->id, s->rooms_seen);
		break;
	case REC_MESSAGE:
		see(scope->users, record_get(rec, "from"), s->users_seen);
		see(scope->rooms, record_get(rec, "room"), s->rooms_seen);
		break;
	case REC_APPROVAL:
		see(scope->users, record_get(rec, "applicant"), s->users_seen);
		break;
	case REC_GAP: case REC_LIMIT:
		see(scope->users, record_get(rec, "object"), s->users_seen);
		see(scope->rooms, record_get(rec, "object"), s->rooms_seen);
		break;
	default:
		break;
	}
}

static bool
missing(const char *const *list, const uint64_t seen[RUN_NAMED_WORDS], size_t *i, struct str *id)
{
	size_t k;

	for (k = 0; list != NULL && list[k] != NULL && k < SCOPE_WORDS_MAX; k++)
		if ((seen[k / 64] >> k % 64 & 1) == 0 && (*i)-- == 0) {
			*id = str_of(list[k]);
			return true;
		}
	return false;
}

static bool
members_were_read(const struct run_state *s)
{
	size_t i;

	for (i = 0; i < s->n_streams; i++)
		if (strcmp(s->streams[i].name, "users") == 0)
			return s->streams[i].n_counts > 0 || s->streams[i].n_records > 0;
	return false;
}

static bool
in(const char *const *list, const char *word)
{
	for (; list != NULL && *list != NULL; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

/* Was the list of members part of what was asked for? */
static bool
members_wanted(const struct run_state *s)
{
	const struct scope *scope = &s->scope.scope;

	return (scope->areas == NULL || in(scope->areas, "contacts")) && (scope->streams == NULL || in(scope->streams, "users")) &&
	    !in(scope->excluded, "contacts") && !in(scope->excluded, "users");
}

bool
run_named_missing(const struct run_state *s, size_t i, struct record *rec, bool *is_limit)
{
	bool member = missing(s->scope.scope.users, s->users_seen, &i, &rec->id);

	if (!member && !missing(s->scope.scope.rooms, s->rooms_seen, &i, &rec->id))
		return false;
	*is_limit = !member || (!members_wanted(s) && !members_were_read(s));
	record_set(rec, "of_stream", member ? STR("users") : STR("rooms"));
	record_set(rec, "object", rec->id);
	record_set(rec, "reason", STR("not_found"));
	record_set(rec, "count", STR("1"));
	record_set(rec, "detail", member ? STR("named by --user; nothing that was read shows this member") :
	    STR("named by --room; nothing that was read shows this room"));
	if (!*is_limit) {
		record_set(rec, "is_final", STR("false"));
		record_set(rec, "retry", STR("check the id, then export again"));
	}
	return true;
}
