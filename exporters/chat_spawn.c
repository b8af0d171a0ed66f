/* chat_spawn.c: fork and exec from a process that has threads: between the two only calls that are safe there. */
#include "exporters/chat_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"

#define CHILD_FD	3

/* The library honours these; everything else of the environment stays here. */
static const char *const proxy_names[] = {
	"http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"
};
#define N_PROXY	(sizeof(proxy_names) / sizeof(proxy_names[0]))

static void
free_env(char **env)
{
	size_t i;

	for (i = 0; env[i] != NULL; i++)
		free(env[i]);
}

static enum status
make_env(char *env[N_PROXY + 1], struct err *err)
{
	const char *value;
	size_t i, n = 0;

	for (i = 0; i < N_PROXY; i++) {
		if ((value = getenv(proxy_names[i])) == NULL)
			continue;
		if (asprintf(&env[n], "%s=%s", proxy_names[i], value) < 0) {
			env[n] = NULL;
			free_env(env);
			return err_oom(err, strlen(value));
		}
		env[++n] = NULL;
	}
	return ST_OK;
}

/* In the child: never returns.  What the library prints is nobody's: it could hold a secret, and stdout is data. */
__attribute__((noreturn)) static void
become(const char *program, int fd, pid_t parent, char *const env[])
{
	char *const argv[] = { (char *)(uintptr_t)program, (char *)(uintptr_t)"--chat-child", NULL };
	sigset_t none;
	int null;

	if (fd != CHILD_FD && dup2(fd, CHILD_FD) < 0)
		_exit(126);
	if (fd == CHILD_FD && fcntl(fd, F_SETFD, 0) != 0)
		_exit(126);
	if ((null = open("/dev/null", O_RDWR)) < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ||
	    close_range(CHILD_FD + 1, ~0u, 0) != 0)
		_exit(126);
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) != 0 || chdir("/") != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 ||
	    getppid() != parent)
		_exit(126);
	execve(program, argv, env);
	_exit(127);
}

enum status
chat_spawn(const char *program, int *pid, int *fd, struct err *err)
{
	char *env[N_PROXY + 1] = { NULL };
	pid_t parent = getpid(), child;
	enum status st;
	int sv[2];

	if ((st = make_env(env, err)) != ST_OK)
		return st;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) != 0) {
		free_env(env);
		return err_sys(err, "socketpair");
	}
	child = fork();
	if (child == 0)
		become(program, sv[1], parent, env);
	if (child < 0)
		st = err_sys(err, _("cannot start the process for the chat library"));
	free_env(env);
	fs_drop(&sv[1]);
	if (st != ST_OK) {
		fs_drop(&sv[0]);
		return st;
	}
	*pid = (int)child;
	*fd = sv[0];
	return ST_OK;
}

void
chat_spawn_end(int *pid, int *fd, char *why, size_t size)
{
	int status = 0;

	why[0] = '\0';
	if (*pid > 0) {
		(void)kill((pid_t)*pid, SIGKILL);
		while (waitpid((pid_t)*pid, &status, 0) < 0 && errno == EINTR)
			;
		if (WIFSIGNALED(status))
			snprintf(why, size, _("signal %d"), WTERMSIG(status));
		else if (WIFEXITED(status))
			snprintf(why, size, _("exit status %d"), WEXITSTATUS(status));
	}
	*pid = 0;
	fs_drop(fd);
}

uint64_t
chat_spawn_rss(int pid)
{
	char path[40], text[128];
	unsigned long long pages;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	fs_drop(&fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	if (sscanf(text, "%*u %llu", &pages) != 1)
		return 0;
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
