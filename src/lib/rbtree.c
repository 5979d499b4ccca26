/*
 * Red-black trees after Cormen, Leiserson, Rivest, Stein, "Introduction to
 * Algorithms", chapter 13, with augmentation as in its chapter 14. Two changes:
 * leaves are NULL pointers and count as black, where the book has a sentinel; so
 * the repair after a deletion is told the parent of its node, which may be NULL.
 * And a deleted node with two children is replaced by its successor as a node,
 * not by copying, since the node is a part of the caller's structure.
 *
 * Left and right are mirror images everywhere: the code speaks of a side and its
 * other side, and of child(node, side), so that each case is written once.
 *
 * Invariants (rb_check): the root is black; a red node has no red child; all
 * paths from a node down to a NULL pass as many black nodes; each child points
 * to its parent.
 */
#include <lib/compiler.h>
#include <lib/rbtree.h>

enum side { LEFT, RIGHT };

static __always_inline enum side other(enum side side)
{
	return side == LEFT ? RIGHT : LEFT;
}

static __always_inline struct rb_node **child(struct rb_node *node, enum side side)
{
	return side == LEFT ? &node->rb_left : &node->rb_right;
}

static enum side side_of(const struct rb_node *node, const struct rb_node *parent)
{
	return parent->rb_left == node ? LEFT : RIGHT;
}

static bool is_red(const struct rb_node *node)
{
	return node && node->rb_red;
}

/* The pointer that points, or shall point, to the child `node` of parent. */
static struct rb_node **link_to(struct rb_node *node, struct rb_node *parent,
                                struct rb_root *root)
{
	return parent ? child(parent, side_of(node, parent)) : &root->rb_node;
}

/* The node and all above it. */
static void recompute_path(struct rb_node *node, rb_augment_fn augment)
{
	for (; node && augment; node = node->rb_parent)
		augment(node);
}

void rb_propagate(struct rb_node *node, rb_augment_fn augment)
{
	while (node && augment && augment(node))
		node = node->rb_parent;
}

/* Node sinks to `side`; its child on the other side rises into its place. */
static __always_inline void rotate(struct rb_node *node, enum side side, struct rb_root *root,
                   rb_augment_fn augment)
{
	struct rb_node *riser = *child(node, other(side));
	struct rb_node *middle = *child(riser, side);

	*link_to(node, node->rb_parent, root) = riser;
	riser->rb_parent = node->rb_parent;

	*child(node, other(side)) = middle;
	if (middle)
		middle->rb_parent = node;

	*child(riser, side) = node;
	node->rb_parent = riser;

	if (augment) {
		augment(node);
		augment(riser);
	}
}

/*
 * CLRS 13.3: node is red, and its parent, a child of grandparent on that side, too.
 * Returns the node at which to go on, NULL if all is well.
 */
static __always_inline struct rb_node *repair_insert_at(struct rb_node *node,
                                                        struct rb_node *grandparent,
                                                        enum side side,
                                                        struct rb_root *root,
                                                        rb_augment_fn augment)
{
	struct rb_node *uncle = *child(grandparent, other(side));
	struct rb_node *parent = node->rb_parent;

	if (is_red(uncle)) {
		parent->rb_red = false;
		uncle->rb_red = false;
		grandparent->rb_red = true;
		return grandparent;
	}
	if (*child(parent, side) != node) {
		rotate(parent, side, root, augment);
		parent = node;
	}
	parent->rb_red = false;
	grandparent->rb_red = true;
	rotate(grandparent, other(side), root, augment);
	return NULL;
}

/* The two sides are spelled out, so that each becomes code without a question. */
static void repair_insert(struct rb_node *node, struct rb_root *root,
                          rb_augment_fn augment)
{
	while (node && is_red(node->rb_parent)) {
		struct rb_node *grandparent = node->rb_parent->rb_parent;

		if (side_of(node->rb_parent, grandparent) == LEFT)
			node = repair_insert_at(node, grandparent, LEFT, root, augment);
		else
			node = repair_insert_at(node, grandparent, RIGHT, root, augment);
	}
	root->rb_node->rb_red = false;
}

void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
                         rb_augment_fn augment)
{
	repair_insert(node, root, augment);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	repair_insert(node, root, NULL);
}

