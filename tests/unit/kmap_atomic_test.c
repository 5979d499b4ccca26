/*
 * kmap_atomic: the slots of the types and of the stack, on the host and in the kernel.
 * What needs page tables and interrupts is in kernel/kmap_atomic_test.c.
 */
#include "kmap_test.h"

#include <asm/kmap_slot.h>

#define NO_HIGHMEM "highmem"

static struct page *pages[KMAP_ATOMIC_SLOTS + 1];
static void *addresses[KMAP_ATOMIC_SLOTS + 1];

TEST(kmap_atomic, a_page_of_lowmem_has_its_own_address_and_still_forbids_to_sleep)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned int preempt = preempt_count();
	void *address;

	ASSERT(page != NULL);
	address = kmap_atomic(page);
	EXPECT_EQ(address, lowmem_page_address(page));
	EXPECT_EQ(kmap_atomic(page, KM_USER0), address);
	EXPECT_EQ(preempt_count(), preempt + 2 * PREEMPT_OFFSET);
	EXPECT_EQ(kmap_atomic_depth(), 0);
	kunmap_atomic(address, KM_USER0);
	kunmap_atomic(address);
	EXPECT_EQ(preempt_count(), preempt);
	__free_page(page);
}

TEST(kmap_atomic, the_stack_holds_as_many_pages_as_it_has_slots)
{
	unsigned int preempt = preempt_count();

	if (!take_high_pages(pages, KMAP_ATOMIC_SLOTS))
		SKIP(NO_HIGHMEM);
	kmap_flush_unused();
	for (unsigned int i = 0; i < KMAP_ATOMIC_SLOTS; i++) {
		addresses[i] = kmap_atomic(pages[i]);
		EXPECT(is_kmap_slot((unsigned long)addresses[i]));
		*(unsigned long *)addresses[i] = page_to_pfn(pages[i]);
	}
	EXPECT_EQ(kmap_atomic_check(), 0);
	EXPECT_EQ(preempt_count(), preempt + KMAP_ATOMIC_SLOTS * PREEMPT_OFFSET);
	for (unsigned int i = KMAP_ATOMIC_SLOTS; i-- > 0;) {
		EXPECT_EQ(*(unsigned long *)addresses[i], page_to_pfn(pages[i]));
		EXPECT_EQ(kmap_atomic_to_page((u8 *)addresses[i] + 1), pages[i]);
		kunmap_atomic(addresses[i]);
		EXPECT_EQ(kmap_atomic_to_page(addresses[i]), NULL);
	}
	EXPECT_EQ(preempt_count(), preempt);
	EXPECT_EQ(kmap_atomic_check(), 0);
	give_pages(pages, KMAP_ATOMIC_SLOTS);
}

TEST(kmap_atomic, each_type_has_a_slot_of_its_own)
{
	if (!take_high_pages(pages, KM_TYPE_NR))
		SKIP(NO_HIGHMEM);
	for (unsigned int i = 0; i < KM_TYPE_NR; i++) {
		addresses[i] = kmap_atomic(pages[i], (enum km_type)i);
		*(unsigned long *)addresses[i] = page_to_pfn(pages[i]);
	}
	for (unsigned int i = 0; i < KM_TYPE_NR; i++) { /* in any order */
		EXPECT_EQ(*(unsigned long *)addresses[i], page_to_pfn(pages[i]));
		kunmap_atomic((u8 *)addresses[i] + 8, (enum km_type)i);
		EXPECT(!kmap_slot_busy(KMAP_TYPE_SLOT(i)));
	}
	EXPECT_EQ(kmap_atomic_check(), 0);
	give_pages(pages, KM_TYPE_NR);
}

