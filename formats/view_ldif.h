/*
 * view_ldif.h: departments and members for a directory: data/views/org/organization.ldif (LDIF, RFC 2849; schema of RFC 4519 and RFC 2798).
 *
 * o=<organisation> (the tenant's name where there is none) on top; below it departments by their ids, ou=2,ou=1,o=…, so that a new name moves nobody; members
 * uid=<id> below the department they stand in (orgtree_home), else below the top.  An object with versions has +description=version: … in its RDN.  A parent stands before
 * what is below it.  A department that is above itself, or whose parent is not to be had, is on top; a comment (ASCII, as the RFC wants) says so.
 *
 * organizationalUnit: ou: id, then name.
 * inetOrgPerson: uid; cn: name (else name_en, else id), name_en; sn: the same as the first cn, for where a family name ends is not known; displayName: name; title:
 * position; mail: work_email, email; mobile; telephoneNumber; postalAddress; labeledURI: avatar_url; manager: the first superior, if a member of this file; employeeNumber
 * (orglist.h); departmentNumber and ou: id and name of the department the member stands in; o: the organisation.
 * description: everything else, "name: value" by the names of core/record.h, and what the syntax of its attribute cannot hold; "department 1: <id> order … leader …",
 * "leader 1: <id>", "attribute 1: …" for lists; version, flags, fetched_at; known_since, unchanged_since (view.h); "not granted 未授权: …" and "empty 空值: …": names of fields.
 * What is absent is nowhere; a directory can hold no empty value.
 */
#ifndef FORMATS_VIEW_LDIF_H
#define FORMATS_VIEW_LDIF_H

#include "core/view.h"

extern const struct view_family ldif_view;

#endif
