/*
 * xml_free.h: gives back what libxml2 has handed out.
 * Its own xmlFree is a variable, and only functions of libraries that are opened at their first use can be reached (core/lazy.h).
 */
#ifndef FORMATS_XML_FREE_H
#define FORMATS_XML_FREE_H

void xml_free(void *);	/* NULL does nothing */

#endif
