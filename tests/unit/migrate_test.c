/* Moving pages: contents and owner follow, or nothing has happened. */
#include "movable_test.h"

#define MAX_TARGETS 8

/* Taken beforehand, so that no page moves to where another one was. */
static struct page *targets[MAX_TARGETS];

static struct page *new_page(struct page *page, unsigned long nr)
{
	(void)page;
	for (unsigned long i = 0; i < nr; i++) {
		struct page *target = targets[i];

		targets[i] = NULL;
		if (target)
			return target;
	}
	return NULL;
}

static int move(struct list_head *list, gfp_t gfp, unsigned int nr)
{
	int left;

	for (unsigned int i = 0; i < nr; i++)
		targets[i] = alloc_page(gfp);
	left = migrate_pages(list, new_page, nr);
	for (unsigned int i = 0; i < nr; i++)
		if (targets[i])
			__free_page(targets[i]);
	return left;
}

/* Objects 0 .. nr - 1 in pages of that mask. */
static bool adopt(unsigned int nr, gfp_t gfp)
{
	owner_reset();
	for (unsigned int i = 0; i < nr; i++) {
		struct page *page = alloc_page(gfp);

		if (!EXPECT(page != NULL))
			return false;
		owner_adopt(i, page);
	}
	return true;
}

static bool isolate(unsigned int nr, struct list_head *list)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (!EXPECT(isolate_movable_page(owner.object[i])))
			return false;
		list_add_tail(&owner.object[i]->lru, list);
	}
	return true;
}

static void move_from_to(gfp_t from, gfp_t to)
{
	unsigned long before = nr_pages_migrated;
	struct page *old[8];
	LIST_HEAD(list);

	ASSERT(adopt(8, from));
	for (int i = 0; i < 8; i++)
		old[i] = owner.object[i];
	ASSERT(isolate(8, &list));
	EXPECT_EQ(move(&list, to, 8), 0);
	EXPECT(list_empty(&list));
	EXPECT_EQ(owner.nr_moved, 8);
	EXPECT_EQ(nr_pages_migrated - before, 8);
	for (unsigned int i = 0; i < 8; i++) {
		EXPECT(owner.object[i] != old[i]);
		EXPECT(owner_intact(i));
		EXPECT_EQ(page_count(owner.object[i]), 1);
		EXPECT_EQ(page_count(old[i]), 0);
	}
	owner_free_all();
	EXPECT_EQ(buddy_check(), 0);
}

TEST(migrate, contents_index_and_private_move_along)
{
	move_from_to(GFP_LOW_MOVABLE, GFP_LOW_MOVABLE);
}

TEST(migrate, pages_move_between_lowmem_and_highmem)
{
	move_from_to(GFP_LOW_MOVABLE, GFP_HIGHUSER_MOVABLE);
	move_from_to(GFP_HIGHUSER_MOVABLE, GFP_LOW_MOVABLE);
}

TEST(migrate, a_dirty_page_is_still_dirty_afterwards)
{
	LIST_HEAD(list);

	ASSERT(adopt(1, GFP_LOW_MOVABLE));
	SetPageDirty(owner.object[0]);
	ASSERT(isolate(1, &list));
	EXPECT_EQ(move(&list, GFP_LOW_MOVABLE, 1), 0);
	EXPECT(PageDirty(owner.object[0]));
	ClearPageDirty(owner.object[0]);
	owner_free_all();
}

TEST(migrate, an_owner_who_does_not_let_go_keeps_its_page)
{
	ASSERT(adopt(1, GFP_LOW_MOVABLE));
	owner.keep = true;
	EXPECT(!isolate_movable_page(owner.object[0]));
	EXPECT_EQ(page_count(owner.object[0]), 1);
	EXPECT(owner_intact(0));
	owner_free_all();
}

TEST(migrate, a_page_is_isolated_once)
{
	LIST_HEAD(list);

	ASSERT(adopt(1, GFP_LOW_MOVABLE));
	ASSERT(isolate(1, &list));
	EXPECT(!isolate_movable_page(owner.object[0]));
	EXPECT_STR(page_immovable_reason(owner.object[0]), "it is being moved already");
	putback_movable_pages(&list);
	EXPECT(list_empty(&list));
	EXPECT_EQ(owner.nr_put_back, 1);
	EXPECT_EQ(page_count(owner.object[0]), 1);
	EXPECT(owner_intact(0));
	owner_free_all();
}

TEST(migrate, an_owner_who_says_try_again_is_asked_again)
{
	LIST_HEAD(list);

	ASSERT(adopt(1, GFP_LOW_MOVABLE));
	owner.move_error = -EAGAIN;
	owner.error_times = 2;
	ASSERT(isolate(1, &list));
	EXPECT_EQ(move(&list, GFP_LOW_MOVABLE, 8), 0);
	EXPECT_EQ(owner.nr_asked, 3);
	EXPECT(owner_intact(0));
	owner_free_all();
	EXPECT_EQ(buddy_check(), 0);
}

