/*
 * Red-black trees: sorted, O(log n) to find, insert and erase, no memory of
 * their own. Linux's interface: a struct rb_node is a member of the thing that
 * is sorted, and the caller writes the search, so no compare callback exists.
 *
 * To insert: walk down to the empty link, rb_link_node() there, then
 * rb_insert_color().
 *
 * An augmented tree keeps in each node a value computed from the node and its
 * two subtrees (the largest gap below it, say). Give rb_insert_augmented() and
 * rb_erase_augmented() the function that recomputes one node's value from its
 * own data and its children's values; they call it wherever they change the tree,
 * children first. The values of a new node and of all above it are the caller's
 * to make right, between rb_link_node() and rb_insert_augmented() (Linux's rule
 * too: the caller's loop has the function in line). After changing a node's own
 * data call rb_propagate(), before anything else is done to the tree.
 *
 * None of these sleeps; the tree's owner locks.
 */
#ifndef LIB_RBTREE_H
#define LIB_RBTREE_H

#include <lib/types.h>
#include <lib/util.h>

struct rb_node {
	struct rb_node *rb_parent; /* NULL at the root */
	struct rb_node *rb_left;
	struct rb_node *rb_right;
	bool rb_red;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT                                                                        \
	(struct rb_root)                                                               \
	{                                                                              \
		NULL                                                                   \
	}
#define RB_EMPTY_ROOT(root) ((root)->rb_node == NULL)

#define rb_entry(ptr, type, member) container_of(ptr, type, member)

/* A node outside every tree is its own parent, once cleared. */
#define RB_EMPTY_NODE(node) ((node)->rb_parent == (node))
#define RB_CLEAR_NODE(node) ((node)->rb_parent = (node))

/* Recomputes the node's augmented value; the children's are right already. Returns
 * whether it is another one now. */
typedef bool (*rb_augment_fn)(struct rb_node *node);

/* Hang node as a red leaf at *link, which is NULL and a link of parent (or the
 * root's, with parent NULL). One of the two insert functions must follow. */
static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
                                struct rb_node **link)
{
	node->rb_parent = parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	node->rb_red = true;
	*link = node;
}

/* Balance the tree after rb_link_node(). */
void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
                         rb_augment_fn augment);

/* Take node out. Its own fields are left as they were. */
void rb_erase(struct rb_node *node, struct rb_root *root);
void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
                        rb_augment_fn augment);

/* Recompute the node, and those above it as far as something changes. */
void rb_propagate(struct rb_node *node, rb_augment_fn augment);

/* Put `node` in the place of `victim`, to which it must compare equal. */
void rb_replace_node(struct rb_node *victim, struct rb_node *node,
                     struct rb_root *root);

/* In order; NULL at the end, or if the tree is empty. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

/*
 * The checker: the number of violations of the tree's invariants (black root,
 * no red child of a red node, as many black nodes on every path to a leaf,
 * parent links). The order is the owner's to check.
 */
unsigned int rb_check(const struct rb_root *root);

#endif
