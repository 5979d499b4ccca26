/*
 * The tree of what lies where in an address space: /proc/iomem. A node covers
 * [start, end] with end INCLUSIVE, as Linux keeps it and prints it (the one
 * exception to our half-open ranges: a root must be able to cover all 64 bits).
 * Children lie inside their parent, in ascending order, without overlap.
 *
 * Nothing here sleeps; there is no lock: the tree is built by the boot.
 */
#ifndef LIB_RESOURCE_H
#define LIB_RESOURCE_H

#include <lib/types.h>

#define IORESOURCE_MEM    0x00000200UL
#define IORESOURCE_SYSRAM 0x01000000UL /* can be used as memory */
#define IORESOURCE_BUSY   0x80000000UL /* a driver may not claim it */

struct resource {
	u64 start;
	u64 end; /* inclusive */
	const char *name;
	unsigned long flags;
	struct resource *parent;  /* NULL: not in a tree, or its root */
	struct resource *sibling; /* the next child of parent, higher */
	struct resource *child;   /* the first, lowest */
};

/* The root of memory: 0 to 2^64 - 1. */
extern struct resource iomem_resource;

#define RESOURCE_POOL     1536 /* nodes that resource_alloc() has */
#define RESOURCE_NAME_MAX 28   /* bytes of a node's name, its NUL included */

/*
 * Take a node from the static pool, cleared, with a copy of name (cut to
 * RESOURCE_NAME_MAX - 1 bytes). NULL, with a message the first time, if none is
 * left. resource_free() gives it back; it must not be in a tree. It ignores NULL
 * and nodes that are not from the pool.
 */
struct resource *resource_alloc(const char *name);
void resource_free(struct resource *res);

/* Put `new`, which has no children, under root, beside its children. 0; -EBUSY
 * if one of them overlaps; -EINVAL if it is not inside root or start > end. */
int request_resource(struct resource *root, struct resource *new);

/*
 * Put `new` as deep under root as it fits; nodes there that lie wholly inside
 * it become its children, a node with the very same range too. -EBUSY if it
 * would cut a node in two, -EINVAL as above; nothing has changed then.
 */
int insert_resource(struct resource *root, struct resource *new);

/* Likewise, but `new` is widened until it cuts nothing. -EINVAL as above. */
int insert_resource_expand_to_fit(struct resource *root, struct resource *new);

/* Take a node out, with all that is below it. -EINVAL if it is in no tree. */
int release_resource(struct resource *old);

/*
 * Put nodes of that name, from the pool, on the parts of [start, end] where root
 * has no child. What lies outside root is left out. Returns the number of nodes
 * made; parts for which the pool had none are left free.
 */
unsigned int reserve_region_with_split(struct resource *root, u64 start, u64 end,
                                       const char *name);

/*
 * Call fn for every node below root, parents before children, in ascending
 * order. depth is 0 for root's own children. /proc/iomem is two spaces a depth,
 * then "%08llx-%08llx : %s\n". fn must not change the tree.
 */
void resource_for_each(const struct resource *root,
                       void (*fn)(const struct resource *res, unsigned int depth,
                                  void *arg),
                       void *arg);

/* Violations of the tree's invariants (see the top), each printed. */
unsigned int resource_check(const struct resource *root);

#endif
