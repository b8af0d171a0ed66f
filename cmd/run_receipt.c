/* run_receipt.c: the head of the chain, told to places that the administrator of the archives cannot change. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/run.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/log.h"

static enum status
to_file(const struct config *c, const char *path, struct str line, struct err *err)
{
	struct buf full;
	enum status st;
	int fd;

	buf_init(&full, 4096);
	if ((path[0] != '/' && (st = buf_addf(&full, err, "%s/", config_dir(c))) != ST_OK) ||
	    (st = buf_addz(&full, path, err)) != ST_OK || (st = buf_z(&full, err)) != ST_OK)
		goto out;
	fd = open(full.p, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0) {
		st = err_sys(err, "%s", full.p);
		goto out;
	}
	if ((st = fs_write_all(fd, full.p, line.p, line.n, err)) == ST_OK)
		st = fs_sync(fd, full.p, err);
	if (st == ST_OK)
		st = fs_close(&fd, full.p, err);
	else
		close(fd);
out:
	buf_free(&full);
	return st;
}

/* The program gets the line on its standard input; no shell is involved. */
static enum status
to_command(const char *path, struct str line, struct err *err)
{
	int fds[2], status;
	enum status st;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return err_sys(err, "%s", path);
	if ((pid = fork()) < 0) {
		st = err_sys(err, "%s", path);
		close(fds[0]);
		close(fds[1]);
		return st;
	}
	if (pid == 0) {
		dup2(fds[0], STDIN_FILENO);
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	close(fds[0]);
	st = fs_write_all(fds[1], path, line.p, line.n, err);
	close(fds[1]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (st == ST_OK && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		st = err_set(err, ST_IO, _("%s failed (status %d)"), path, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return st;
}

static enum status
to_place(struct run *r, const char *place, struct str line, struct err *err)
{
	if (strncmp(place, "file:", 5) == 0)
		return to_file(r->app->config, place + 5, line, err);
	if (strncmp(place, "command:", 8) == 0)
		return to_command(place + 8, line, err);
	return err_set(err, ST_USAGE, _("[seal] receipt: \"%s\" is neither file:PATH nor command:PATH"), place);
}

enum status
run_receipts(struct run *r, struct str seal_text, struct err *err)
{
	const struct archive_params *p = archive_params_of(r->archive);
	const char *value = config_get(r->app->config, "seal", "receipt");
	unsigned char hash[32];
	char hex[65], line[256], place[2048];
	enum status st;
	struct err why;
	size_t n;
	int len;

	if ((st = digest_of(DIGEST_SHA256, seal_text.p, seal_text.n, hash, err)) != ST_OK)
		return st;
	digest_hex(hash, sizeof(hash), hex);
	len = snprintf(line, sizeof(line), "custody/1 head %s %" PRIu64 " sha256:%s\n", p->chain, p->sequence, hex);
	log_say(LOG_INFO_, _("head receipt (keep it elsewhere): %.*s"), len - 1, line);
	while (value != NULL && *value != '\0') {
		value += strspn(value, ", \t");
		n = strcspn(value, ",");
		if (n == 0)
			break;
		snprintf(place, sizeof(place), "%.*s", (int)n, value);
		while (n > 0 && (place[n - 1] == ' ' || place[n - 1] == '\t'))
			place[--n] = '\0';
		value += strcspn(value, ",");
		err_init(&why);
		/* The seal stands whatever happens here: an undelivered receipt is said aloud. */
		if (to_place(r, place, (struct str){ line, (size_t)len }, &why) != ST_OK)
			log_say(LOG_WARN_, _("the head receipt was not delivered to %s: %s"), place, why.text);
	}
	return ST_OK;
}
