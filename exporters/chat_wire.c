/* chat_wire.c: frames over a stream socket, with a deadline. */
#include "exporters/chat_wire.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/i18n.h"
#include "core/when.h"

#define TICK_MS	200

enum status
chat_wire_u32(struct buf *b, uint32_t v, struct err *err)
{
	return buf_add(b, &v, sizeof(v), err);
}

enum status
chat_wire_u64(struct buf *b, uint64_t v, struct err *err)
{
	return buf_add(b, &v, sizeof(v), err);
}

enum status
chat_wire_str(struct buf *b, struct str s, struct err *err)
{
	enum status st;

	if (s.n > CHAT_FRAME_MAX)
		return err_set(err, ST_LIMIT, _("more than %zu bytes for the chat library"), CHAT_FRAME_MAX);
	if ((st = chat_wire_u32(b, (uint32_t)s.n, err)) != ST_OK ||
	    (s.n > 0 && (st = buf_str_add(b, s, err)) != ST_OK))
		return st;
	return buf_putc(b, '\0', err);
}

static bool
take(struct chat_body *b, void *out, size_t n)
{
	if (b->bad || n > b->n - b->at) {
		b->bad = true;
		return false;
	}
	memcpy(out, b->p + b->at, n);
	b->at += n;
	return true;
}

bool
chat_wire_get_u32(struct chat_body *b, uint32_t *v)
{
	return take(b, v, sizeof(*v));
}

bool
chat_wire_get_u64(struct chat_body *b, uint64_t *v)
{
	return take(b, v, sizeof(*v));
}

bool
chat_wire_get_str(struct chat_body *b, struct str *s)
{
	uint32_t n;

	if (!chat_wire_get_u32(b, &n))
		return false;
	if (n >= b->n - b->at || b->p[b->at + n] != '\0') {
		b->bad = true;
		return false;
	}
	*s = (struct str){ b->p + b->at, n };
	b->at += (size_t)n + 1;
	return true;
}

/* Wait until the socket is ready for ${events}. */
static enum status
ready(int fd, short events, const struct chat_wait *w, struct err *err)
{
	struct pollfd p = { fd, events, 0 };
	enum status st;
	int64_t left;
	int n;

	for (;;) {
		left = w->until_ms == INT64_MAX ? INT64_MAX : w->until_ms - when_mono_ms();
		if (left <= 0)
			return err_set(err, ST_RETRY, _("no answer in time"));
		if (w->tick != NULL && left > TICK_MS)
			left = TICK_MS;
		n = poll(&p, 1, left > 3600000 ? 3600000 : (int)left);
		if (n < 0 && errno != EINTR)
			return err_sys(err, "poll");
		if (n > 0)
			return ST_OK;
		if (w->tick != NULL && (st = w->tick(w->ctx, err)) != ST_OK)
			return st;
	}
}

static enum status
send_all(int fd, const void *bytes, size_t n, const struct chat_wait *w, struct err *err)
{
	const char *p = bytes;
	enum status st;
	ssize_t k;

	while (n > 0) {
		k = send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (k >= 0) {
			p += k;
			n -= (size_t)k;
			continue;
		}
		if (errno == EPIPE || errno == ECONNRESET)
			return err_set(err, ST_END, _("the other side is gone"));
		if (errno != EAGAIN && errno != EINTR)
			return err_sys(err, "send");
		if (errno == EAGAIN && (st = ready(fd, POLLOUT, w, err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

static enum status
recv_all(int fd, void *bytes, size_t n, const struct chat_wait *w, struct err *err)
{
	char *p = bytes;
	enum status st;
	ssize_t k;

	while (n > 0) {
		k = recv(fd, p, n, MSG_DONTWAIT);
		if (k > 0) {
			p += k;
			n -= (size_t)k;
			continue;
		}
		if (k == 0 || errno == ECONNRESET)
			return err_set(err, ST_END, _("the other side is gone"));
		if (errno != EAGAIN && errno != EINTR)
			return err_sys(err, "recv");
		if (errno == EAGAIN && (st = ready(fd, POLLIN, w, err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

enum status
chat_wire_send(int fd, struct str body, const struct chat_wait *w, struct err *err)
{
	uint32_t n;
	enum status st;

	if (body.n > CHAT_FRAME_MAX)
		return err_set(err, ST_LIMIT, _("more than %zu bytes for the chat library"), CHAT_FRAME_MAX);
	n = (uint32_t)body.n;
	if ((st = send_all(fd, &n, sizeof(n), w, err)) != ST_OK)
		return st;
	return send_all(fd, body.p, body.n, w, err);
}

enum status
chat_wire_recv(int fd, struct buf *body, const struct chat_wait *w, struct err *err)
{
	uint32_t n;
	enum status st;

	buf_clear(body);
	if ((st = recv_all(fd, &n, sizeof(n), w, err)) != ST_OK)
		return st;
	if (n > CHAT_FRAME_MAX)
		return err_set(err, ST_LIMIT, _("more than %zu bytes from the chat library"), CHAT_FRAME_MAX);
	if (n == 0)
		return ST_OK;
	if ((st = buf_room(body, n, err)) != ST_OK || (st = recv_all(fd, body->p, n, w, err)) != ST_OK)
		return st;
	body->n = n;
	return ST_OK;
}
