/*
 * What the TLB remembers, seen through a fixmap slot: an entry that was cleared
 * and not flushed is really there still, tlb=check finds it, and each kind of
 * flush makes it go. (QEMU keeps translations as a CPU does, in tables of its own.)
 */
#include "ktest.h"

#include <asm/fixmap.h>
#include <asm/pageattr.h>
#include <asm/tlbflush.h>
#include <asm/uaccess.h>
#include <lib/string.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>
#include <mm/page_debug.h>
#include <proc/proc.h>

#define SLOT FIX_BTMAP_END /* boot is over: free for tests */
#define WORD 0x896c0de5u

static struct page *page;
static volatile u32 *const fixed = (volatile u32 *)(FIXADDR_TOP - (SLOT + 1) * PAGE_SIZE);

static bool can_read(const volatile void *address)
{
	u8 byte;

	return !copy_from_kernel_nofault(&byte, (const void *)address, 1);
}

/* Interrupts off from here to give_back(): a handler could push the entry out. */
static bool stale_entry(unsigned long *flags)
{
	page = alloc_page(GFP_KERNEL);
	if (!EXPECT(page != NULL))
		return false;
	*(u32 *)lowmem_page_address(page) = WORD;
	local_irq_save(*flags);
	set_fixmap(SLOT, page_to_phys(page));
	EXPECT_EQ(*fixed, WORD); /* now the TLB knows it */
	pte_clear(fixmap_pte((unsigned long)fixed));
	return true;
}

static void give_back(unsigned long flags)
{
	clear_fixmap(SLOT);
	local_irq_restore(flags);
	__free_page(page);
}

TEST(tlb, an_entry_that_was_cleared_and_not_flushed_can_still_be_read)
{
	unsigned long flags;

	if (!stale_entry(&flags))
		return;
	EXPECT(can_read(fixed));
	__flush_tlb_one((unsigned long)fixed, TLB_FIXMAP);
	EXPECT(!can_read(fixed));
	give_back(flags);
}

static void check_slot(void *unused)
{
	(void)unused;
	__tlb_check_unmapped((unsigned long)fixed, (unsigned long)fixed + PAGE_SIZE);
}

TEST(tlb, the_check_finds_a_flush_that_was_forgotten)
{
	unsigned long flags, checked = tlb_checked;

	if (!stale_entry(&flags))
		return;
	EXPECT_BUG(check_slot, NULL);
	__flush_tlb_one((unsigned long)fixed, TLB_FIXMAP);
	check_slot(NULL); /* and has nothing to say now */
	EXPECT_EQ(tlb_checked, checked + 2);
	give_back(flags);
}

TEST(tlb, the_check_finds_an_entry_that_was_not_cleared)
{
	set_fixmap(SLOT, 0x1000);
	EXPECT_BUG(check_slot, NULL);
	clear_fixmap(SLOT);
	check_slot(NULL);
}

TEST(tlb, a_flush_of_everything_drops_global_entries)
{
	unsigned long flags;

	if (!stale_entry(&flags))
		return;
	__flush_tlb_all(TLB_FIXMAP);
	EXPECT(!can_read(fixed));
	give_back(flags);
}

TEST(tlb, a_flush_of_everything_leaves_global_pages_on)
{
	unsigned long before = read_cr4();

	__flush_tlb_all(TLB_FIXMAP);
	EXPECT_EQ(read_cr4(), before);
	EXPECT_EQ(!!(before & X86_CR4_PGE), cpu_has(X86_FEATURE_PGE));
}

static void set_not_global(void)
{
	__set_fixmap(SLOT, page_to_phys(page),
		     __pgprot(__PAGE_KERNEL & ~_PAGE_GLOBAL));
	EXPECT_EQ(*fixed, WORD);
	pte_clear(fixmap_pte((unsigned long)fixed));
}