TEST(kmap_atomic, a_frame_is_mapped_by_its_number)
{
	struct page *page = alloc_page(GFP_KERNEL);
	u32 *stack, *typed;

	ASSERT(page != NULL);
	*(u32 *)lowmem_page_address(page) = 0x12345678;
	stack = kmap_atomic_pfn(page_to_pfn(page));
	typed = kmap_atomic_pfn(page_to_pfn(page), KM_PTE0);
	EXPECT_EQ(*stack, 0x12345678);
	*typed = 0x87654321;
	EXPECT_EQ(READ_ONCE(*stack), 0x87654321);
	EXPECT_EQ(kmap_atomic_to_page(typed), page);
	kunmap_atomic(typed, KM_PTE0);
	kunmap_atomic(stack);
	EXPECT_EQ(kmap_atomic_check(), 0);
	__free_page(page);
}

TEST(kmap_atomic, a_page_that_kmap_has_mapped_is_used_there)
{
	struct page *page = take_high_page();
	void *kmapped, *address;

	if (!page)
		SKIP(NO_HIGHMEM);
	kmapped = kmap(page);
	address = kmap_atomic(page);
	EXPECT_EQ(address, kmapped);
	EXPECT_EQ(pkmap_count_of(page), 3);
	kunmap(page); /* the slot is pinned */
	EXPECT_EQ(pkmap_count_of(page), 2);
	kunmap_atomic(address);
	EXPECT_EQ(pkmap_count_of(page), 1);
	EXPECT_EQ(kmap_atomic_depth(), 0);
	EXPECT_EQ(pkmap_check(), 0);
	/* by type: always that type's slot */
	kmap(page);
	address = kmap_atomic(page, KM_USER0);
	EXPECT(is_kmap_slot((unsigned long)address));
	kunmap_atomic(address, KM_USER0);
	kunmap(page);
	__free_page(page);
}

TEST(kmap_atomic, in_an_interrupt_it_keeps_away_from_kmap)
{
	struct page *page = take_high_page();
	void *address;

	if (!page)
		SKIP(NO_HIGHMEM);
	kmap(page);
	__get_cpu_var(preempt_count) += HARDIRQ_OFFSET;
	address = kmap_atomic(page);
	EXPECT(is_kmap_slot((unsigned long)address));
	kunmap_atomic(address);
	__get_cpu_var(preempt_count) -= HARDIRQ_OFFSET;
	EXPECT_EQ(pkmap_count_of(page), 2);
	kunmap(page);
	__free_page(page);
}

/* ---- Misuse ---- */

static void map_untyped(void *page)
{
	kmap_atomic((struct page *)page);
}

static void map_user0(void *page)
{
	kmap_atomic((struct page *)page, KM_USER0);
}

static void map_no_type(void *page)
{
	kmap_atomic((struct page *)page, KM_TYPE_NR);
}

static void unmap(void *address)
{
	kunmap_atomic(address);
}

static void unmap_user0(void *address)
{
	kunmap_atomic(address, KM_USER0);
}

static void unmap_user1(void *address)
{
	kunmap_atomic(address, KM_USER1);
}

static void call_schedule(void *unused)
{
	(void)unused;
	schedule();
}

TEST(kmap_atomic, one_more_than_the_stack_holds_is_a_bug)
{
	unsigned int preempt = preempt_count();

	if (!take_high_pages(pages, KMAP_ATOMIC_SLOTS + 1))
		SKIP(NO_HIGHMEM);
	kmap_flush_unused();
	for (unsigned int i = 0; i < KMAP_ATOMIC_SLOTS; i++)
		addresses[i] = kmap_atomic(pages[i]);
	EXPECT_BUG(map_untyped, pages[KMAP_ATOMIC_SLOTS]);
	EXPECT_EQ(kmap_atomic_check(), 0);
	EXPECT_EQ(kmap_atomic_depth(), KMAP_ATOMIC_SLOTS);
	for (unsigned int i = KMAP_ATOMIC_SLOTS; i-- > 0;)
		kunmap_atomic(addresses[i]);
	EXPECT_EQ(preempt_count(), preempt);
	give_pages(pages, KMAP_ATOMIC_SLOTS + 1);
}

