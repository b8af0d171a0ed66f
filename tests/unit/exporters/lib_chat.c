/*
 * lib_chat.c: a chat library that misbehaves as it is told, with the exported names of the vendor's (document 91774).
 *
 * The text in "secret" tells what to do: words "crash=N" (the Nth call of GetChatData in a process), "hang=N", "garbage", "repeat" (every page begins
 * with the page before), "same" (a page that never leads on), "short" (three rows a page), "deny", "busy=N" (10001 for the first N calls),
 * "licence", "poison=SEQ" (the row crashes the library), "crashkey=TEXT" (DecryptData crashes at that message), "expired" (10010 unless from 0),
 * "skip=N" (there is no row N), "twice=N" (row N is the message of the row before), "stale=N" (the token is over for the first N calls), "start=N" (rows before N have expired), "down=ID" (10003 for this file; "all": for each), "old=ID" (10010 for this file), "initcrash".  Rows 1 … "rows=N".  It keeps count of calls over processes in the file named by corpid, if that begins with '/'.
 *
 * A message is encrypted by being written "K:" key ":" text, so that DecryptData can see whether the right key was found.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct slice { char *buf; int len; };
struct media { char *outindexbuf; int out_len; char *data; int data_len; int is_finish; };
struct sdk { char how[512]; char dir[256]; unsigned n_pulls; };

struct sdk *NewSdk(void);
int Init(struct sdk *, const char *, const char *);
int GetChatData(struct sdk *, unsigned long long, unsigned, const char *, const char *, int, struct slice *);
int DecryptData(const char *, const char *, struct slice *);
int GetMediaData(struct sdk *, const char *, const char *, const char *, const char *, int, struct media *);
void DestroySdk(struct sdk *);
struct slice *NewSlice(void);
void FreeSlice(struct slice *);
char *GetContentFromSlice(struct slice *);
int GetSliceLen(struct slice *);
struct media *NewMediaData(void);
void FreeMediaData(struct media *);
char *GetOutIndexBuf(struct media *);
char *GetData(struct media *);
int GetIndexLen(struct media *);
int GetDataLen(struct media *);
int IsMediaDataFinish(struct media *);

static char crash_at[64];

static unsigned long long
word(const struct sdk *s, const char *name, unsigned long long otherwise)
{
	const char *p = strstr(s->how, name);

	return p == NULL ? otherwise : strtoull(p + strlen(name), NULL, 10);
}

static int
says(const struct sdk *s, const char *name)
{
	return strstr(s->how, name) != NULL;
}

/* One more byte in a file of the test's directory: how often over all processes. */
static unsigned
count(const struct sdk *s, const char *what)
{
	char path[320];
	long n;
	FILE *f;

	if (s->dir[0] != '/')
		return 0;
	snprintf(path, sizeof(path), "%s/%s", s->dir, what);
	if ((f = fopen(path, "a")) == NULL)
		return 0;
	fputc('x', f);
	n = ftell(f);
	fclose(f);
	return (unsigned)n;
}

static void
die(void)
{
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	_exit(1);
}

struct sdk *
NewSdk(void)
{
	return calloc(1, sizeof(struct sdk));
}

int
Init(struct sdk *s, const char *corp, const char *secret)
{
	const char *p;

	snprintf(s->how, sizeof(s->how), "%s", secret);
	snprintf(s->dir, sizeof(s->dir), "%s", corp);
	if ((p = strstr(secret, "crashkey=")) != NULL)
		sscanf(p, "crashkey=%63s", crash_at);
	if (says(s, "initcrash"))
		die();
	count(s, "init");
	return 0;
}

static void
set(char **to, int *len, const char *p, size_t n)
{
	free(*to);
	*to = malloc(n + 1);
	memcpy(*to, p, n);
	(*to)[n] = '\0';
	*len = (int)n;
}

/* The wrapped key of every row is in the environment of nobody: the test writes it into the directory. */
static void
load(const struct sdk *s, const char *name, char *out, size_t size)
{
	char path[320];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	if ((f = fopen(path, "r")) != NULL) {
		n = fread(out, 1, size - 1, f);
		fclose(f);
	}
	out[n] = '\0';
}

static void
escape(const char *in, char *out, size_t size)
{
	size_t n = 0;

	for (; *in != '\0' && n + 3 < size; in++) {
		if (*in == '"' || *in == '\\')
			out[n++] = '\\';
		if ((unsigned char)*in >= 0x20)
			out[n++] = *in;
	}
	out[n] = '\0';
}

