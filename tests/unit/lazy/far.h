/* far.h: functions of libraries that are opened when they are called: arguments of every kind, and libraries that are not as they were when the test was built. */
#ifndef FAR_H
#define FAR_H

struct far_big { long v[5]; };

double far_sum(int, long, int, long, int, long, int, long, double, double, double, double, double, double, double, double, double);
int far_print(char *to, unsigned long n, const char *format, ...);
struct far_big far_struct(long);
int far_number(void), far_other(void);

int far_gone(void);		/* its library lies where nobody looks */
int far_kept(void), far_lost(void);	/* of their library only the first is there still */

/* The same, called from a library of the program. */
extern double (*const call_sum)(int, long, int, long, int, long, int, long, double, double, double, double, double, double, double, double, double);
extern int (*const call_print)(char *to, unsigned long n, const char *format, ...);
extern struct far_big (*const call_struct)(long);
extern int (*const call_number)(void), (*const call_other)(void), (*const call_gone)(void), (*const call_kept)(void), (*const call_lost)(void);

#endif
