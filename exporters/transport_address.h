/* transport_address.h: which hosts and addresses may be spoken to.  No network, no look-ups. */
#ifndef EXPORTERS_TRANSPORT_ADDRESS_H
#define EXPORTERS_TRANSPORT_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

bool transport_address_is_loopback(const char *host);	/* by its spelling: "localhost", 127.0.0.0/8, ::1 with or without brackets */
/* transport_address_ok: IPv4 or IPv6, and as ${must_be_loopback} and ${must_be_public} want it. */
bool transport_address_ok(const struct sockaddr *, bool must_be_loopback, bool must_be_public);

#endif
