#include "far.h"

int far_gone(void) { return 1; }
