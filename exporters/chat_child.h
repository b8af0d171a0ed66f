/*
 * chat_child.h: the child process that holds the vendor's chat library.
 *
 * The program starts itself with the one argument "--chat-child" and a socket as descriptor 3 (chat_proc.c); secrets come
 * over the socket, never by argument or environment.  Not dumpable, no core file, no new privileges, few descriptors.
 * There is deliberately no RLIMIT_AS: the library maps as it likes, and one that meets a limit dies in the middle of a
 * call; the parent watches the resident size instead and starts a new child.
 */
#ifndef EXPORTERS_CHAT_CHILD_H
#define EXPORTERS_CHAT_CHILD_H

/* chat_child_main(fd): serve requests on ${fd} until the parent is gone; returns the exit status. */
int chat_child_main(int fd);

#endif
