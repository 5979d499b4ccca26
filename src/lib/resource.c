/*
 * The resource tree: an ordered forest of ranges, each node's children a singly
 * linked list in ascending order. Insertion finds the deepest node that contains
 * the new one, then the run of children that overlap it: all of them must lie
 * inside, and move below it. Every operation is one walk along such a list; the
 * trees of real machines have some dozens of nodes.
 *
 * The interface is Linux's, without its locks. Nodes come from a static pool,
 * because the tree is built before there is an allocator.
 *
 * Invariants, which resource_check() verifies: start <= end; children lie inside
 * their parent, ascend, do not overlap, and know their parent.
 */
#include <lib/errno.h>
#include <lib/printk.h>
#include <lib/resource.h>
#include <lib/string.h>
#include <lib/util.h>

struct pool_node {
	struct resource res;
	char name[RESOURCE_NAME_MAX]; /* empty: the node is free */
};

static struct pool_node pool[RESOURCE_POOL];
static bool pool_empty_reported;
/* No node below this one is free. */
static unsigned int pool_hint;

struct resource iomem_resource = {
    .start = 0,
    .end = UINT64_MAX,
    .name = "PCI mem",
    .flags = IORESOURCE_MEM,
};

static bool contains(const struct resource *outer, const struct resource *inner)
{
	return outer->start <= inner->start && inner->end <= outer->end;
}

static bool overlap(const struct resource *a, const struct resource *b)
{
	return a->start <= b->end && b->start <= a->end;
}

static bool fits_below(const struct resource *root, const struct resource *new)
{
	return new->start <= new->end &&contains(root, new);
}

struct resource *resource_alloc(const char *name)
{
	unsigned int i;

	for (i = pool_hint; i < RESOURCE_POOL; i++) {
		struct pool_node *node = &pool[i];

		if (node->name[0])
			continue;
		pool_hint = i + 1;
		memset(node, 0, sizeof(*node));
		strlcpy(node->name, *name ? name : "?", sizeof(node->name));
		node->res.name = node->name;
		return &node->res;
	}
	if (!pool_empty_reported)
		pr_err("resource: all %u nodes are in use, \"%s\" and what follows are "
		       "left out\n",
		       RESOURCE_POOL, name);
	pool_empty_reported = true;
	return NULL;
}

void resource_free(struct resource *res)
{
	struct pool_node *node = container_of(res, struct pool_node, res);

	if (!res || node < pool || node >= pool + RESOURCE_POOL)
		return;
	node->name[0] = '\0';
	pool_hint = min(pool_hint, (unsigned int)(node - pool));
}

/* The link to the first child of parent that does not end below start. */
static struct resource **link_at(struct resource *parent, u64 start)
{
	struct resource **link = &parent->child;

	while (*link && (*link)->end < start)
		link = &(*link)->sibling;
	return link;
}

static void put(struct resource *parent, struct resource **link, struct resource *new)
{
	new->parent = parent;
	new->sibling = *link;
	*link = new;
}

int request_resource(struct resource *root, struct resource *new)
{
	struct resource **link;

	if (!fits_below(root, new))
		return -EINVAL;
	link = link_at(root, new->start);
	if (*link && overlap(*link, new))
		return -EBUSY;
	put(root, link, new);
	return 0;
}

/* LAB 1.4 BEGIN
 * find_parent: the deepest node under root that `new` fits into and does not equal.
 * find_conflict: the first child of parent that `new` would cut in two, or NULL.
 * put_above: put `new` between parent and those of its children that it contains.
 * START WITH
 * static struct resource *find_parent(struct resource *root, const struct resource *new)
 * {
 *	(void)new;
 *	return root;
 * }
 *
 * static struct resource *find_conflict(struct resource *parent,
 *                                       const struct resource *new)
 * {
 *	(void)parent, (void)new;
 *	return NULL;
 * }
 *
 * static void put_above(struct resource *parent, struct resource *new)
 * {
 *	put(parent, link_at(parent, new->start), new);
 * }
 */
static struct resource *find_parent(struct resource *root, const struct resource *new)
{
	struct resource *parent = root;

	for (;;) {
		struct resource *child = *link_at(parent, new->start);

		if (!child || !contains(child, new) || contains(new, child))
			return parent;
		parent = child;
	}
}

