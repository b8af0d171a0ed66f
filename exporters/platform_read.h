/*
 * platform_read.h: tables that tell how a JSON object becomes a struct: one reader serves every object of a description.
 */
#ifndef EXPORTERS_PLATFORM_READ_H
#define EXPORTERS_PLATFORM_READ_H

#include "exporters/platform.h"

enum slot_type {
	SLOT_TEXT,	/* const char * */
	SLOT_UINT,	/* uint64_t */
	SLOT_BOOL,	/* bool */
	SLOT_STRINGS,	/* struct strings: ["a", "b"] */
	SLOT_PAIRS,	/* struct pairs: {"a": "b"} */
	SLOT_BODY,	/* const char *: any object as compact JSON */
	SLOT_ACTIONS,	/* struct code_actions: {"42001": "REFRESH"} */
	SLOT_WORDS,	/* struct word_tables: {"table": {"1": "active"}} */
	SLOT_MAP,	/* struct map_rules: {"field": "path|how(arg)"} */
	SLOT_ENUM,	/* int of the size of an enum: one of ${names} */
	SLOT_OBJECT,	/* struct, by ${table} */
	SLOT_ARRAY	/* pointer, then size_t n: structs by ${table} */
};
struct slot {
	const char	*name;
	enum slot_type	 type;
	size_t		 offset;	/* in the struct of the object */
	bool		 required;
	const char *const *names;	/* SLOT_ENUM, ended by NULL */
	const struct slot *table;	/* SLOT_OBJECT, SLOT_ARRAY: ended by name == NULL */
	size_t		 size;		/* SLOT_ARRAY: of one struct */
	size_t		 has;		/* SLOT_OBJECT: offset + 1 of a bool that is set when present; 0: none */
};

/* platform_read(text, table, a, out, err): ${out} is zeroed memory of the root's struct.  ST_USAGE with the path of what is wrong. */
enum status platform_read(struct str text, const struct slot *table, struct arena *, void *out, struct err *) STATUS_USE;

#endif
