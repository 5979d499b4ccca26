/* The page tables of the window: where entries are written and emptied, and where not. */
#include "ktest.h"
#include "vmalloc_test.h"

#define SEVERAL_TABLES (2 * PMD_SIZE + 3 * PAGE_SIZE)

TEST(vmalloc, an_area_of_several_page_tables_has_its_pages_in_order)
{
	void *addr = vmalloc(SEVERAL_TABLES);
	struct page **pages = NULL;
	unsigned long wrong = 0;

	ASSERT(addr);
	for (unsigned long i = 0; i < SEVERAL_TABLES >> PAGE_SHIFT; i++) {
		if (i % PAGES_PER_RUN == 0)
			pages = page_run(descriptor_of(addr), i);
		wrong += page_at(addr, i) != pages[i % PAGES_PER_RUN];
	}
	EXPECT_EQ(wrong, 0);
	vfree(addr);
}

/* Frames that nobody looks at, in the tables alone. */
static char *map_some_frames(unsigned long size)
{
	char *addr = take_addresses(size);
	unsigned long start = (unsigned long)addr;

	if (!addr || !populate_page_tables(start, start + size, GFP_TEST))
		return NULL;
	map_frames(start, start + size, 1, PAGE_KERNEL);
	return addr;
}

TEST(vmalloc, frames_of_several_page_tables_are_mapped_in_a_row)
{
	char *addr = map_some_frames(SEVERAL_TABLES);
	unsigned long wrong = 0;

	ASSERT(addr);
	for (unsigned long i = 0; i < SEVERAL_TABLES >> PAGE_SHIFT; i++)
		wrong += vmalloc_to_pfn(addr + (i << PAGE_SHIFT)) != i + 1;
	EXPECT_EQ(wrong, 0);
	EXPECT_EQ(vmalloc_to_pfn(addr + SEVERAL_TABLES), 0);
	remove_vm_area(addr);
}

/* From the middle of one table into the middle of another; what lies before and
 * behind stays. */
TEST(vmalloc, what_is_unmapped_is_the_range_and_nothing_else)
{
	char *addr = map_some_frames(SEVERAL_TABLES + PMD_SIZE);
	unsigned long first = (unsigned long)addr, last = first + SEVERAL_TABLES + PMD_SIZE;
	unsigned long start = first + PAGE_SIZE, end = start + SEVERAL_TABLES;

	ASSERT(addr);
	unmap_range(start, end);
	EXPECT_EQ(first_mapped(start, last), end);
	EXPECT_EQ(first_mapped(first, last), first);
	remove_vm_area(addr);
	EXPECT_EQ(first_mapped(first, last), last);
}

static void map_a_frame(void *addr)
{
	unsigned long start = (unsigned long)addr;

	map_frames(start, start + PAGE_SIZE, 2, PAGE_KERNEL);
}

static void map_a_page(void *addr)
{
	unsigned long start = (unsigned long)addr;
	struct page *page = pfn_to_page(2);

	map_pages(start, start + PAGE_SIZE, &page, PAGE_KERNEL);
}

TEST(vmalloc, an_entry_in_use_is_not_overwritten)
{
	char *addr = map_some_frames(PAGE_SIZE);

	ASSERT(addr);
	EXPECT_BUG(map_a_frame, addr);
	EXPECT_BUG(map_a_page, addr);
	EXPECT_EQ(vmalloc_to_pfn(addr), 1);
	remove_vm_area(addr);
}
