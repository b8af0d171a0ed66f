/*
 * view_scim.h: members and departments as resources of SCIM 2.0 (RFC 7643), one on a line: data/views/org/scim-users.jsonl, data/views/org/scim-groups.jsonl.
 *
 * User (core schema): id "user:<id>" and externalId, userName the platform's id; name.formatted and displayName: name; nickName: alias; title: position; active: true for
 * status active and inactive (never signed in, but not taken out), false for disabled and left, else not there; emails (work, home), phoneNumbers (mobile, work),
 * addresses.formatted, photos (an http or https address), groups: the departments that are in the archive.  No password.
 * Enterprise extension: organization; department: name of the one the member stands in; manager: the first direct superior; employeeNumber: an attribute of the tenant
 * whose name says so (orglist.c).
 * Group: a department: id "department:<id>", displayName name (the id where there is none: RFC 7643 demands one), members: Users in byte order of their ids, then the
 * departments below as Groups.  A department that is above itself, or whose parent is not in the archive, is in no Group; "placed" says why.
 * meta: resourceType; version, an entity tag, where the record has a version; created: since when the chain knows it, unless it may be longer; lastModified: since when it stands
 * as it stands now, likewise (view.h): only where earlier archives are at hand.
 *
 * urn:custody:scim:1:User, urn:custody:scim:1:Group: what SCIM has no place for, by the names of core/record.h in camel case: recordId, recordVersion, nameEn, status,
 * mainDepartment, departments (value, order, isLeader), leaders, gender, externalPosition, avatarUrl (no address), attributes, parent, order; fetchedAt, flags;
 * knownSince, unchangedSince (at, archive, atLeast); notGranted and empty: names of fields, of record.h.  What is absent, empty or not granted has no attribute; only in the latter two
 * cases it is named.  A value that is not the list it should be stands as text in departmentsJson, leadersJson, attributesJson.
 */
#ifndef FORMATS_VIEW_SCIM_H
#define FORMATS_VIEW_SCIM_H

#include "core/view.h"

extern const struct view_family scim_view;

#endif
