/* chat_spawn.h: start and end the child process of the chat archive; for chat_proc.c. */
#ifndef EXPORTERS_CHAT_SPAWN_H
#define EXPORTERS_CHAT_SPAWN_H

#include "core/str.h"

/*
 * chat_spawn(program, pid, fd, err): run "${program} --chat-child" with one end of a socket as descriptor 3 and nothing else
 * but /dev/null; of the environment only the proxy variables remain.  It is killed when the calling thread ends.
 */
enum status chat_spawn(const char *program, int *pid, int *fd, struct err *) STATUS_USE;
/* chat_spawn_end(pid, fd, why, size): kill, wait, close; how it ended in words ("signal 11").  Sets *pid 0 and *fd -1. */
void chat_spawn_end(int *pid, int *fd, char *why, size_t size);
/* chat_spawn_rss(pid): resident bytes; 0 when not known. */
uint64_t chat_spawn_rss(int pid);

#endif
