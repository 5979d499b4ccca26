/*
 * Rights of single pages of the direct map, on a large page that is the test's own:
 * split, changed, made whole again.
 */
#include "ktest.h"

#include <asm/pageattr.h>
#include <asm/pgalloc.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/uaccess.h>
#include <asm/walk.h>
#include <lib/errno.h>
#include <mm/fault_inject.h>
#include <mm/page_alloc.h>

#define ORDER  (PMD_SHIFT - PAGE_SHIFT)
#define CHOSEN 300 /* of the large page's pages, in its middle */

#ifdef CONFIG_X86_PAE
#define NX_IF_THERE (__supported_pte_mask & _PAGE_NX)
#else
#define NX_IF_THERE 0
#endif

static struct page *block;
static unsigned long block_address;

static struct pt_walk walk_page(unsigned long n)
{
	struct pt_walk walk;

	pt_walk(read_cr3(), block_address + (n << PAGE_SHIFT), &walk);
	return walk;
}

static bool can_write(unsigned long n)
{
	u8 byte = 1;

	return !copy_to_kernel_nofault((void *)(block_address + (n << PAGE_SHIFT)), &byte, 1);
}

static int give(unsigned long n, pgprot_t prot)
{
	return change_page_attr(block + n, 1, prot);
}

/* False: skipped or failed. */
static bool take_large_page(void)
{
	block = alloc_pages(GFP_KERNEL, ORDER);
	if (!EXPECT(block != NULL))
		return false;
	block_address = (unsigned long)lowmem_page_address(block);
	if (walk_page(0).page_size == PMD_SIZE)
		return true;
	__free_pages(block, ORDER);
	ktest_skip("no block of a large page's size is mapped by one");
	return false;
}

static void give_back(void)
{
	EXPECT_EQ(change_page_attr(block, 1 << ORDER, PAGE_KERNEL), 0);
	EXPECT_EQ(walk_page(0).page_size, PMD_SIZE);
	__free_pages(block, ORDER);
}

/* How many of the pages but one are not what they were. */
static unsigned long changed_but(unsigned long chosen)
{
	unsigned long changed = 0;

	for (unsigned long n = 0; n < 1UL << ORDER; n++) {
		struct pt_walk walk = walk_page(n);

		changed += n != chosen &&
			   (!walk.present || !walk.write || walk.user ||
			    walk.exec == !!NX_IF_THERE ||
			    walk.phys != page_to_phys(block + n));
	}
	return changed;
}

TEST(pageattr, one_page_changes_and_the_others_do_not)
{
	if (!take_large_page())
		return;
	EXPECT_EQ(give(CHOSEN, PAGE_KERNEL_RO), 0);
	EXPECT(walk_page(CHOSEN).present && !walk_page(CHOSEN).write);
	EXPECT_EQ(walk_page(CHOSEN).phys, page_to_phys(block + CHOSEN));
	EXPECT_EQ(walk_page(CHOSEN).page_size, PAGE_SIZE);
	EXPECT_EQ(changed_but(CHOSEN), 0);
	give_back();
}

/* With what a right was used for before in the TLB. */
TEST(pageattr, the_cpu_knows_a_change_at_once)
{
	if (!take_large_page())
		return;
	EXPECT(can_write(CHOSEN) && can_write(CHOSEN + 1));
	EXPECT_EQ(give(CHOSEN, PAGE_KERNEL_RO), 0);
	EXPECT(!can_write(CHOSEN));
	EXPECT(can_write(CHOSEN + 1));
	EXPECT_EQ(give(CHOSEN + 1, PAGE_KERNEL_RO), 0); /* split already */
	EXPECT(!can_write(CHOSEN + 1));
	EXPECT_EQ(give(CHOSEN, PAGE_KERNEL), 0);
	EXPECT(can_write(CHOSEN));
	give_back();
}

