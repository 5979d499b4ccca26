/* What the suites of highmem share. */
#ifndef KMAP_TEST_H
#define KMAP_TEST_H

#include "ktest.h"

#include <asm/pkmap.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>

/* Let `test highmem` run this case of another suite too. */
#define IN_HIGHMEM_TOO(suite_, name_)                                                  \
	static const struct ktest ktest_highmem__##suite_##__##name_ = {               \
	    .suite = "highmem",                                                        \
	    .name = #suite_ "__" #name_,                                               \
	    .run = suite_##__##name_,                                                  \
	    .file = __FILE__,                                                          \
	    .line = __LINE__,                                                          \
	};                                                                             \
	static const struct ktest *const ktest_ptr_highmem__##suite_##__##name_ __used \
	    __section("ktests") = &ktest_highmem__##suite_##__##name_

/* A page of highmem, or NULL: there is none, or none left. */
static inline struct page *take_high_page(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER | __GFP_NOWARN);

	if (page && !PageHighMem(page)) {
		__free_page(page);
		return NULL;
	}
	return page;
}

static inline void give_pages(struct page **pages, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		__free_page(pages[i]);
}

/* So many, or none and false. */
static inline bool take_high_pages(struct page **pages, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		pages[i] = take_high_page();
		if (!pages[i]) {
			give_pages(pages, i);
			return false;
		}
	}
	return true;
}

static inline struct pkmap_stats pkmap_stats(void)
{
	struct pkmap_stats stats;

	pkmap_get_stats(&stats);
	return stats;
}

/* A slot by its page; count 0: it has none. */
static inline unsigned int pkmap_count_of(const struct page *page)
{
	struct pkmap_slot slot;

	for (unsigned int nr = 0; nr < LAST_PKMAP; nr++) {
		pkmap_get_slot(nr, &slot);
		if (slot.page == page)
			return slot.count;
	}
	return 0;
}

#endif
