/* attack.h: a good archive as a list of entries that an attacker edits and packs again. */
#ifndef TESTS_ATTACK_H
#define TESTS_ATTACK_H

#include "archive/verify.h"

struct entry { char path[160]; struct buf data; char type; int64_t mtime; char mode; };	/* ${path} without the root directory */
struct model { struct entry e[64]; size_t n; char root[64]; const char *dir; };

enum op {
	OP_NONE, OP_REMOVE, OP_RENAME, OP_MOVE /* a before b */, OP_ADD /* a with content c before b */, OP_COPY /* a once more, before b */,
	OP_REPLACE /* in a, text b by c */, OP_FILE /* content of a from file b of the directory */, OP_TYPE, OP_ROOT, OP_MTIME, OP_MODE,
	OP_CUT /* last byte of a */, OP_APPEND /* b to a */
};
struct attack { const char *name; enum op op; const char *a, *b, *c; enum verdict want; };

extern const struct attack attack_cases[];
extern const size_t attack_n_cases;

/* All of these end the program when something is wrong with the test itself. */
void model_read(struct model *, const char *dir, struct str tar);
void model_copy(struct model *to, const struct model *from);
void model_free(struct model *);
void model_edit(struct model *, const struct attack *);
/* model_remake(m, level): recompute what an attacker can: 1 payload manifest, segment roots, Payload-Oxum; 2 and tag manifest; 3 and the seal's lines; 4 and sha256sums. */
void model_remake(struct model *, int level);
void model_pack(const struct model *, struct buf *out);
struct entry *model_find(struct model *, const char *path);
void die(const char *what, const char *which) __attribute__((noreturn));

#endif
