/* config_parts.h: what the three files of the configuration share: config.c, config_ini.c, config_keys.c; nobody else includes it. */
#ifndef CORE_CONFIG_PARTS_H
#define CORE_CONFIG_PARTS_H

#include "core/buf.h"

/* One line of meaning.  key == NULL: the header of a section.  Strings are NUL-terminated and live for the call. */
struct config_item { const char *section, *key, *value; unsigned line; };

/* config_ini_read(name, text, visit, ctx, err): ST_USAGE names file and line; ST_LIMIT above LIMIT_CONFIG; else what ${visit} answers. */
enum status config_ini_read(const char *name, struct str text,
    enum status (*visit)(void *ctx, const struct config_item *, struct err *), void *ctx, struct err *) STATUS_USE;

/* config_keys_section(section, err): a section we know, named where it must be.  The message has no place: the caller adds it. */
enum status config_keys_section(const char *section, struct err *) STATUS_USE;
/* config_keys_key(item, err): a key that the section knows; a value that only names a secret where one is meant. */
enum status config_keys_key(const struct config_item *, struct err *) STATUS_USE;

#endif
