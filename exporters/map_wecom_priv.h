/* map_wecom_priv.h: what map_wecom.c, map_form.c and map_route.c have in common; for nobody else. */
#ifndef EXPORTERS_MAP_WECOM_PRIV_H
#define EXPORTERS_MAP_WECOM_PRIV_H

#include "exporters/map.h"

/* map_wecom.c */
void map_wecom_member(struct map_out *, const char *name, bool first);	/* ,"name": with the comma left out at the start */
/* A member with the text of node ${i}; "" where there is none. */
void map_wecom_text(const struct map_in *, struct map_out *, const char *name, size_t i, bool first);
/* The list that the path led to, each element ${c} an object of what ${members} writes; absent where it is no list. */
enum status map_wecom_objects(const struct map_in *, void (*members)(const struct map_in *, struct map_out *, size_t c), struct value *out,
    struct err *) STATUS_USE;

/* Ways to take a value, for the table: an approval's form; its route, comments and media ids. */
enum status map_form(const struct map_in *, struct value *out, struct err *) STATUS_USE;
enum status map_route(const struct map_in *, struct value *out, struct err *) STATUS_USE;
enum status map_route_comments(const struct map_in *, struct value *out, struct err *) STATUS_USE;
enum status map_route_files(const struct map_in *, struct value *out, struct err *) STATUS_USE;

#endif
