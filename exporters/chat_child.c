/* chat_child.c: requests in, calls of the library, answers out.  One at a time; every slice and media object is freed. */
#include "exporters/chat_child.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "core/secret.h"
#include "exporters/chat_sdk.h"
#include "exporters/chat_wire.h"

#define FILES_MAX	256	/* descriptors: the library's own connections */

struct child {
	struct chat_sdk	 sdk;
	struct WeWorkFinanceSdk_t *handle;
	struct buf	 in, out;
	struct buf	 proxy;		/* NUL-terminated copies, kept for every call */
	struct secret	 passwd;
	int		 timeout_s;
};

/* The answer without fields; replaces what was begun. */
static enum status
answer(struct child *c, uint32_t op, int code, struct err *err)
{
	enum status st;

	buf_clear(&c->out);
	if ((st = chat_wire_u32(&c->out, op, err)) != ST_OK)
		return st;
	return chat_wire_u32(&c->out, (uint32_t)code, err);
}

static enum status
do_init(struct child *c, struct chat_body *b, struct err *err)
{
	struct str path, corp, secret, proxy, passwd;
	uint32_t timeout_s;
	char why[256];
	int code;
	enum status st;

	if (!chat_wire_get_str(b, &path) || !chat_wire_get_str(b, &corp) || !chat_wire_get_str(b, &secret) ||
	    !chat_wire_get_str(b, &proxy) || !chat_wire_get_str(b, &passwd) || !chat_wire_get_u32(b, &timeout_s) ||
	    timeout_s > 3600 || c->handle != NULL)
		return answer(c, CHAT_OP_INIT, CHAT_E_BODY, err);
	if (!chat_sdk_load(&c->sdk, path.p, &code, why)) {
		if ((st = answer(c, CHAT_OP_INIT, code, err)) != ST_OK)
			return st;
		return chat_wire_str(&c->out, str_of(why), err);
	}
	if ((st = buf_str_add(&c->proxy, proxy, err)) != ST_OK || (st = buf_z(&c->proxy, err)) != ST_OK ||
	    (st = secret_copy(&c->passwd, passwd.p, passwd.n + 1, err)) != ST_OK)
		return st;
	c->timeout_s = (int)timeout_s;
	if ((c->handle = c->sdk.NewSdk()) == NULL)
		return answer(c, CHAT_OP_INIT, CHAT_E_NULL, err);
	return answer(c, CHAT_OP_INIT, c->sdk.Init(c->handle, corp.p, secret.p), err);
}

/* Append what a slice holds, if it is something that can be: CHAT_E_SIZE otherwise. */
static enum status
put_slice(struct child *c, struct Slice_t *slice, int *code, struct err *err)
{
	const char *p = c->sdk.GetContentFromSlice(slice);
	int n = c->sdk.GetSliceLen(slice);

	if (n < 0 || (p == NULL && n > 0) || (size_t)n > LIMIT_PAGE || (size_t)n + 64 > c->out.max - c->out.n) {
		*code = CHAT_E_SIZE;
		return ST_OK;
	}
	return chat_wire_str(&c->out, (struct str){ p, (size_t)n }, err);
}

static enum status
do_pull(struct child *c, struct chat_body *b, struct err *err)
{
	struct Slice_t *slice;
	uint64_t seq;
	uint32_t limit;
	int code;
	enum status st;

	if (!chat_wire_get_u64(b, &seq) || !chat_wire_get_u32(b, &limit))
		return answer(c, CHAT_OP_PULL, CHAT_E_BODY, err);
	if ((slice = c->sdk.NewSlice()) == NULL)
		return answer(c, CHAT_OP_PULL, CHAT_E_NULL, err);
	code = c->sdk.GetChatData(c->handle, seq, limit, c->proxy.p, c->passwd.p, c->timeout_s, slice);
	if ((st = answer(c, CHAT_OP_PULL, code, err)) == ST_OK && code == 0)
		if ((st = put_slice(c, slice, &code, err)) == ST_OK && code != 0)
			st = answer(c, CHAT_OP_PULL, code, err);
	c->sdk.FreeSlice(slice);
	return st;
}

static enum status
decrypt_one(struct child *c, struct str key, struct str message, struct err *err)
{
	struct Slice_t *slice = c->sdk.NewSlice();
	size_t at = c->out.n;
	int code;
	enum status st;

	code = slice == NULL ? CHAT_E_NULL : c->sdk.DecryptData(key.p, message.p, slice);
	if ((st = chat_wire_u32(&c->out, (uint32_t)code, err)) == ST_OK && code == 0 &&
	    (st = put_slice(c, slice, &code, err)) == ST_OK && code != 0) {
		c->out.n = at;
		st = chat_wire_u32(&c->out, (uint32_t)code, err);
	}
	if (st == ST_OK && code != 0)
		st = chat_wire_str(&c->out, STR(""), err);
	if (slice != NULL)
		c->sdk.FreeSlice(slice);
	return st;
}

