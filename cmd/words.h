/* words.h: values of the configuration that are made of words: "cert=admin.crt key=file:admin.key". */
#ifndef CMD_WORDS_H
#define CMD_WORDS_H

#include "core/buf.h"

#define WORDS_VALUE_MAX	2048u

struct word { const char *name; char value[WORDS_VALUE_MAX]; };	/* ${value} "" when the word is not there */

/*
 * words_read(text, words, n, err): fill in the values.  Words are separated by blanks, each at most once; a value has no blank.
 * ST_USAGE: an unknown word (with the nearest known), one without "=", twice, empty or too long.
 */
enum status words_read(const char *text, struct word *, size_t n, struct err *) STATUS_USE;

#endif