TEST(tlb, loading_cr3_drops_entries_that_are_not_global)
{
	unsigned long flags;

	if (!stale_entry(&flags))
		return;
	__flush_tlb_one((unsigned long)fixed, TLB_FIXMAP);
	set_not_global();
	EXPECT(can_read(fixed));
	__flush_tlb(TLB_FIXMAP);
	EXPECT(!can_read(fixed));
	give_back(flags);
}

TEST(tlb, a_short_range_is_flushed_page_by_page_and_a_long_one_at_once)
{
	const unsigned long start = fix_to_virt(FIX_BTMAP_BEGIN);
	struct tlb_count *count = &__get_cpu_var(tlb_counts)[TLB_FIXMAP], before = *count;

	flush_tlb_kernel_range(start, start + TLB_FLUSH_SINGLE_MAX * PAGE_SIZE, TLB_FIXMAP);
	EXPECT_EQ(count->pages, before.pages + TLB_FLUSH_SINGLE_MAX);
	EXPECT_EQ(count->all, before.all);
	flush_tlb_kernel_range(start, start + TLB_FLUSH_SINGLE_MAX * PAGE_SIZE + 1,
			       TLB_FIXMAP);
	EXPECT_EQ(count->pages, before.pages + TLB_FLUSH_SINGLE_MAX);
	EXPECT_EQ(count->all, before.all + 1);
	EXPECT_EQ(count->ranges, before.ranges + 2);
}

TEST(tlb, a_range_takes_along_the_pages_that_it_only_touches)
{
	struct tlb_count *count = &__get_cpu_var(tlb_counts)[TLB_FIXMAP];
	unsigned long flags, before;

	if (!stale_entry(&flags))
		return;
	before = count->pages;
	flush_tlb_kernel_range((unsigned long)fixed - 1, (unsigned long)fixed + 1,
			       TLB_FIXMAP);
	EXPECT_EQ(count->pages, before + 2);
	EXPECT(!can_read(fixed));
	give_back(flags);
}

TEST(tlb, replacing_a_mapping_flushes_and_a_new_one_does_not)
{
	struct tlb_count *count = &__get_cpu_var(tlb_counts)[TLB_FIXMAP];
	unsigned long before = count->pages;

	set_fixmap(SLOT, 0x1000);
	EXPECT_EQ(count->pages, before);
	set_fixmap(SLOT, 0x2000);
	EXPECT_EQ(count->pages, before + 1);
	clear_fixmap(SLOT);
	EXPECT_EQ(count->pages, before + 2);
}

TEST(tlb, taking_a_page_out_of_the_direct_map_is_counted_and_checked)
{
	struct tlb_count *count = &__get_cpu_var(tlb_counts)[TLB_PAGEATTR], before = *count;
	struct page *one;
	char *address;

	if (!debug_pagealloc_enabled())
		SKIP("needs debug_pagealloc=on: lowmem in small pages");
	one = alloc_page(GFP_KERNEL);
	ASSERT(one != NULL);
	address = lowmem_page_address(one);
	*address = 1;
	before = *count;
	kernel_map_pages(one, 1, 0);
	EXPECT(!can_read(address));
	EXPECT_EQ(count->ranges, before.ranges + 1);
	EXPECT_EQ(count->pages, before.pages + 1);
	kernel_map_pages(one, 1, 1);
	EXPECT(can_read(address));
	__free_page(one);
}

TEST(tlb, tlbinfo_has_a_row_for_each_reason)
{
	static char text[1024];
	struct seq_buffer buffer;

	seq_buffer_init(&buffer, text, sizeof(text));
	EXPECT_EQ(proc_find("tlbinfo")->show(&buffer.seq), 0);
	EXPECT(str_has_prefix(text, "Reason            Pages     Ranges        All\nBoot "));
	for (unsigned int why = 0; why < NR_TLB_REASONS; why++)
		EXPECT(strstr(text, tlb_reason_name((enum tlb_reason)why)) != NULL);
	EXPECT_EQ(strstr(text, "\nChecked") != NULL, tlb_check);
}
