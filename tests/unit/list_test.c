/* The doubly linked ring and the hash list. */
#include "ktest.h"

#include <lib/list.h>
#include <lib/util.h>

struct item {
	int number;
	struct list_head link;
	struct hlist_node hash;
};

static struct item items[8];

/* "1 2 3" as the number 123, forwards; backwards must tell the same. */
static unsigned int digits(struct list_head *head)
{
	unsigned int forward = 0;
	unsigned int backward = 0;
	unsigned int place = 1;
	struct item *item;

	list_for_each_entry (item, head, link)
		forward = forward * 10 + (unsigned int)item->number;
	list_for_each_entry_reverse (item, head, link) {
		backward += place * (unsigned int)item->number;
		place *= 10;
	}
	EXPECT_EQ(backward, forward);
	return forward;
}

static void number_items(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		items[i].number = (int)i;
		INIT_LIST_HEAD(&items[i].link);
		INIT_HLIST_NODE(&items[i].hash);
	}
}

/* Items first..last at the end of head. */
static void append(struct list_head *head, int first, int last)
{
	for (int i = first; i <= last; i++)
		list_add_tail(&items[i].link, head);
}

TEST(list, a_new_list_is_empty)
{
	LIST_HEAD(head);

	EXPECT(list_empty(&head));
	EXPECT(!list_is_singular(&head));
	EXPECT_EQ(list_first_entry_or_null(&head, struct item, link), NULL);
	EXPECT_EQ(digits(&head), 0);
}

TEST(list, list_add_is_a_stack_and_list_add_tail_a_queue)
{
	LIST_HEAD(stack);
	LIST_HEAD(queue);

	number_items();
	for (int i = 1; i <= 3; i++)
		list_add(&items[i].link, &stack);
	append(&queue, 4, 6);
	EXPECT_EQ(digits(&stack), 321);
	EXPECT_EQ(digits(&queue), 456);
	EXPECT_EQ(list_first_entry(&queue, struct item, link)->number, 4);
	EXPECT_EQ(list_last_entry(&queue, struct item, link)->number, 6);
	EXPECT_EQ(list_next_entry(&items[4], link)->number, 5);
	EXPECT_EQ(list_prev_entry(&items[6], link)->number, 5);
	EXPECT(list_is_last(&items[6].link, &queue));
}

TEST(list, list_del_poisons_and_list_del_init_empties)
{
	LIST_HEAD(head);

	number_items();
	append(&head, 1, 3);
	list_del(&items[2].link);
	EXPECT_EQ(digits(&head), 13);
	EXPECT_EQ(items[2].link.next, LIST_POISON1);
	EXPECT_EQ(items[2].link.prev, LIST_POISON2);
	list_del_init(&items[1].link);
	EXPECT(list_empty(&items[1].link));
	EXPECT(list_is_singular(&head));
	list_del_init(&items[3].link);
	EXPECT(list_empty(&head));
}

TEST(list, entries_move_between_lists)
{
	LIST_HEAD(from);
	LIST_HEAD(to);

	number_items();
	append(&from, 1, 3);
	append(&to, 4, 5);
	list_move(&items[2].link, &to);
	list_move_tail(&items[1].link, &to);
	EXPECT_EQ(digits(&from), 3);
	EXPECT_EQ(digits(&to), 2451);
}

TEST(list, an_entry_is_replaced_in_its_place)
{
	LIST_HEAD(head);

	number_items();
	append(&head, 1, 3);
	list_replace(&items[2].link, &items[7].link);
	EXPECT_EQ(digits(&head), 173);
}

TEST(list, splicing_joins_at_the_front_or_the_end)
{
	LIST_HEAD(head);
	LIST_HEAD(more);
	LIST_HEAD(none);

	number_items();
	append(&head, 1, 2);
	append(&more, 3, 4);
	list_splice_init(&more, &head);
	EXPECT_EQ(digits(&head), 3412);
	EXPECT(list_empty(&more));
	append(&more, 5, 6);
	list_splice_tail_init(&more, &head);
	EXPECT_EQ(digits(&head), 341256);
	list_splice(&none, &head);
	list_splice_tail(&none, &head);
	EXPECT_EQ(digits(&head), 341256);
	list_splice_tail_init(&head, &none);
	EXPECT_EQ(digits(&none), 341256);
}

TEST(list, the_safe_loop_survives_removal)
{
	LIST_HEAD(head);
	struct item *item;
	struct item *next;

	number_items();
	append(&head, 1, 6);
	list_for_each_entry_safe (item, next, &head, link) {
		if (item->number % 2)
			list_del(&item->link);
	}
	EXPECT_EQ(digits(&head), 246);
}

static unsigned int hash_digits(struct hlist_head *head)
{
	unsigned int number = 0;
	struct hlist_node **points_here = &head->first;
	struct item *item;

	hlist_for_each_entry (item, head, hash) {
		EXPECT_EQ(item->hash.pprev, points_here);
		points_here = &item->hash.next;
		number = number * 10 + (unsigned int)item->number;
	}
	return number;
}

TEST(list, a_hash_list_adds_in_front_or_behind)
{
	HLIST_HEAD(head);

	number_items();
	EXPECT(hlist_empty(&head));
	hlist_add_head(&items[1].hash, &head);
	hlist_add_head(&items[2].hash, &head);
	hlist_add_behind(&items[3].hash, &items[1].hash);
	hlist_add_behind(&items[4].hash, &items[2].hash);
	EXPECT_EQ(hash_digits(&head), 2413);
	EXPECT(!hlist_empty(&head));
}

TEST(list, a_hash_list_loses_its_first_middle_and_last)
{
	HLIST_HEAD(head);

	number_items();
	for (int i = 5; i >= 1; i--)
		hlist_add_head(&items[i].hash, &head);
	EXPECT(!hlist_unhashed(&items[3].hash));
	hlist_del_init(&items[3].hash);
	EXPECT(hlist_unhashed(&items[3].hash));
	hlist_del_init(&items[3].hash);
	EXPECT_EQ(hash_digits(&head), 1245);
	hlist_del(&items[1].hash);
	EXPECT_EQ(items[1].hash.next, LIST_POISON1);
	hlist_del(&items[5].hash);
	EXPECT_EQ(hash_digits(&head), 24);
}

TEST(list, the_safe_hash_loop_survives_removal)
{
	HLIST_HEAD(head);
	struct hlist_node *next;
	struct item *item;

	number_items();
	for (int i = 6; i >= 1; i--)
		hlist_add_head(&items[i].hash, &head);
	hlist_for_each_entry_safe (item, next, &head, hash) {
		if (item->number % 2 == 0)
			hlist_del(&item->hash);
	}
	EXPECT_EQ(hash_digits(&head), 135);
}
