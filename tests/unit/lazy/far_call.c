#include "far.h"

double (*const call_sum)(int, long, int, long, int, long, int, long, double, double, double, double, double, double, double, double, double) = far_sum;
int (*const call_print)(char *, unsigned long, const char *, ...) = far_print;
struct far_big (*const call_struct)(long) = far_struct;
int (*const call_number)(void) = far_number, (*const call_other)(void) = far_other, (*const call_gone)(void) = far_gone, (*const call_kept)(void) = far_kept,
    (*const call_lost)(void) = far_lost;
