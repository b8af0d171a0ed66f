/*
 * org.h: departments and members as one JSON document for HR systems, flat, written while the records come.
 *
 *   {"format":"custody-org/1","generated_at":"…Z","time_zone":"…","organization":"…",
 *    "departments":[{"id":…,"parent_id":…,"name":…,"name_en":…,"order":…,"leaders":[…],…}],
 *    "members":[{"id":…,"departments":[{"id":…,"order":…,"is_leader":…}],…}],
 *    "counts":{"departments":N,"members":N}}
 * Members of an entry are those of core/record.h in that order, by the names that CSV and records use, then version (where there is one),
 * fetched_at, flags, known_since and unchanged_since ({at, archive, at_least}, see view.h; only where earlier archives are at hand), not_granted.  A name that is missing means the platform has no such value, "" or [] that it is empty; what was not
 * granted stands in not_granted and nowhere else.  Departments come before members.  Numbers keep the platform's digits.
 */
#ifndef FORMATS_ORG_H
#define FORMATS_ORG_H

#include "core/view.h"

extern const struct format org_format;

/* org_dates(w, since): of the record that is put next; ${since} is borrowed until then.  Names no archive: no dates. */
void org_dates(struct writer *, const struct view_since *);

#endif