static struct resource *find_conflict(struct resource *parent,
                                      const struct resource *new)
{
	struct resource *child = *link_at(parent, new->start);

	while (child && overlap(child, new)) {
		if (!contains(new, child))
			return child;
		child = child->sibling;
	}
	return NULL;
}

static void put_above(struct resource *parent, struct resource *new)
{
	struct resource **link = link_at(parent, new->start);
	struct resource *first = *link, *last = NULL, *child;

	for (child = first; child && overlap(child, new); child = child->sibling) {
		child->parent = new;
		last = child;
	}
	if (last) {
		*link = last->sibling;
		last->sibling = NULL;
		new->child = first;
	}
	put(parent, link, new);
}
/* LAB 1.4 END */

int insert_resource(struct resource *root, struct resource *new)
{
	struct resource *parent;

	if (!fits_below(root, new))
		return -EINVAL;
	parent = find_parent(root, new);
	if (find_conflict(parent, new))
		return -EBUSY;
	put_above(parent, new);
	return 0;
}

int insert_resource_expand_to_fit(struct resource *root, struct resource *new)
{
	struct resource *parent, *conflict;

	if (!fits_below(root, new))
		return -EINVAL;
	for (;;) {
		parent = find_parent(root, new);
		conflict = find_conflict(parent, new);
		if (!conflict)
			break;
		new->start = min(new->start, conflict->start);
		new->end = max(new->end, conflict->end);
	}
	put_above(parent, new);
	return 0;
}

int release_resource(struct resource *old)
{
	struct resource **link;

	if (!old->parent)
		return -EINVAL;
	for (link = &old->parent->child; *link; link = &(*link)->sibling) {
		if (*link != old)
			continue;
		*link = old->sibling;
		old->parent = NULL;
		old->sibling = NULL;
		return 0;
	}
	return -EINVAL;
}

static unsigned int reserve_gap(struct resource *root, u64 start, u64 end,
                                const char *name)
{
	struct resource *res = resource_alloc(name);

	if (!res)
		return 0;
	res->start = start;
	res->end = end;
	res->flags = IORESOURCE_MEM | IORESOURCE_BUSY;
	if (request_resource(root, res)) {
		resource_free(res);
		return 0;
	}
	return 1;
}

unsigned int reserve_region_with_split(struct resource *root, u64 start, u64 end,
                                       const char *name)
{
	struct resource *child;
	unsigned int made = 0;

	start = max(start, root->start);
	end = min(end, root->end);
	child = *link_at(root, start);
	while (start <= end) {
		if (!child || child->start > end)
			return made + reserve_gap(root, start, end, name);
		if (child->start > start)
			made += reserve_gap(root, start, child->start - 1, name);
		if (child->end >= end)
			return made;
		start = child->end + 1;
		child = child->sibling;
	}
	return made;
}

void resource_for_each(const struct resource *root,
                       void (*fn)(const struct resource *res, unsigned int depth,
                                  void *arg),
                       void *arg)
{
	const struct resource *res = root->child;
	unsigned int depth = 0;

	while (res) {
		fn(res, depth, arg);
		if (res->child) {
			res = res->child;
			depth++;
			continue;
		}
		while (!res->sibling && res->parent != root) {
			res = res->parent;
			depth--;
		}
		res = res->sibling;
	}
}

static unsigned int violation(const struct resource *res, const char *what)
{
	pr_err("resource: %s (0x%llx-0x%llx) %s\n", res->name, res->start, res->end,
	       what);
	return 1;
}

static void check_node(const struct resource *res, unsigned int depth, void *arg)
{
	unsigned int *bad = arg;

	(void)depth;
	if (res->start > res->end)
		*bad += violation(res, "ends before it starts");
	if (!contains(res->parent, res))
		*bad += violation(res, "is not inside its parent");
	if (!res->sibling)
		return;
	if (res->sibling->parent != res->parent)
		*bad += violation(res->sibling, "has not its sibling's parent");
	if (res->sibling->start <= res->end)
		*bad += violation(res->sibling, "overlaps its sibling or is below it");
}

unsigned int resource_check(const struct resource *root)
{
	unsigned int bad = 0;

	resource_for_each(root, check_node, &bad);
	return bad;
}
