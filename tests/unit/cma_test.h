/* What the suites of CMA share: the area, and pages lent in it. */
#ifndef CMA_TEST_H
#define CMA_TEST_H

#include "movable_test.h"

static struct cma *const area __attribute__((unused)) = &test_area.cma;

static inline unsigned long free_cma(void)
{
	drain_all_pages();
	return zone_page_state(page_zone(pfn_to_page(area_pfn(0))), NR_FREE_CMA_PAGES);
}

/* Where a block that cma_alloc returned begins in the area; -1: NULL. */
static inline long place(const struct page *page)
{
	return page ? (long)(page_to_pfn(page) - area_pfn(0)) : -1;
}

/* Objects in the area's frames at, at + step, ... */
static inline bool lend(unsigned int nr, unsigned long at, unsigned long step)
{
	owner_reset();
	for (unsigned int i = 0; i < nr; i++) {
		struct page *page = borrow_from_area(at + i * step, 1);

		if (!EXPECT(page != NULL))
			return false;
		owner_adopt(i, page);
	}
	return true;
}

static inline void expect_intact(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!EXPECT(owner_intact(i)))
			return;
}

#endif