TEST(kmap_atomic, giving_back_in_the_wrong_order_is_a_bug)
{
	if (!take_high_pages(pages, 2))
		SKIP(NO_HIGHMEM);
	kmap_flush_unused();
	addresses[0] = kmap_atomic(pages[0]);
	addresses[1] = kmap_atomic(pages[1]);
	EXPECT_BUG(unmap, addresses[0]);
	EXPECT_EQ(kmap_atomic_check(), 0);
	kunmap_atomic(addresses[1]);
	EXPECT_BUG(unmap, addresses[1]);
	kunmap_atomic(addresses[0]);
	EXPECT_EQ(kmap_atomic_check(), 0);
	give_pages(pages, 2);
}

TEST(kmap_atomic, a_type_s_slot_that_is_in_use_is_a_bug)
{
	if (!take_high_pages(pages, 2))
		SKIP(NO_HIGHMEM);
	addresses[0] = kmap_atomic(pages[0], KM_USER0);
	EXPECT_BUG(map_user0, pages[1]);
	EXPECT_EQ(kmap_atomic_to_page(addresses[0]), pages[0]);
	kunmap_atomic(addresses[0], KM_USER0);
	EXPECT_EQ(kmap_atomic_check(), 0);
	give_pages(pages, 2);
}

TEST(kmap_atomic, giving_back_another_slot_than_the_type_s_is_a_bug)
{
	if (!take_high_pages(pages, 2))
		SKIP(NO_HIGHMEM);
	kmap_flush_unused();
	addresses[0] = kmap_atomic(pages[0], KM_USER0);
	EXPECT_BUG(unmap_user1, addresses[0]);
	EXPECT_BUG(unmap, addresses[0]); /* it was mapped by type */
	kunmap_atomic(addresses[0], KM_USER0);
	EXPECT_BUG(unmap_user0, addresses[0]);
	addresses[1] = kmap_atomic(pages[1]);
	EXPECT_BUG(unmap_user0, addresses[1]); /* it was mapped without one */
	kunmap_atomic(addresses[1]);
	EXPECT_EQ(kmap_atomic_depth(), 0);
	EXPECT_EQ(kmap_atomic_check(), 0);
	give_pages(pages, 2);
}

TEST(kmap_atomic, a_type_that_there_is_not_is_a_bug)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	EXPECT_BUG(map_no_type, page);
	EXPECT_EQ(kmap_atomic_depth(), 0);
	__free_page(page);
}

TEST(kmap_atomic, unmapping_while_nothing_is_mapped_is_a_bug_even_for_lowmem)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	EXPECT_EQ(kmap_atomic_depth(), 0);
	EXPECT_BUG(unmap, lowmem_page_address(page));
	EXPECT_BUG(unmap_user0, lowmem_page_address(page));
	EXPECT_BUG(unmap, (void *)PKMAP_ADDR(3));
	EXPECT_BUG(unmap, (void *)KMAP_STACK_SLOT(0));
	EXPECT_EQ(kmap_atomic_depth(), 0);
	EXPECT_EQ(pkmap_check(), 0);
	__free_page(page);
}

TEST(kmap_atomic, sleeping_while_something_is_mapped_is_a_bug)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *address;

	ASSERT(page != NULL);
	address = kmap_atomic(page);
	EXPECT_BUG(call_schedule, NULL);
	kunmap_atomic(address);
	EXPECT_EQ(preempt_count(), 0);
	__free_page(page);
}

IN_HIGHMEM_TOO(kmap_atomic, the_stack_holds_as_many_pages_as_it_has_slots);
IN_HIGHMEM_TOO(kmap_atomic, each_type_has_a_slot_of_its_own);
IN_HIGHMEM_TOO(kmap_atomic, a_page_that_kmap_has_mapped_is_used_there);
IN_HIGHMEM_TOO(kmap_atomic, one_more_than_the_stack_holds_is_a_bug);
IN_HIGHMEM_TOO(kmap_atomic, giving_back_in_the_wrong_order_is_a_bug);
IN_HIGHMEM_TOO(kmap_atomic, a_type_s_slot_that_is_in_use_is_a_bug);
IN_HIGHMEM_TOO(kmap_atomic, giving_back_another_slot_than_the_type_s_is_a_bug);
IN_HIGHMEM_TOO(kmap_atomic, sleeping_while_something_is_mapped_is_a_bug);
