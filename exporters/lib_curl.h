/* lib_curl.h: the functions of libcurl used here; core/module.h says how. */
#ifndef EXPORTERS_LIB_CURL_H
#define EXPORTERS_LIB_CURL_H

#include <curl/curl.h>

#include "core/module.h"

#define LIB_CURL(F) \
	F(easy_cleanup) F(easy_getinfo) F(easy_init) F(easy_perform) F(easy_reset) F(easy_setopt) F(easy_strerror) F(easy_unescape) F(free) \
	F(getdate) F(global_cleanup) F(global_init) F(slist_append) F(slist_free_all) F(url) F(url_cleanup) F(url_get) F(url_set) F(version)

struct lib_curl {
#define POINTER(f)	__typeof__(curl_##f) *f;
	LIB_CURL(POINTER)
#undef POINTER
};
extern struct lib_curl lib_curl;

enum status lib_curl_open(struct err *) STATUS_USE;	/* as module_open */

#endif
