/* transport_address.c: hosts and addresses: this computer, the open network, or a reserved range. */
#include "exporters/transport_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

bool
transport_address_is_loopback(const char *host)
{
	struct in_addr v4;

	if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 || strcmp(host, "::1") == 0)
		return true;
	return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

static bool
in_net(uint32_t a, uint32_t net, unsigned bits)
{
	return bits == 0 || (a ^ net) >> (32 - bits) == 0;
}

/* Reserved ranges: IANA special-purpose registries, IPv4 and IPv6, read 2026-11. */
static bool
public_v4(uint32_t a)
{
	static const struct { uint32_t net; unsigned bits; } closed[] = {
		{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 }, { 0x7f000000, 8 }, { 0xa9fe0000, 16 }, { 0xac100000, 12 },
		{ 0xc0000000, 24 }, { 0xc0000200, 24 }, { 0xc0586300, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 },
		{ 0xcb007100, 24 }, { 0xe0000000, 4 }, { 0xf0000000, 4 },
	};
	size_t i;

	for (i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		if (in_net(a, closed[i].net, closed[i].bits))
			return false;
	return true;
}

static uint32_t
v4_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static bool
public_v6(const uint8_t a[16])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	static const uint8_t nat64[12] = { 0, 0x64, 0xff, 0x9b };

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return public_v4(v4_at(a + 12));
	if (a[0] == 0x20 && a[1] == 0x02)				/* 6to4 */
		return public_v4(v4_at(a + 2));
	if ((a[0] & 0xe0) != 0x20)					/* outside 2000::/3: loopback, private, link, multicast */
		return false;
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 0x02)		/* 2001::/23: protocol assignments, Teredo */
		return false;
	return !(a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8);
}

bool
transport_address_ok(const struct sockaddr *sa, bool must_be_loopback, bool must_be_public)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	static const uint8_t one[16] = { [15] = 1 };
	bool loop, open;

	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		loop = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
		open = public_v4(ntohl(v4.sin_addr.s_addr));
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof(v6));
		loop = memcmp(v6.sin6_addr.s6_addr, one, 16) == 0;
		open = public_v6(v6.sin6_addr.s6_addr);
	} else
		return false;
	return (!must_be_loopback || loop) && (!must_be_public || open);
}