int
GetChatData(struct sdk *s, unsigned long long seq, unsigned limit, const char *proxy, const char *passwd, int timeout, struct slice *out)
{
	static char page[4 << 20];
	char wrapped[600], text[4096], escaped[8192], name[32];
	unsigned long long i, first, rows = word(s, "rows=", 5), step = word(s, "step=", 1), start = word(s, "start=", 1);
	unsigned total = count(s, "pull");
	size_t n;

	(void)proxy, (void)passwd, (void)timeout;
	s->n_pulls++;
	if (s->n_pulls == word(s, "crash=", 0))
		die();
	if (s->n_pulls == word(s, "hang=", 0))
		for (;;)
			pause();
	if (says(s, "deny"))
		return 10009;
	if (says(s, "busy=") && total <= word(s, "busy=", 0))
		return 10001;
	if (says(s, "expired") && seq > 0)
		return 10010;
	if (says(s, "negative")) {
		out->len = -5;
		return 0;
	}
	if (says(s, "licence")) {
		static const char no[] = "{\"errcode\":301052,\"errmsg\":\"msgaudit expired\",\"chatdata\":[]}";

		set(&out->buf, &out->len, no, sizeof(no) - 1);
		return 0;
	}
	if (says(s, "stale=") && total <= word(s, "stale=", 0)) {
		static const char no[] = "{\"errcode\":42001,\"errmsg\":\"access_token expired\",\"chatdata\":[]}";

		set(&out->buf, &out->len, no, sizeof(no) - 1);
		return 0;
	}
	if (says(s, "garbage") && total % 2 == 1) {
		set(&out->buf, &out->len, "{\"errcode\":0,\"chatda", 20);
		return 0;
	}
	if (says(s, "short") && limit > 3)
		limit = 3;
	load(s, "wrapped", wrapped, sizeof(wrapped));
	first = seq;
	if (says(s, "repeat") && seq > 2 && seq < rows)
		first = seq - 2;
	if (says(s, "same"))
		first = 0;
	n = (size_t)snprintf(page, sizeof(page), "{\"errcode\":0,\"errmsg\":\"ok\",\"chatdata\":[");
	for (i = start; i <= rows && limit > 0; i += step) {
		if (i <= first || i == word(s, "skip=", 0))
			continue;
		if (i == word(s, "poison=", 0))
			die();
		snprintf(name, sizeof(name), "message.%llu", i);
		load(s, name, text, sizeof(text));
		if (text[0] == '\0')
			snprintf(text, sizeof(text), "{\"msgid\":\"m%llu\",\"action\":\"send\",\"from\":\"zhang\",\"tolist\":[\"li\"],"
			    "\"roomid\":\"\",\"msgtime\":%llu,\"msgtype\":\"text\",\"text\":{\"content\":\"number %llu\"}}", i, 1767225600000ull + i, i);
		escape(text, escaped, sizeof(escaped));
		n += (size_t)snprintf(page + n, sizeof(page) - n,
		    "%s{\"seq\":%llu,\"msgid\":\"m%llu\",\"publickey_ver\":%u,\"encrypt_random_key\":\"%s\",\"encrypt_chat_msg\":\"%s\"}",
		    page[n - 1] == '[' ? "" : ",", i, i == word(s, "twice=", 0) ? i - 1 : i, i == word(s, "nokey=", 0) ? 9u : 3u, i == word(s, "badkey=", 0) ? "AAAA" : wrapped, escaped);
		limit--;
	}
	n += (size_t)snprintf(page + n, sizeof(page) - n, "]}");
	set(&out->buf, &out->len, page, n);
	return 0;
}

int
DecryptData(const char *key, const char *message, struct slice *out)
{
	if (crash_at[0] != '\0' && strstr(message, crash_at) != NULL)
		die();
	if (strcmp(key, "0123456789abcdef-message-key") != 0)
		return 10006;
	set(&out->buf, &out->len, message, strlen(message));
	return 0;
}

/* "file-N": N bytes of 'a' in chunks of 1000; "gone": 10005; "old": 10010; "loop": never ends; "flaky-N": every second call 10002. */
int
GetMediaData(struct sdk *s, const char *index, const char *id, const char *proxy, const char *passwd, int timeout, struct media *out)
{
	char data[1000], next[64];
	unsigned long at = index[0] == '\0' ? 0 : strtoul(index + strlen("Range:bytes="), NULL, 10), all, n;
	unsigned total = count(s, "media");

	(void)proxy, (void)passwd, (void)timeout;
	if (sscanf(says(s, "down=") ? strstr(s->how, "down=") : "", "down=%63s", next) == 1 && (strcmp(next, "all") == 0 || strcmp(next, id) == 0))
		return 10003;
	if (sscanf(says(s, " old=") ? strstr(s->how, " old=") : "", " old=%63s", next) == 1 && strcmp(next, id) == 0)
		return 10010;
	if (strcmp(id, "gone") == 0)
		return 10005;
	if (strcmp(id, "old") == 0)
		return 10010;
	if (strcmp(id, "crash") == 0)
		die();
	if (strncmp(id, "flaky-", 6) == 0 && total % 2 == 1)
		return 10002;
	all = strchr(id, '-') == NULL ? 0 : strtoul(strchr(id, '-') + 1, NULL, 10);
	if (strcmp(id, "loop") == 0) {
		set(&out->outindexbuf, &out->out_len, index, strlen(index));
		return 0;
	}
	n = all - at < sizeof(data) ? all - at : sizeof(data);
	memset(data, 'a', n);
	set(&out->data, &out->data_len, data, n);
	snprintf(next, sizeof(next), "Range:bytes=%lu-%lu", at + n, at + n + sizeof(data) - 1);
	set(&out->outindexbuf, &out->out_len, next, strlen(next));
	out->is_finish = at + n == all;
	return 0;
}

void DestroySdk(struct sdk *s) { free(s); }
struct slice *NewSlice(void) { return calloc(1, sizeof(struct slice)); }
void FreeSlice(struct slice *s) { free(s->buf); free(s); }
char *GetContentFromSlice(struct slice *s) { return s->buf; }
int GetSliceLen(struct slice *s) { return s->len; }
struct media *NewMediaData(void) { return calloc(1, sizeof(struct media)); }
void FreeMediaData(struct media *m) { free(m->outindexbuf); free(m->data); free(m); }
char *GetOutIndexBuf(struct media *m) { return m->outindexbuf; }
char *GetData(struct media *m) { return m->data; }
int GetIndexLen(struct media *m) { return m->out_len; }
int GetDataLen(struct media *m) { return m->data_len; }
int IsMediaDataFinish(struct media *m) { return m->is_finish; }
