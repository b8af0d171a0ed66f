/*
 * view_org.h: departments and members for HR systems: data/views/org/org.json (org.h), data/views/org/departments.xml (xml_org.h) with its schema beside it.
 * Not there when the archive has neither a department nor a member.
 */
#ifndef FORMATS_VIEW_ORG_H
#define FORMATS_VIEW_ORG_H

#include "core/view.h"

extern const struct view_family json_view, xml_view;

#endif
