/* verify_bag.h: `verify --bag`: other people's bags, judged and told. */
#ifndef CMD_VERIFY_BAG_H
#define CMD_VERIFY_BAG_H

#include "cmd/app.h"

/* verify_bags(app, o, err): every operand is a bag.  The worst of them decides the status. */
enum status verify_bags(struct app *, const struct options *, struct err *) STATUS_USE;

#endif