TEST(migrate, one_who_always_says_so_is_asked_five_times)
{
	struct page *page;
	LIST_HEAD(list);

	ASSERT(adopt(1, GFP_LOW_MOVABLE));
	page = owner.object[0];
	owner.move_error = -EAGAIN;
	owner.error_times = -1;
	ASSERT(isolate(1, &list));
	EXPECT_EQ(move(&list, GFP_LOW_MOVABLE, 8), 1);
	EXPECT_EQ(owner.nr_asked, 5);
	putback_movable_pages(&list);
	EXPECT_EQ(owner.object[0], page);
	EXPECT(owner_intact(0));
	owner_free_all();
	EXPECT_EQ(buddy_check(), 0);
}

TEST(migrate, an_owner_who_says_no_is_asked_once)
{
	LIST_HEAD(list);

	ASSERT(adopt(2, GFP_LOW_MOVABLE));
	owner.move_error = -EBUSY;
	owner.error_times = 1; /* the first page stays, the second one moves */
	ASSERT(isolate(2, &list));
	EXPECT_EQ(move(&list, GFP_LOW_MOVABLE, 8), 1);
	EXPECT_EQ(owner.nr_asked, 2);
	EXPECT_EQ(list_first_entry(&list, struct page, lru), owner.object[0]);
	putback_movable_pages(&list);
	EXPECT(owner_intact(0) && owner_intact(1));
	owner_free_all();
}

TEST(migrate, without_memory_to_move_to_the_rest_stays)
{
	LIST_HEAD(list);

	ASSERT(adopt(4, GFP_LOW_MOVABLE));
	ASSERT(isolate(4, &list));
	EXPECT_EQ(move(&list, GFP_LOW_MOVABLE, 1), -ENOMEM);
	EXPECT_EQ(owner.nr_moved, 1);
	putback_movable_pages(&list);
	EXPECT_EQ(owner.nr_put_back, 3);
	for (unsigned int i = 0; i < 4; i++)
		EXPECT(owner_intact(i));
	owner_free_all();
	EXPECT_EQ(buddy_check(), 0);
}

TEST(migrate, a_page_pinned_after_its_isolation_stays)
{
	LIST_HEAD(list);

	ASSERT(adopt(1, GFP_LOW_MOVABLE));
	ASSERT(isolate(1, &list));
	get_page(owner.object[0]);
	EXPECT_EQ(move(&list, GFP_LOW_MOVABLE, 8), 1);
	EXPECT_EQ(owner.nr_asked, 0);
	putback_movable_pages(&list);
	put_page(owner.object[0]);
	EXPECT(owner_intact(0));
	owner_free_all();
}

TEST(migrate, it_knows_why_a_page_cannot_move)
{
	struct page *page = alloc_page(GFP_LOW_MOVABLE);
	struct page *compound = alloc_pages(GFP_KERNEL | __GFP_COMP, 1);

	ASSERT(page && compound);
	EXPECT_STR(page_immovable_reason(pfn_to_page(0)), "it is reserved");
	EXPECT_STR(page_immovable_reason(compound), "it is part of a compound page");
	EXPECT_STR(page_immovable_reason(compound + 1),
	           "it is part of a compound page");
	EXPECT_STR(page_immovable_reason(page),
	           "its owner has not said how to move it");
	SetPageSlab(page);
	EXPECT_STR(page_immovable_reason(page), "it is a slab's");
	ClearPageSlab(page);
	owner_reset();
	owner_adopt(0, page);
	EXPECT_EQ(page_immovable_reason(page), NULL);
	page->_mapcount = 0;
	EXPECT_STR(page_immovable_reason(page), "page tables map it");
	page->_mapcount = -1;
	get_page(page);
	EXPECT_STR(page_immovable_reason(page), "it is pinned by another reference");
	EXPECT(!isolate_movable_page(page));
	put_page(page);
	owner_free_all();
	EXPECT_EQ(page_immovable_reason(page), NULL); /* free */
	EXPECT(!isolate_movable_page(page));
	__free_pages(compound, 1);
}

static void free_it(void *page)
{
	__free_page(page);
}

TEST(migrate, freeing_a_page_that_is_still_marked_movable_is_caught)
{
	struct page *page = alloc_page(GFP_LOW_MOVABLE);

	ASSERT(page != NULL);
	__SetPageMovable(page, &owner_ops);
	EXPECT_BUG(free_it, page);
	page->_count = 1;
	__ClearPageMovable(page);
	__free_page(page);
	EXPECT_EQ(buddy_check(), 0);
}