/*
 * CLRS 13.4: every path through node (NULL, or black) lacks one black node. The
 * sibling exists, since the paths through it have one more.
 */
static void repair_erase(struct rb_node *node, struct rb_node *parent,
                         struct rb_root *root, rb_augment_fn augment)
{
	while (parent && !is_red(node)) {
		enum side side = side_of(node, parent);
		struct rb_node *sibling = *child(parent, other(side));

		if (is_red(sibling)) {
			sibling->rb_red = false;
			parent->rb_red = true;
			rotate(parent, side, root, augment);
			sibling = *child(parent, other(side));
		}
		if (!is_red(sibling->rb_left) && !is_red(sibling->rb_right)) {
			sibling->rb_red = true;
			node = parent;
			parent = node->rb_parent;
			continue;
		}
		if (!is_red(*child(sibling, other(side)))) {
			(*child(sibling, side))->rb_red = false;
			sibling->rb_red = true;
			rotate(sibling, other(side), root, augment);
			sibling = *child(parent, other(side));
		}
		sibling->rb_red = parent->rb_red;
		parent->rb_red = false;
		(*child(sibling, other(side)))->rb_red = false;
		rotate(parent, side, root, augment);
		return;
	}
	if (node)
		node->rb_red = false;
}

void rb_replace_node(struct rb_node *victim, struct rb_node *node, struct rb_root *root)
{
	*link_to(victim, victim->rb_parent, root) = node;
	*node = *victim;
	if (node->rb_left)
		node->rb_left->rb_parent = node;
	if (node->rb_right)
		node->rb_right->rb_parent = node;
}

static struct rb_node *outermost(struct rb_node *node, enum side side)
{
	while (node && *child(node, side))
		node = *child(node, side);
	return node;
}

void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
                        rb_augment_fn augment)
{
	/* The one that leaves its place: with two children, the successor. */
	bool two = node->rb_left && node->rb_right;
	struct rb_node *leaver = two ? outermost(node->rb_right, LEFT) : node;
	struct rb_node *heir = leaver->rb_left ? leaver->rb_left : leaver->rb_right;
	struct rb_node *parent = leaver->rb_parent;
	bool black_is_missing = !leaver->rb_red;

	*link_to(leaver, parent, root) = heir;
	if (heir)
		heir->rb_parent = parent;
	if (leaver != node) {
		if (parent == node)
			parent = leaver;
		rb_replace_node(node, leaver, root);
		recompute_path(parent, augment); /* leaver's value is of its old place */
	} else {
		rb_propagate(parent, augment);
	}
	if (black_is_missing)
		repair_erase(heir, parent, root, augment);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	rb_erase_augmented(node, root, NULL);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->rb_node, LEFT);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->rb_node, RIGHT);
}

/* The neighbour towards `side`: the near end of that subtree, or the first
 * ancestor that lies on that side. */
static struct rb_node *neighbour(const struct rb_node *from, enum side side)
{
	struct rb_node *node = (struct rb_node *)(uintptr_t)from;
	struct rb_node *parent;

	if (*child(node, side))
		return outermost(*child(node, side), other(side));
	while ((parent = node->rb_parent) && side_of(node, parent) == side)
		node = parent;
	return parent;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbour(node, RIGHT);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbour(node, LEFT);
}

static unsigned int black_nodes_above(const struct rb_node *node)
{
	unsigned int nr = 0;

	for (; node; node = node->rb_parent)
		nr += !node->rb_red;
	return nr;
}

static unsigned int check_node(const struct rb_node *node, unsigned int blacks)
{
	const struct rb_node *left = node->rb_left;
	const struct rb_node *right = node->rb_right;
	unsigned int violations = 0;

	violations += left && left->rb_parent != node;
	violations += right && right->rb_parent != node;
	violations += is_red(node) && (is_red(left) || is_red(right));
	violations += (!left || !right) && black_nodes_above(node) != blacks;
	return violations;
}

unsigned int rb_check(const struct rb_root *root)
{
	unsigned int blacks = black_nodes_above(rb_first(root));
	const struct rb_node *node;
	unsigned int violations = 0;

	if (root->rb_node)
		violations += is_red(root->rb_node) || root->rb_node->rb_parent;
	for (node = rb_first(root); node; node = rb_next(node))
		violations += check_node(node, blacks);
	return violations;
}
