/*
 * The red-black tree against a sorted array: after each random insertion or
 * removal its invariants hold, and at intervals both hold the same keys in the
 * same order. The augmented value is the largest `weight` in a subtree.
 */
#include "ktest.h"

#include <lib/rbtree.h>
#include <lib/string.h>
#include <lib/util.h>

#define NODES      256
#define OPERATIONS 6000

struct entry {
	u32 key;
	u32 weight;
	u32 max_weight; /* of the subtree that this entry heads */
	bool in_tree;
	struct rb_node node;
};

static struct entry entries[NODES];

/* The model: keys in order. */
static u32 model[NODES];
static size_t nr_model;

static struct entry *entry_of(const struct rb_node *node)
{
	return rb_entry(node, struct entry, node);
}

static u32 computed_max(const struct entry *entry)
{
	u32 most = entry->weight;

	if (entry->node.rb_left)
		most = max(most, entry_of(entry->node.rb_left)->max_weight);
	if (entry->node.rb_right)
		most = max(most, entry_of(entry->node.rb_right)->max_weight);
	return most;
}

static unsigned int updates;

static bool update_max(struct rb_node *node)
{
	struct entry *entry = entry_of(node);
	u32 before = entry->max_weight;

	updates++;
	entry->max_weight = computed_max(entry);
	return entry->max_weight != before;
}

static void insert(struct rb_root *root, struct entry *entry, rb_augment_fn augment)
{
	struct rb_node **link = &root->rb_node;
	struct rb_node *parent = NULL;

	while (*link) {
		parent = *link;
		link = entry->key < entry_of(parent)->key ? &parent->rb_left
		                                          : &parent->rb_right;
	}
	rb_link_node(&entry->node, parent, link);
	entry->in_tree = true;
	if (!augment) {
		rb_insert_color(&entry->node, root);
		return;
	}
	for (struct rb_node *node = &entry->node; node; node = node->rb_parent)
		augment(node);
	rb_insert_augmented(&entry->node, root, augment);
}

static void erase(struct rb_root *root, struct entry *entry, rb_augment_fn augment)
{
	entry->in_tree = false;
	if (augment)
		rb_erase_augmented(&entry->node, root, augment);
	else
		rb_erase(&entry->node, root);
}

static void model_insert(u32 key)
{
	size_t i = nr_model++;

	for (; i > 0 && model[i - 1] > key; i--)
		model[i] = model[i - 1];
	model[i] = key;
}

static void model_erase(u32 key)
{
	size_t i = 0;

	while (model[i] != key)
		i++;
	for (nr_model--; i < nr_model; i++)
		model[i] = model[i + 1];
}

/* Forwards and backwards. */
static bool same_as_model(const struct rb_root *root)
{
	const struct rb_node *node = rb_first(root);
	size_t i;

	for (i = 0; i < nr_model; i++, node = rb_next(node)) {
		if (!node || entry_of(node)->key != model[i])
			return false;
	}
	if (node)
		return false;
	node = rb_last(root);
	for (i = nr_model; i > 0; i--, node = rb_prev(node)) {
		if (!node || entry_of(node)->key != model[i - 1])
			return false;
	}
	return !node;
}

static bool maxima_are_right(const struct rb_root *root)
{
	for (const struct rb_node *node = rb_first(root); node; node = rb_next(node)) {
		if (entry_of(node)->max_weight != computed_max(entry_of(node)))
			return false;
	}
	return true;
}

static void reset(u64 *state)
{
	nr_model = 0;
	memset(entries, 0, sizeof(entries));
	for (size_t i = 0; i < NODES; i++) {
		entries[i].key = ktest_random_below(state, NODES / 2); /* many equal */
		entries[i].weight = ktest_random_below(state, 1000);
	}
}

/* Insert or erase entries at random; `few` keeps the tree small, so that it is
 * often empty or nearly so. */
static void random_operations(u32 few, rb_augment_fn augment)
{
	u64 state = ktest_seed();
	struct rb_root root = RB_ROOT;

	reset(&state);
	for (int i = 0; i < OPERATIONS && !ktest_failed(); i++) {
		struct entry *entry = &entries[ktest_random_below(&state, few)];

		if (entry->in_tree) {
			erase(&root, entry, augment);
			model_erase(entry->key);
		} else {
			insert(&root, entry, augment);
			model_insert(entry->key);
		}
		if (few <= 16 || i % 64 == 0) {
			ASSERT_EQ(rb_check(&root), 0);
			ASSERT(same_as_model(&root));
			ASSERT(!augment || maxima_are_right(&root));
		}
	}
}

TEST(rbtree, an_empty_tree_has_no_ends)
{
	struct rb_root root = RB_ROOT;

	EXPECT(RB_EMPTY_ROOT(&root));
	EXPECT_EQ(rb_first(&root), NULL);
	EXPECT_EQ(rb_last(&root), NULL);
	EXPECT_EQ(rb_check(&root), 0);
}

