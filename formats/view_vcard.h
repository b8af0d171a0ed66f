/*
 * view_vcard.h: members as contacts: data/views/org/contacts.vcf, vCard 4.0 (RFC 6350), and data/views/org/contacts-3.vcf, vCard 3.0 (RFC 2426) for older
 * address books.  Each holds every member, one card per record.
 *
 *   UID                       urn:uuid: of version 5 (RFC 4122), namespace URL, name urn:custody:person:<platform>:<tenant>:<id>: the same person in every export
 *   FN                        name, else name_en, else the id; 4.0: name_en once more as FN;LANGUAGE=en
 *   N                         the whole name as family name: where it ends is not known; 4.0: SORT-AS, 3.0: SORT-STRING: name_en, where the platform has it
 *   NICKNAME TITLE            alias, position
 *   ORG                       the organisation; then the path of the department the member stands in, from the top, without a top of the same name
 *   CATEGORIES                names of all departments of the member: address books make groups of them
 *   TEL EMAIL                 mobile (cell) and telephone (work); work_email (work) and email (home)
 *   ADR                       address, all of it as the street: its parts are not known
 *   PHOTO                     avatar_url, when it is an http or https address
 *   GENDER                    4.0
 *   NOTE                      attributes that the tenant added, a line each; one more of whom is not active: 状态 status, for address books show no X-
 *   REV                       fetched_at
 *   X-CUSTODY-ID, -VERSION    of the record; ;X-FORM=hex: octets, when there are controls in it
 *   X-CUSTODY-STATUS, -EXTERNAL-POSITION, -GENDER (3.0), -NAME-EN (3.0), -AVATAR (no address that PHOTO can hold)
 *   X-CUSTODY-DEPARTMENT      id, per department; ;X-ORDER= ;X-LEADER=.  X-CUSTODY-LEADER: id, per direct superior
 *   X-CUSTODY-NOT-GRANTED, -EMPTY, -REPLACED   names of the fields that were not granted; that are empty; in which controls had to become U+FFFD
 *   X-CUSTODY-FLAGS           of the record
 *   X-CUSTODY-KNOWN-SINCE, -UNCHANGED-SINCE    times of view.h; ;X-ARCHIVE= ;X-AT-LEAST=
 *   X-CUSTODY-DEPARTMENTS-JSON, -LEADERS-JSON, -ATTRIBUTES-JSON   what is not the list it should be, as it is
 *
 * What is absent has no property, and no property is ever empty.  Departments are no cards (KIND:group): few address books know them, the others show a person of that
 * name.  Not there when there is no member.
 */
#ifndef FORMATS_VIEW_VCARD_H
#define FORMATS_VIEW_VCARD_H

#include "core/view.h"

extern const struct view_family vcard_view, vcard3_view;

#endif
