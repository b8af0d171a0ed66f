/*
 * view_person.h: everything that is held, of one person or of whatever a scope leaves, documented so that another program can take it in: the answer to a request for a copy of
 * one's data (`custody render ARCHIVE --user ID --format person,person-json`).  All kinds but the program's own actions.
 *
 * person:       data/views/person/records.xml and its schema records.xsd
 *   records[xmlns=urn:custody:records:1 generated_at time_zone archive? chain?] / organization? /
 *     <kind>[stream id version?]* / <field>… of core/record.h in that order, then fetched_at, endpoint, flags, not_granted, raw[form=json|text|base64]?
 *   Fields of type list hold item elements, those of type json their JSON as text, times are UTC.
 * person-json:  data/views/person/records.json and its schema records.schema.json (JSON Schema 2020-12)
 *   {"format":"custody-records/1","generated_at":…,"time_zone":…,"archive":…,"chain":…,"organization":…,"records":[{"stream":…,"line":<the record as it stands in the archive>}…]}
 * A name that is missing means the platform has no such value; empty is empty; what was not granted is named in not_granted (XML) or null (JSON).
 * The schemas are made from the tables of core/record.h, with what each field means in Chinese and English.
 */
#ifndef FORMATS_VIEW_PERSON_H
#define FORMATS_VIEW_PERSON_H

#include "core/view.h"

extern const struct view_family person_view, person_json_view;

/* The schemas, appended: of what the tables say today. */
enum status person_schema_xml(struct buf *out, struct err *) STATUS_USE;
enum status person_schema_json(struct buf *out, struct err *) STATUS_USE;

#endif
