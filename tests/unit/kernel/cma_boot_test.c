/* The area that cma= made, in the machine that runs this. */
#include "../movable_test.h"

#include <asm/setup.h>

#define NEED_BOOT_AREA()                                                               \
	if (!dma_contiguous_default_area)                                              \
	SKIP("booted without cma=")

TEST(cma, the_area_of_the_boot_parameter_is_sound)
{
	const struct cma *cma = dma_contiguous_default_area;
	const struct zone *zone;

	NEED_BOOT_AREA();
	zone = page_zone(pfn_to_page(cma->base_pfn));
	EXPECT_STR(cma->name, "reserved");
	EXPECT_EQ(cma->base_pfn % CMA_ALIGN_PAGES, 0);
	EXPECT_EQ(cma->count % CMA_ALIGN_PAGES, 0);
	EXPECT(zone->cma_pages >= cma->count);
	EXPECT(totalcma_pages >= cma->count);
	EXPECT(zone_page_state(zone, NR_FREE_CMA_PAGES) <= zone->cma_pages);
	EXPECT_EQ(cma_check(), 0);
}

TEST(cma, all_of_the_boot_area_can_be_taken_and_given_back)
{
	struct cma *cma = dma_contiguous_default_area;
	struct page *page;

	NEED_BOOT_AREA();
	if (cma_used_pages(cma) || cma_lent_pages(cma))
		SKIP("somebody uses it");
	page = cma_alloc(cma, cma->count, 0);
	ASSERT(page != NULL);
	EXPECT_EQ(page_to_pfn(page), cma->base_pfn);
	EXPECT_EQ(cma_check(), 0);
	EXPECT_EQ(buddy_check(), 0);
	EXPECT(cma_release(cma, page, cma->count));
	drain_all_pages();
	EXPECT_EQ(cma_lent_pages(cma), 0);
	EXPECT_EQ(buddy_check(), 0);
}

TEST(cma, pages_lent_all_over_the_boot_area_move_out)
{
	struct cma *cma = dma_contiguous_default_area;
	unsigned long nr, step;
	struct page *page;

	NEED_BOOT_AREA();
	if (cma_used_pages(cma) || cma_lent_pages(cma))
		SKIP("somebody uses it");
	nr = min(cma->count / 4, (unsigned long)MAX_OBJECTS);
	step = cma->count / nr;
	owner_reset();
	for (unsigned long i = 0; i < nr; i++) {
		unsigned long pfn = cma->base_pfn + i * step;
		struct page_blocker blocker;

		ASSERT_EQ(alloc_contig_range(pfn, pfn + 1, MIGRATE_CMA, &blocker), 0);
		owner_adopt(i, pfn_to_page(pfn));
	}
	page = cma_alloc(cma, cma->count, 0);
	EXPECT(page != NULL);
	EXPECT_EQ(owner.nr_moved, nr);
	for (unsigned long i = 0; i < nr; i++)
		if (!EXPECT(owner_intact(i)))
			break;
	owner_free_all();
	EXPECT(cma_release(cma, page, cma->count));
	EXPECT_EQ(cma_check(), 0);
	EXPECT_EQ(buddy_check(), 0);
}
