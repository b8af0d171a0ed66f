/*
 * transport_curl.h: the real network, by libcurl: the only file that opens a connection to a platform.
 *
 * https with TLS 1.2 or newer, certificates always checked; redirects are handed back (transport_follow.h follows them); no compression is asked for and
 * none accepted, since a body cut inside it would go unnoticed; a body must have an announced length or end by chunks.
 * Plain http: only where the request says allow_http, or to a loopback address of a transport made with ${allow_loopback_http}.
 * Proxies from the environment are used (never for loopback); with a proxy the check of public addresses concerns the proxy only.
 */
#ifndef EXPORTERS_TRANSPORT_CURL_H
#define EXPORTERS_TRANSPORT_CURL_H

#include "core/transport.h"

/*
 * transport_curl_open(out, ca_file, allow_loopback_http, err): ${ca_file}: certificate authority in place of the system's; NULL: the system's.
 * ${allow_loopback_http}: base_url itself is a loopback address (a simulator): plain http to loopback, and public_host does not bar loopback.
 * Not for use by several threads at once.
 */
enum status transport_curl_open(struct transport **out, const char *ca_file, bool allow_loopback_http, struct err *) STATUS_USE;
/* transport_curl_is_loopback(url): does it name a loopback host ("localhost", 127.0.0.0/8, [::1])? For the flag above. */
bool transport_curl_is_loopback(const char *url);
const char *transport_curl_version(void);	/* of the library */

#endif
