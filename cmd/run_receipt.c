/* run_receipt.c: the head of the chain, told to places that the administrator of the archives cannot change. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/run.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/log.h"
#include "store/receipt.h"

#define PLACE_MAX	2048u	/* bytes of one word of [seal] receipt */

/* The file may be new: its name must last as well. */
static enum status
sync_directory(char *path, struct err *err)
{
	char *slash = strrchr(path, '/');
	enum status st;
	int fd;

	slash[slash == path ? 1 : 0] = '\0';
	if ((fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return err_sys(err, "%s", path);
	st = fs_sync(fd, path, err);
	fs_drop(&fd);
	return st;
}

static enum status
to_file(char *path, struct str line, struct err *err)
{
	enum status st;
	int fd;

	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return err_sys(err, "%s", path);
	if ((st = fs_write_all(fd, path, line.p, line.n, err)) == ST_OK)
		st = fs_sync(fd, path, err);
	if (st == ST_OK)
		st = fs_close(&fd, path, err);
	fs_drop(&fd);
	return st == ST_OK ? sync_directory(path, err) : st;
}

/* The program gets the line on its standard input; no shell is involved.  What it says is for people: our standard output is data. */
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
		/* What we ignore it would ignore too. */
		if (signal(SIGPIPE, SIG_DFL) == SIG_ERR || signal(SIGXFSZ, SIG_DFL) == SIG_ERR || dup2(fds[0], STDIN_FILENO) < 0 ||
		    dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
			_exit(126);
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	close(fds[0]);
	st = fs_write_all(fds[1], path, line.p, line.n, err);
	close(fds[1]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return st == ST_OK ? err_sys(err, "%s", path) : st;
	if (st == ST_OK && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		st = err_set(err, ST_IO, _("%s failed (status %d)"), path, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return st;
}

bool
run_receipt_place(const struct config *c, size_t i, char *place, size_t size)
{
	const char *p = config_get(c, "seal", "receipt");
	size_t n;

	if (p == NULL || *p == '\0')
		return false;
	for (; i > 0; i--, p++)
		if (*(p += strcspn(p, ",")) == '\0')
			return false;
	p += strspn(p, " \t");
	n = strcspn(p, ",");
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	snprintf(place, size, "%.*s", (int)n, p);
	return true;
}

static enum status
check_place(const char *place, struct err *err)
{
	if (strlen(place) < PLACE_MAX - 1 && ((strncmp(place, "file:", 5) == 0 && place[5] != '\0') ||
	    (strncmp(place, "command:", 8) == 0 && place[8] != '\0')))
		return ST_OK;
	return err_set(err, ST_USAGE, _("[seal] receipt: \"%s\" is neither file:PATH nor command:PATH"), place);
}

enum status
run_receipt_send(const struct config *c, const char *place, const char *line, struct err *err)
{
	struct buf path;
	enum status st;

	buf_init(&path, 8192);
	if ((st = check_place(place, err)) == ST_OK && (st = run_beside_config(c, strchr(place, ':') + 1, &path, err)) == ST_OK)
		st = place[0] == 'f' ? to_file(path.p, str_of(line), err) : to_command(path.p, str_of(line), err);
	buf_free(&path);
	return st;
}

enum status
run_receipts_check(const struct config *c, struct err *err)
{
	char place[PLACE_MAX];
	size_t i;

	for (i = 0; run_receipt_place(c, i, place, sizeof(place)); i++)
		if (check_place(place, err) != ST_OK)
			return err_in(err, "%s", config_file(c));
	return ST_OK;
}

enum status
run_receipts(struct run *r, struct str seal_text, struct err *err)
{
	const struct archive_params *p = archive_params_of(r->archive);
	unsigned char hash[32];
	char line[RECEIPT_LINE_MAX], place[PLACE_MAX];
	enum status st;
	struct err why;
	bool delivered = false;
	size_t i;

	if ((st = digest_of(DIGEST_SHA256, seal_text.p, seal_text.n, hash, err)) != ST_OK)
		return st;
	receipt_line(p->chain, p->sequence, hash, line);
	for (i = 0; run_receipt_place(r->app->config, i, place, sizeof(place)); i++) {
		err_init(&why);
		/* The seal stands whatever happens here: an undelivered receipt is said aloud. */
		if (run_receipt_send(r->app->config, place, line, &why) == ST_OK)
			delivered = true;
		else
			log_say(LOG_WARN_, _("the head receipt was not delivered to %s: %s; send it again with: custody chain receipt"), place, why.text);
	}
	/* Sent or printed it must be, also to those who want quiet. */
	log_say(delivered ? LOG_INFO_ : LOG_WARN_, _("head receipt (keep it elsewhere): %.*s"), (int)strcspn(line, "\n"), line);
	return ST_OK;
}