TEST(rbtree, a_cleared_node_is_in_no_tree)
{
	struct rb_root root = RB_ROOT;
	struct entry entry = {.key = 1};

	RB_CLEAR_NODE(&entry.node);
	EXPECT(RB_EMPTY_NODE(&entry.node));
	insert(&root, &entry, NULL);
	EXPECT(!RB_EMPTY_NODE(&entry.node));
	EXPECT(!RB_EMPTY_ROOT(&root));
	EXPECT_EQ(rb_first(&root), &entry.node);
	EXPECT_EQ(rb_last(&root), &entry.node);
	EXPECT_EQ(rb_next(&entry.node), NULL);
	EXPECT_EQ(rb_prev(&entry.node), NULL);
	erase(&root, &entry, NULL);
	EXPECT(RB_EMPTY_ROOT(&root));
}

TEST(rbtree, a_small_tree_equals_the_model_after_every_operation)
{
	random_operations(12, NULL);
}

TEST(rbtree, a_large_tree_equals_the_model)
{
	random_operations(NODES, NULL);
}

TEST(rbtree, augmented_values_stay_right)
{
	random_operations(12, update_max);
	random_operations(NODES, update_max);
}

static unsigned int height(const struct rb_node *node)
{
	unsigned int left;
	unsigned int right;

	if (!node)
		return 0;
	left = height(node->rb_left);
	right = height(node->rb_right);
	return 1 + max(left, right);
}

TEST(rbtree, ascending_keys_give_no_tall_tree)
{
	struct rb_root root = RB_ROOT;

	for (u32 i = 0; i < NODES; i++) {
		entries[i].key = i;
		insert(&root, &entries[i], NULL);
	}
	EXPECT_EQ(rb_check(&root), 0);
	/* at most 2 log2(n + 1): CLRS, lemma 13.1 */
	EXPECT(height(root.rb_node) <= 16);
	for (u32 i = 0; i < NODES; i++) {
		EXPECT_EQ(rb_first(&root), &entries[i].node);
		erase(&root, &entries[i], NULL);
		ASSERT_EQ(rb_check(&root), 0);
	}
	EXPECT(RB_EMPTY_ROOT(&root));
}

TEST(rbtree, a_replaced_node_leaves_the_tree_as_it_was)
{
	struct rb_root root = RB_ROOT;

	for (u32 i = 0; i < 20; i++) {
		entries[i].key = i;
		insert(&root, &entries[i], NULL);
	}
	for (u32 i = 0; i < 20; i++) {
		entries[100 + i].key = i;
		rb_replace_node(&entries[i].node, &entries[100 + i].node, &root);
		ASSERT_EQ(rb_check(&root), 0);
	}
	EXPECT_EQ(rb_first(&root), &entries[100].node);
	EXPECT_EQ(rb_last(&root), &entries[119].node);
	EXPECT_EQ(rb_next(&entries[105].node), &entries[106].node);
}

static void insert_weights_0_to_49(struct rb_root *root)
{
	memset(entries, 0, sizeof(entries));
	for (u32 i = 0; i < 50; i++) {
		entries[i].key = i;
		entries[i].weight = i;
		insert(root, &entries[i], update_max);
	}
}

TEST(rbtree, propagation_follows_a_changed_weight_to_the_root)
{
	struct rb_root root = RB_ROOT;

	insert_weights_0_to_49(&root);
	EXPECT_EQ(entry_of(root.rb_node)->max_weight, 49);
	entries[3].weight = 1000;
	rb_propagate(&entries[3].node, update_max);
	EXPECT_EQ(entry_of(root.rb_node)->max_weight, 1000);
	EXPECT(maxima_are_right(&root));
}

TEST(rbtree, propagation_ends_where_a_changed_weight_makes_no_difference)
{
	struct rb_root root = RB_ROOT;

	insert_weights_0_to_49(&root);
	/* its parent's other child stays the larger one */
	updates = 0;
	entries[0].weight = 1;
	rb_propagate(&entries[0].node, update_max);
	EXPECT_EQ(updates, 2);
	EXPECT(maxima_are_right(&root));
}

TEST(rbtree, the_checker_sees_broken_invariants)
{
	struct rb_root root = RB_ROOT;
	struct rb_node *left;

	memset(entries, 0, sizeof(entries));
	for (u32 i = 0; i < 20; i++) {
		entries[i].key = i;
		insert(&root, &entries[i], NULL);
	}
	root.rb_node->rb_red = true;
	EXPECT(rb_check(&root) > 0);
	root.rb_node->rb_red = false;
	EXPECT_EQ(rb_check(&root), 0);

	left = rb_first(&root);
	left->rb_red = !left->rb_red;
	EXPECT(rb_check(&root) > 0);
}
