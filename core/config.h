/*
 * config.h: custody.conf and other INI files of ours, in the syntax of inih but without line continuation.
 *
 * Sections are "[store]", "[store NAME]", "[seal]", "[trust]", "[tenant NAME]", "[retention NAME]"; one table in config_keys.c names every key with
 * the section kind it belongs to ("secret.*" stands for any name behind the dot).  An unknown section or key is ST_USAGE with file, line and
 * the nearest known name, and so is a second section or key of the same name.  Values are UTF-8, trimmed; a value given empty counts as absent.  " ;" begins a comment.
 */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include "core/buf.h"

struct config;

/* config_find(option, path, err): the file to read: ${option}, $CUSTODY_CONFIG, ./custody.conf, XDG, /etc/custody/; ST_USAGE names the places looked at. */
enum status config_find(const char *option, struct buf *path, struct err *) STATUS_USE;
/* config_load(out, path, err): read and check.  ST_USAGE: syntax, unknown key; ST_IO: cannot be read. */
enum status config_load(struct config **out, const char *path, struct err *) STATUS_USE;
/* config_parse(out, name, text, err): the same from memory; ${name} is for messages and relative paths.  Fuzzed. */
enum status config_parse(struct config **out, const char *name, struct str text, struct err *) STATUS_USE;
void config_close(struct config *);

/* config_get(c, section, key): NUL-terminated value, NULL when absent; ${section} "seal", "tenant acme".  Lives as long as ${c}. */
const char *config_get(const struct config *, const char *section, const char *key);
/* config_path(c, section, key, out, err): the value as a path relative to the file's directory, a URL as it stands, NUL-terminated; ST_END when absent. */
enum status config_path(const struct config *, const char *section, const char *key, struct buf *out, struct err *) STATUS_USE;
const char *config_dir(const struct config *);		/* directory of the file, for relative paths and secret_load */
const char *config_file(const struct config *);
bool config_has_section(const struct config *, const char *section);
/* config_section(c, kind, i): i-th section of a kind ("tenant") in file order: its name ("acme"), NULL behind the last; "[store]" itself, without a name, is not counted. */
const char *config_section(const struct config *, const char *kind, size_t i);
/* config_key(c, section, prefix, i, value): i-th key that starts with ${prefix} ("chat.key."), in file order; NULL behind the last. */
const char *config_key(const struct config *, const char *section, const char *prefix, size_t i, const char **value);
/* config_line(c, section, key): line of the file, 0 when absent: for messages about values. */
unsigned config_line(const struct config *, const char *section, const char *key);
/* config_bytes("50 GiB", out, err): a size with optional KiB MiB GiB TiB. */
enum status config_bytes(const char *text, uint64_t *out, struct err *) STATUS_USE;
/* config_duration("7 days", ms, err): hours, days or weeks, also as h, d, w; ${ms} milliseconds, at least one hour.  ST_USAGE. */
enum status config_duration(const char *text, int64_t *ms, struct err *err) STATUS_USE;
/* config_nearest(word, candidates, n): the candidate with the least edit distance, NULL when none is near. Used for commands and options too. */
const char *config_nearest(const char *word, const char *const *candidates, size_t n);

/*
 * Free INI (trust files): section and key as they stand, repeated keys kept, in order.
 * Calls ${put} per key; what it returns other than ST_OK ends the reading, with file and line put before its message.
 */
enum status config_ini(const char *name, struct str text,
    enum status (*put)(void *ctx, const char *section, const char *key, const char *value, struct err *), void *ctx, struct err *) STATUS_USE;

#endif
