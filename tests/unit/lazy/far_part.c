#include "far.h"

int far_kept(void) { return 1; }
#ifndef FAR_LESS
int far_lost(void) { return 1; }
#endif
