/*
 * The page allocator's interface: taking, giving back, merging, compound pages,
 * exact sizes, and what it says of misuse.
 */
#include "ktest.h"

#include "buddy_test.h"

#include <lib/string.h>
#include <mm/highmem.h>
#include <mm/page_debug.h>

TEST(buddy, every_free_list_is_sound)
{
	EXPECT_EQ(buddy_check(), 0);
}

TEST(buddy, a_block_of_each_order_is_aligned_counted_and_merges_back)
{
	struct buddy_counts before, after;
	unsigned long free;

	count_blocks(&before);
	free = nr_unused_pages();
	for (unsigned int order = 1; order < MAX_ORDER; order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);

		ASSERT(page != NULL);
		EXPECT_EQ(page_to_pfn(page) & ((1UL << order) - 1), 0);
		EXPECT_EQ(page_count(page), 1);
		EXPECT_EQ(nr_unused_pages(), free - (1UL << order));
		__free_pages(page, order);
	}
	count_blocks(&after);
	EXPECT(same_blocks(&before, &after));
	EXPECT_EQ(buddy_check(), 0);
}

TEST(buddy, a_mask_chooses_its_zone_or_one_below)
{
	struct page *dma = alloc_page(GFP_DMA), *normal = alloc_page(GFP_KERNEL);
	struct page *user = alloc_page(GFP_HIGHUSER);

	ASSERT(dma && normal && user);
	EXPECT_EQ(page_zonenum(dma), ZONE_DMA);
	EXPECT(page_to_phys(dma) < MAX_DMA_ADDRESS);
	EXPECT(page_zonenum(normal) <= ZONE_NORMAL);
	EXPECT(!PageHighMem(normal));
	if (populated_zone(&contig_page_data.node_zones[ZONE_HIGHMEM]))
		EXPECT(PageHighMem(user));
	__free_page(dma);
	__free_page(normal);
	__free_page(user);
}

TEST(buddy, gfp_zone_follows_the_book)
{
	EXPECT_EQ(gfp_zone(GFP_KERNEL), ZONE_NORMAL);
	EXPECT_EQ(gfp_zone(GFP_ATOMIC), ZONE_NORMAL);
	EXPECT_EQ(gfp_zone(GFP_DMA), ZONE_DMA);
	EXPECT_EQ(gfp_zone(GFP_KERNEL | __GFP_DMA), ZONE_DMA);
	EXPECT_EQ(gfp_zone(GFP_HIGHUSER), ZONE_HIGHMEM);
	EXPECT_EQ(gfp_zone(GFP_HIGHUSER_MOVABLE), ZONE_MOVABLE);
	EXPECT_EQ(gfp_zone(GFP_KERNEL | __GFP_MOVABLE), ZONE_NORMAL);
}

TEST(buddy, an_order_beyond_the_last_is_refused)
{
	EXPECT_EQ(alloc_pages(GFP_KERNEL, MAX_ORDER), NULL);
	EXPECT_EQ(alloc_pages(GFP_KERNEL | __GFP_ZERO, 31), NULL);
}

static volatile gfp_t contradictory_mask; /* not a constant: checked at run time */

static void alloc_contradictory(void *unused)
{
	(void)unused;
	EXPECT_EQ(alloc_pages(contradictory_mask, 0), NULL);
}

TEST(buddy, a_mask_that_contradicts_itself_is_refused_with_a_warning)
{
	const gfp_t wrong[] = {__GFP_DMA | __GFP_HIGHMEM, GFP_MOVABLE_MASK,
			       GFP_ATOMIC | __GFP_NOFAIL,
			       GFP_KERNEL | __GFP_NOFAIL | __GFP_NORETRY};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		contradictory_mask = wrong[i];
		EXPECT_WARNING(alloc_contradictory, NULL);
	}
}

static bool page_is_filled(struct page *page, u8 value)
{
	u8 *text = kmap_atomic(page);
	bool filled = !memchr_inv(text, value, PAGE_SIZE);

	kunmap_atomic(text);
	return filled;
}

static void fill_page(struct page *page, u8 value)
{
	void *text = kmap_atomic(page);

	memset(text, value, PAGE_SIZE);
	kunmap_atomic(text);
}

TEST(buddy, zeroed_pages_are_zero_in_every_zone)
{
	const gfp_t masks[] = {GFP_KERNEL, GFP_DMA, GFP_HIGHUSER};

	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		struct page *page = alloc_pages(masks[i], 2);

		ASSERT(page != NULL);
		for (int k = 0; k < 4; k++)
			fill_page(page + k, 0xa5);
		__free_pages(page, 2);
		page = alloc_pages(masks[i] | __GFP_ZERO, 2);
		ASSERT(page != NULL);
		for (int k = 0; k < 4; k++)
			EXPECT(page_is_filled(page + k, 0));
		__free_pages(page, 2);
	}
}

TEST(buddy, addresses_are_in_the_direct_map)
{
	char *block = __get_free_pages(GFP_KERNEL, 1), *page = get_zeroed_page(GFP_KERNEL);

	ASSERT(block && page);
	EXPECT_EQ(lowmem_page_address(virt_to_page(block)), block);
	EXPECT(!memchr_inv(page, 0, PAGE_SIZE));
	free_pages(block, 1);
	free_page(page);
	free_page(NULL);
	block = __get_dma_pages(GFP_KERNEL, 0);
	ASSERT(block != NULL);
	EXPECT(__pa(block) < MAX_DMA_ADDRESS);
	free_page(block);
}

static void want_highmem_address(void *unused)
{
	(void)unused;
	__get_free_pages(GFP_HIGHUSER, 0);
}

