/*
 * Page debugging on the real page tables: what is not mapped faults, and what is
 * recorded of a caller is the caller.
 */
#include "ktest.h"
#include "said.h"

#include <asm/pageattr.h>
#include <asm/processor.h>
#include <asm/stacktrace.h>
#include <asm/uaccess.h>
#include <asm/walk.h>
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/kallsyms.h>
#include <lib/string.h>
#include <mm/page_debug.h>

static int read_byte(const struct page *page, unsigned long offset)
{
	u8 byte;

	return copy_from_kernel_nofault(&byte, (u8 *)lowmem_page_address(page) + offset,
	                                1);
}

TEST(page_debug, touching_a_free_page_faults)
{
	struct page *page;

	if (!debug_pagealloc_enabled())
		SKIP("debug_pagealloc=on");
	page = alloc_page(GFP_KERNEL);
	ASSERT(page != NULL);
	EXPECT_EQ(read_byte(page, 0), 0);
	EXPECT_EQ(read_byte(page, PAGE_SIZE - 1), 0);
	__free_page(page);
	EXPECT_EQ(read_byte(page, 0), -EFAULT); /* not even from the TLB */
	EXPECT_EQ(read_byte(page, PAGE_SIZE - 1), -EFAULT);
}

TEST(page_debug, touching_a_guard_page_faults)
{
	struct page *page;

	if (!debug_guardpage_minorder())
		SKIP("debug_pagealloc=on debug_guardpage_minorder=1");
	page = alloc_page(GFP_KERNEL);
	ASSERT(page != NULL);
	EXPECT_EQ(read_byte(page, PAGE_SIZE - 1), 0);
	EXPECT_EQ(read_byte(page, PAGE_SIZE), -EFAULT);
	__free_page(page);
}

static pteval_t rights_of(const struct page *page)
{
	struct pt_walk walk;

	pt_walk(read_cr3(), (unsigned long)lowmem_page_address(page), &walk);
	return walk.level[walk.nr_levels - 1].value & PTE_FLAGS_MASK &
	       ~(_PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_PSE);
}

TEST(page_debug, a_page_that_comes_back_has_the_rights_of_the_others)
{
	struct page *page;

	if (!debug_pagealloc_enabled())
		SKIP("debug_pagealloc=on");
	page = alloc_page(GFP_KERNEL);
	ASSERT(page != NULL);
	EXPECT_EQ(rights_of(page), __PAGE_KERNEL & __supported_pte_mask &
	                               ~(_PAGE_ACCESSED | _PAGE_DIRTY));
	__free_page(page);
}

/* Enough pages that everything is flushed at once instead of page by page. */
TEST(page_debug, a_large_block_is_unmapped_to_its_last_page)
{
	const unsigned int order = 7;
	struct page *page;

	if (!debug_pagealloc_enabled())
		SKIP("debug_pagealloc=on");
	page = alloc_pages(GFP_KERNEL, order);
	ASSERT(page != NULL);
	for (long i = 0; i < 1L << order; i++)
		EXPECT_EQ(read_byte(page + i, 1), 0);
	__free_pages(page, order);
	for (long i = 0; i < 1L << order; i++)
		EXPECT_EQ(read_byte(page + i, 1), -EFAULT);
}

TEST(page_debug, the_guard_of_the_boot_stack_is_not_called_free)
{
	extern char init_stack_guard[];

	if (!debug_pagealloc_enabled())
		SKIP("debug_pagealloc=on");
	said_nothing_yet();
	fault_hook((unsigned long)init_stack_guard);
	EXPECT(!said("use after free"));
}

static noinline unsigned int trace_here(unsigned long *entries, unsigned int max,
                                        unsigned int skip)
{
	unsigned int nr = save_stack_trace(entries, max, skip);

	barrier(); /* not the last call: it must return here */
	return nr;
}

static bool is_in(unsigned long address, const char *name)
{
	unsigned long offset, size;
	const char *found = kallsyms_lookup(address, &offset, &size);

	return found && strcmp(found, name) == 0;
}

TEST(stacktrace, it_begins_with_the_caller_of_the_caller)
{
	unsigned long entries[16];
	unsigned int nr = trace_here(entries, 16, 0);

	ASSERT(nr > 2);
	EXPECT(
	    is_in(entries[0], "stacktrace__it_begins_with_the_caller_of_the_caller"));
	/* a call that never returns may be the last instruction of its function */
	EXPECT(is_in(entries[nr - 1] - 1, "start_kernel"));
}

TEST(stacktrace, it_leaves_out_and_cuts_off_what_it_is_told_to)
{
	unsigned long all[16], some[16];
	unsigned int nr = trace_here(all, 16, 0);

	ASSERT(nr > 3);
	EXPECT_EQ(trace_here(some, 16, 1), nr - 1);
	EXPECT_EQ(some[0], all[1]);
	EXPECT_EQ(trace_here(some, 2, 1), 2);
	EXPECT_EQ(some[1], all[2]);
	EXPECT_EQ(trace_here(some, 0, 0), 0);
	EXPECT_EQ(trace_here(some, 16, 100), 0);
}
