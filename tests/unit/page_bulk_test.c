/* alloc_pages_bulk and free_pages_bulk: what one by one would do, only quicker. */
#include "ktest.h"

#include <lib/string.h>
#include <mm/fault_inject.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>

#define QUIET (GFP_KERNEL | __GFP_HIGHMEM | __GFP_NOWARN)
#define MOST  700

static struct page *pages[MOST];

static unsigned long free_now(void)
{
	drain_all_pages();
	return nr_free_pages();
}

TEST(page_bulk, any_number_of_pages_comes_and_goes_without_a_trace)
{
	const unsigned long numbers[] = {0, 1, 7, 32, 33, 63, 64, 65, 256, MOST};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		unsigned long nr = numbers[i], before = free_now();

		ASSERT_EQ(alloc_pages_bulk(QUIET, nr, pages), nr);
		EXPECT_EQ(free_now(), before - nr);
		EXPECT_EQ(buddy_check(), 0);
		free_pages_bulk(pages, nr);
		EXPECT_EQ(free_now(), before);
		EXPECT_EQ(buddy_check(), 0);
	}
}

TEST(page_bulk, each_page_is_single_and_nobody_else_s)
{
	unsigned long wrong = 0;

	ASSERT_EQ(alloc_pages_bulk(QUIET, MOST, pages), MOST);
	for (unsigned long i = 0; i < MOST; i++) {
		wrong += page_count(pages[i]) != 1 || PageBuddy(pages[i]) ||
			 pages[i]->private != 0 || pages[i]->index == MOST + i;
		pages[i]->index = MOST + i;
	}
	for (unsigned long i = 0; i < MOST; i++)
		wrong += pages[i]->index != MOST + i; /* it came twice */
	EXPECT_EQ(wrong, 0);
	free_pages_bulk(pages, MOST);
}

TEST(page_bulk, pages_in_any_order_can_be_given_back)
{
	unsigned long before = free_now();
	u64 state = ktest_seed();

	ASSERT_EQ(alloc_pages_bulk(QUIET, MOST, pages), MOST);
	for (u32 i = MOST - 1; i; i--) {
		u32 other = ktest_random_below(&state, i + 1);

		swap(pages[i], pages[other]);
	}
	free_pages_bulk(pages, MOST);
	EXPECT_EQ(free_now(), before);
	EXPECT_EQ(buddy_check(), 0);
}

TEST(page_bulk, the_zone_that_the_mask_asks_for_is_kept_to)
{
	unsigned long wrong = 0;

	ASSERT_EQ(alloc_pages_bulk(GFP_KERNEL | GFP_DMA, 64, pages), 64);
	for (int i = 0; i < 64; i++)
		wrong += page_to_phys(pages[i]) >= MAX_DMA_ADDRESS;
	EXPECT_EQ(wrong, 0);
	free_pages_bulk(pages, 64);
}

/* A few go by the per-CPU lists, many as blocks. */
static const unsigned long few_and_many[] = {40, 100};

static unsigned long bytes_not_zero(unsigned long nr)
{
	unsigned long wrong = 0;

	for (unsigned long i = 0; i < nr; i++) {
		const u8 *byte = lowmem_page_address(pages[i]);

		for (unsigned long n = 0; n < PAGE_SIZE; n++)
			wrong += byte[n] != 0;
	}
	return wrong;
}

TEST(page_bulk, cleared_pages_are_cleared)
{
	for (size_t f = 0; f < ARRAY_SIZE(few_and_many); f++) {
		unsigned long nr = few_and_many[f];

		ASSERT_EQ(alloc_pages_bulk(GFP_KERNEL, nr, pages), nr);
		for (unsigned long i = 0; i < nr; i++)
			memset(lowmem_page_address(pages[i]), 0xd1, PAGE_SIZE);
		free_pages_bulk(pages, nr);
		ASSERT_EQ(alloc_pages_bulk(GFP_KERNEL | __GFP_ZERO, nr, pages), nr);
		EXPECT_EQ(bytes_not_zero(nr), 0);
		free_pages_bulk(pages, nr);
	}
}

TEST(page_bulk, a_page_with_another_user_stays)
{
	for (size_t f = 0; f < ARRAY_SIZE(few_and_many); f++) {
		unsigned long nr = few_and_many[f];
		struct page *shared;

		ASSERT_EQ(alloc_pages_bulk(QUIET, nr, pages), nr);
		shared = pages[3];
		get_page(shared);
		free_pages_bulk(pages, nr);
		EXPECT_EQ(page_count(shared), 1);
		EXPECT_EQ(buddy_check(), 0);
		put_page(shared);
	}
}

static void give_back_twice(void *nr)
{
	free_pages_bulk(pages, *(const unsigned long *)nr);
}

TEST(page_bulk, giving_back_twice_is_a_bug)
{
	for (size_t f = 0; f < ARRAY_SIZE(few_and_many); f++) {
		unsigned long nr = few_and_many[f];

		ASSERT_EQ(alloc_pages_bulk(QUIET, nr, pages), nr);
		free_pages_bulk(pages, nr);
		EXPECT_BUG(give_back_twice, &nr);
		EXPECT_EQ(buddy_check(), 0);
	}
}

TEST(page_bulk, when_memory_ends_it_says_how_many_there_were)
{
	unsigned long got;

	fault_inject_nth(6);
	got = alloc_pages_bulk(QUIET, 10, pages);
	EXPECT(!fault_inject_cancel());
	EXPECT_EQ(got, 5);
	free_pages_bulk(pages, got);
	EXPECT_EQ(buddy_check(), 0);
}