TEST(buddy, an_address_of_highmem_is_a_contradiction)
{
	EXPECT_BUG(want_highmem_address, NULL);
}

TEST(buddy, the_last_reference_frees)
{
	unsigned long free = nr_unused_pages();
	struct page *page = alloc_pages(GFP_KERNEL, 1);

	ASSERT(page != NULL);
	get_page(page);
	EXPECT_EQ(page_count(page), 2);
	__free_pages(page, 1);
	EXPECT_EQ(page_count(page), 1);
	EXPECT_EQ(nr_unused_pages(), free - 2);
	__free_pages(page, 1);
	EXPECT_EQ(nr_unused_pages(), free);
}

static unsigned int dtor_calls;

static void counting_dtor(struct page *head)
{
	dtor_calls++;
	free_compound_page(head);
}

TEST(buddy, a_compound_page_counts_for_its_head_and_calls_its_destructor)
{
	unsigned long free = nr_unused_pages();
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);

	ASSERT(page != NULL);
	EXPECT_EQ(compound_order(page), 3);
	for (int i = 0; i < 8; i++) {
		EXPECT(PageCompound(page + i));
		EXPECT_EQ(compound_head(page + i), page);
	}
	get_page(page + 5);
	EXPECT_EQ(page_count(page + 7), 2);
	put_page(page + 3);
	EXPECT_EQ(page_count(page), 1);
	dtor_calls = 0;
	set_compound_page_dtor(page, counting_dtor);
	put_page(page + 1);
	EXPECT_EQ(dtor_calls, 1);
	EXPECT_EQ(nr_unused_pages(), free);
	EXPECT_EQ(buddy_check(), 0);
}

TEST(buddy, exact_sizes_give_the_rest_back_at_once)
{
	struct buddy_counts before, after;
	const size_t sizes[] = {1, PAGE_SIZE, PAGE_SIZE + 1, 5 * PAGE_SIZE, 100 * PAGE_SIZE,
				PAGE_SIZE << (MAX_ORDER - 1)};
	unsigned long free;

	count_blocks(&before);
	free = nr_free_pages();
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *block = alloc_pages_exact(sizes[i], GFP_KERNEL);

		ASSERT(block != NULL);
		drain_all_pages();
		EXPECT_EQ(nr_free_pages(), free - PAGE_ALIGN(sizes[i]) / PAGE_SIZE);
		free_pages_exact(block, sizes[i]);
		drain_all_pages();
		EXPECT_EQ(nr_free_pages(), free);
	}
	EXPECT_EQ(alloc_pages_exact(0, GFP_KERNEL), NULL);
	EXPECT_EQ(alloc_pages_exact(~(size_t)0, GFP_KERNEL), NULL);
	EXPECT_EQ(alloc_pages_exact((PAGE_SIZE << (MAX_ORDER - 1)) + 1, GFP_KERNEL), NULL);
	count_blocks(&after);
	EXPECT(same_blocks(&before, &after));
}

TEST(buddy, a_split_block_is_freed_page_by_page_and_merges)
{
	struct buddy_counts before, after;
	struct page *page;

	count_blocks(&before);
	page = alloc_pages(GFP_KERNEL, 4);
	ASSERT(page != NULL);
	split_page(page, 4);
	for (int i = 15; i >= 0; i--)
		__free_page(page + i);
	count_blocks(&after);
	EXPECT(same_blocks(&before, &after));
}

/* ---- Misuse ---- */

static void free_it(void *page)
{
	__free_page(page);
}

TEST(buddy, a_double_free_of_a_single_page_is_caught)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	__free_page(page);
	EXPECT_BUG(free_it, page);
	EXPECT_EQ(buddy_check(), 0);
}

static void free_order_2(void *page)
{
	__free_pages(page, 2);
}

TEST(buddy, a_double_free_of_a_block_is_caught)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	ASSERT(page != NULL);
	__free_pages(page, 2);
	EXPECT_BUG(free_order_2, page);
	EXPECT_EQ(buddy_check(), 0);
}

TEST(buddy, freeing_the_middle_of_a_block_is_caught)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);

	ASSERT(page != NULL);
	EXPECT_BUG(free_order_2, page + 1); /* count 0: not ours to free */
	__free_pages(page, 3);
}

TEST(buddy, a_compound_page_freed_with_another_order_is_caught)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);

	ASSERT(page != NULL);
	EXPECT_BUG(free_order_2, page);
	page->_count = 1; /* the attempt dropped the reference */
	__free_pages(page, 3);
	EXPECT_EQ(buddy_check(), 0);
}

TEST(buddy, freeing_a_reserved_page_is_caught)
{
	EXPECT_BUG(free_it, pfn_to_page(0));
}

TEST(buddy, freeing_a_page_that_is_still_mapped_is_caught)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	page->_mapcount = 0;
	EXPECT_BUG(free_it, page);
	page->_mapcount = -1;
	page->_count = 1;
	__free_page(page);
}

static void alloc_one(void *unused)
{
	(void)unused;
	alloc_page(GFP_KERNEL);
}

TEST(buddy, a_page_that_changed_while_it_was_free_is_caught)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	__free_page(page);
	page->mapping = page;
	EXPECT_BUG(alloc_one, NULL); /* it is the hot one, and now nobody's */
	page->mapping = NULL;
	page->_count = 1;
	if (gfp_always & __GFP_HOOKS)
		page_debug_alloc(page, 0, GFP_KERNEL); /* it did not come that far */
	__free_page(page);
	EXPECT_EQ(buddy_check(), 0);
}