static enum status
do_decrypt(struct child *c, struct chat_body *b, struct err *err)
{
	struct str key, message;
	uint32_t i, n;
	enum status st;

	if (!chat_wire_get_u32(b, &n) || n > CHAT_BATCH_MAX)
		return answer(c, CHAT_OP_DECRYPT, CHAT_E_BODY, err);
	if ((st = answer(c, CHAT_OP_DECRYPT, 0, err)) != ST_OK)
		return st;
	for (i = 0; i < n; i++) {
		if (!chat_wire_get_str(b, &key) || !chat_wire_get_str(b, &message))
			return answer(c, CHAT_OP_DECRYPT, CHAT_E_BODY, err);
		if ((st = decrypt_one(c, key, message, err)) != ST_OK)
			return st == ST_LIMIT ? answer(c, CHAT_OP_DECRYPT, CHAT_E_SIZE, err) : st;
	}
	return ST_OK;
}

static enum status
put_media(struct child *c, struct MediaData *m, int *code, struct err *err)
{
	const char *index = c->sdk.GetOutIndexBuf(m), *data = c->sdk.GetData(m);
	int n_index = c->sdk.GetIndexLen(m), n_data = c->sdk.GetDataLen(m);
	enum status st;

	if (n_index < 0 || n_data < 0 || (index == NULL && n_index > 0) || (data == NULL && n_data > 0) ||
	    (size_t)n_index > LIMIT_HEADERS || (size_t)n_data > LIMIT_PAGE) {
		*code = CHAT_E_SIZE;
		return ST_OK;
	}
	if ((st = chat_wire_u32(&c->out, c->sdk.IsMediaDataFinish(m) == 1, err)) != ST_OK ||
	    (st = chat_wire_str(&c->out, (struct str){ index, (size_t)n_index }, err)) != ST_OK)
		return st;
	return chat_wire_str(&c->out, (struct str){ data, (size_t)n_data }, err);
}

static enum status
do_media(struct child *c, struct chat_body *b, struct err *err)
{
	struct MediaData *m;
	struct str index, file_id;
	int code;
	enum status st;

	if (!chat_wire_get_str(b, &index) || !chat_wire_get_str(b, &file_id))
		return answer(c, CHAT_OP_MEDIA, CHAT_E_BODY, err);
	if ((m = c->sdk.NewMediaData()) == NULL)
		return answer(c, CHAT_OP_MEDIA, CHAT_E_NULL, err);
	code = c->sdk.GetMediaData(c->handle, index.p, file_id.p, c->proxy.p, c->passwd.p, c->timeout_s, m);
	if ((st = answer(c, CHAT_OP_MEDIA, code, err)) == ST_OK && code == 0)
		if ((st = put_media(c, m, &code, err)) == ST_OK && code != 0)
			st = answer(c, CHAT_OP_MEDIA, code, err);
	c->sdk.FreeMediaData(m);
	return st;
}

static enum status
serve(struct child *c, struct err *err)
{
	struct chat_body b = { c->in.p, c->in.n, 0, false };
	uint32_t op;
	enum status st;

	if (!chat_wire_get_u32(&b, &op))
		return answer(c, 0, CHAT_E_BODY, err);
	if (op == CHAT_OP_INIT) {
		st = do_init(c, &b, err);
		explicit_bzero(c->in.p, c->in.cap);	/* it held the secret */
		return st;
	}
	if (c->handle == NULL)
		return answer(c, op, CHAT_E_BODY, err);
	switch (op) {
	case CHAT_OP_PULL:
		return do_pull(c, &b, err);
	case CHAT_OP_DECRYPT:
		st = do_decrypt(c, &b, err);
		explicit_bzero(c->in.p, c->in.cap);	/* message keys */
		return st;
	case CHAT_OP_MEDIA:
		return do_media(c, &b, err);
	default:
		return answer(c, op, CHAT_E_BODY, err);
	}
}

static enum status
confine(struct err *err)
{
	const struct rlimit files = { FILES_MAX, FILES_MAX };
	struct sigaction ignore;

	memset(&ignore, 0, sizeof(ignore));
	ignore.sa_handler = SIG_IGN;
	/* The parent stops after the current unit and closes the socket; a terminal's signal goes to both. */
	if (sigaction(SIGINT, &ignore, NULL) != 0 || sigaction(SIGTERM, &ignore, NULL) != 0 ||
	    sigaction(SIGHUP, &ignore, NULL) != 0 || sigaction(SIGPIPE, &ignore, NULL) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setrlimit(RLIMIT_NOFILE, &files) != 0)
		return err_sys(err, "--chat-child");
	return secret_protect_process(err);
}

int
chat_child_main(int fd)
{
	const struct chat_wait forever = { INT64_MAX, NULL, NULL };
	struct child c;
	struct err err;
	enum status st;

	memset(&c, 0, sizeof(c));
	err_init(&err);
	buf_init(&c.in, CHAT_FRAME_MAX);
	buf_init(&c.out, CHAT_FRAME_MAX);
	buf_init(&c.proxy, LIMIT_SECRET);
	if ((st = confine(&err)) == ST_OK)
		while ((st = chat_wire_recv(fd, &c.in, &forever, &err)) == ST_OK)
			if ((st = serve(&c, &err)) != ST_OK ||
			    (st = chat_wire_send(fd, buf_str(&c.out), &forever, &err)) != ST_OK)
				break;
	if (c.handle != NULL)
		c.sdk.DestroySdk(c.handle);
	buf_wipe(&c.in);
	buf_wipe(&c.out);
	buf_free(&c.proxy);
	secret_free(&c.passwd);
	return st == ST_END ? 0 : 1;
}
