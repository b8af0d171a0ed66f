/*
 * xml_org.h: departments and members as XML for HR systems (libxml2 xmlTextWriter), written while the records come; the schema is
 * departments.xsd, which is laid beside it.
 *
 * Elements have the names of core/record.h.  Missing: the platform has no such value; empty: empty; not granted: named in not_granted.
 * known_since and unchanged_since (view.h) stand only where earlier archives are at hand.
 * What XML 1.0 cannot hold (controls, U+FFFE, U+FFFF) becomes U+FFFD, and the element has attribute original: the text as the inside of
 * a JSON string, with such characters as \uXXXX.
 */
#ifndef FORMATS_XML_ORG_H
#define FORMATS_XML_ORG_H

#include "core/view.h"

extern const struct format xml_org_format;

/* xml_org_dates(w, since): of the record that is put next; ${since} is borrowed until then.  Names no archive: no dates. */
void xml_org_dates(struct writer *, const struct view_since *);

/* xml_org_schema(): the bytes of departments.xsd; static. */
struct str xml_org_schema(void);

#endif