TEST(pageattr, a_large_page_comes_back_when_all_its_pages_are_alike)
{
	unsigned long large = direct_map_large_kb, small = direct_map_4k_kb, free;

	if (!take_large_page())
		return;
	free = nr_free_pages();
	EXPECT_EQ(give(CHOSEN, PAGE_KERNEL_RO), 0);
	EXPECT_EQ(direct_map_large_kb, large - (PMD_SIZE >> 10));
	EXPECT_EQ(direct_map_4k_kb, small + (PMD_SIZE >> 10));
	EXPECT_EQ(give(CHOSEN, PAGE_KERNEL), 0);
	EXPECT_EQ(walk_page(CHOSEN).page_size, PMD_SIZE);
	EXPECT_EQ(direct_map_large_kb, large);
	EXPECT_EQ(direct_map_4k_kb, small);
	EXPECT_EQ(nr_free_pages(), free);
	EXPECT_EQ(change_page_attr(block, 1 << ORDER, PAGE_KERNEL_RO), 0);
	EXPECT_EQ(walk_page(CHOSEN).page_size, PMD_SIZE); /* alike again */
	EXPECT(!can_write(0) && !can_write(CHOSEN));
	give_back();
}

TEST(pageattr, pages_that_differ_stay_small)
{
	if (!take_large_page())
		return;
	EXPECT_EQ(give(0, PAGE_KERNEL_RO), 0);
	EXPECT_EQ(give(CHOSEN, PAGE_KERNEL_RO), 0);
	EXPECT_EQ(give(CHOSEN, PAGE_KERNEL), 0);
	EXPECT_EQ(walk_page(CHOSEN).page_size, PAGE_SIZE);
	EXPECT(!walk_page(0).write);
	EXPECT_EQ(changed_but(0), 0);
	EXPECT_EQ(give(0, PAGE_KERNEL), 0);
	EXPECT_EQ(give((1UL << ORDER) - 1, PAGE_KERNEL_RO), 0); /* the last one */
	EXPECT_EQ(walk_page(0).page_size, PAGE_SIZE);
	EXPECT_EQ(changed_but((1UL << ORDER) - 1), 0);
	give_back();
}

TEST(pageattr, a_page_can_be_executed_if_it_is_made_so)
{
	const u8 ret = 0xc3;
	void (*function)(void);

	if (!take_large_page())
		return;
	EXPECT_EQ(give(CHOSEN, PAGE_KERNEL_EXEC), 0);
	EXPECT(walk_page(CHOSEN).exec);
	EXPECT_EQ(changed_but(CHOSEN), 0);
	function = (void (*)(void))(block_address + (CHOSEN << PAGE_SHIFT));
	*(u8 *)(block_address + (CHOSEN << PAGE_SHIFT)) = ret;
	function();
	give_back();
}

TEST(pageattr, without_memory_for_a_page_table_nothing_changes)
{
	if (!take_large_page())
		return;
	fault_inject_nth(1);
	EXPECT_EQ(give(CHOSEN, PAGE_KERNEL_RO), -ENOMEM);
	EXPECT(!fault_inject_cancel());
	EXPECT_EQ(walk_page(CHOSEN).page_size, PMD_SIZE);
	EXPECT(walk_page(CHOSEN).write);
	EXPECT_EQ(give(CHOSEN, PAGE_KERNEL), 0); /* as it is: needs no table */
	EXPECT_EQ(give(CHOSEN, PAGE_KERNEL_RO), 0);
	give_back();
}

TEST(pageattr, a_page_table_that_boot_made_stays)
{
	struct page *page;

	if (direct_map_large_kb)
		SKIP("needs nopse: small pages only");
	page = alloc_pages(GFP_KERNEL, ORDER);
	ASSERT(page != NULL);
	block_address = (unsigned long)lowmem_page_address(page);
	EXPECT_EQ(change_page_attr(page, 1, PAGE_KERNEL_RO), 0);
	EXPECT_EQ(change_page_attr(page, 1, PAGE_KERNEL), 0);
	EXPECT_EQ(walk_page(0).page_size, PAGE_SIZE);
	EXPECT_EQ(direct_map_large_kb, 0);
	__free_pages(page, ORDER);
}

TEST(pageattr, highmem_has_no_place_in_the_direct_map)
{
	struct page *high = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);

	ASSERT(high != NULL);
	if (PageHighMem(high))
		EXPECT_EQ(change_page_attr(high, 1, PAGE_KERNEL_RO), -EINVAL);
	__free_page(high);
}

/* Without PAE a directory has copies of the kernel's entries. */
TEST(pageattr, copies_of_the_entries_are_not_left_behind)
{
	pgd_t *process;

	if (!take_large_page())
		return;
	process = pgd_alloc();
	EXPECT(process != NULL);
	EXPECT_EQ(give(CHOSEN, PAGE_KERNEL_RO), PAGETABLE_LEVELS == 2 ? -EBUSY : 0);
	pgd_free(process);
	give_back();
}
