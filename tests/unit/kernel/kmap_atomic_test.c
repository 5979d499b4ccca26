/*
 * kmap and kmap_atomic on the real page tables: what is unmapped faults, and an
 * interrupt may map while it has broken into somebody's mapping.
 */
#include "kmap_test.h"

#include <asm/irq.h>
#include <asm/kmap_slot.h>
#include <asm/processor.h>
#include <asm/uaccess.h>
#include <asm/walk.h>
#include <kernel/kthread.h>
#include <lib/string.h>

#define NO_HIGHMEM "highmem"
#define SPARE_IRQ  13 /* a coprocessor's, which the kernel does not use */

_Static_assert(FIRST_IRQ_VECTOR + SPARE_IRQ == 45, "raise_spare_irq");

static void raise_spare_irq(void)
{
	__asm__ volatile("int $45" ::: "memory");
}

static bool can_read(const void *address)
{
	u8 byte;

	return copy_from_kernel_nofault(&byte, address, 1) == 0;
}

static struct pt_walk walk_of(const void *address)
{
	struct pt_walk walk;

	pt_walk(read_cr3(), (unsigned long)address, &walk);
	return walk;
}

TEST(kmap_atomic, a_slot_maps_its_frame_to_be_written_and_not_executed)
{
	struct page *page = take_high_page();
	struct pt_walk walk;
	void *address;

	if (!page)
		SKIP(NO_HIGHMEM);
	kmap_flush_unused();
	address = kmap_atomic(page, KM_USER1);
	walk = walk_of(address);
	EXPECT(walk.present && walk.write && !walk.user);
	EXPECT_EQ(walk.phys, page_to_phys(page));
	EXPECT_EQ(walk.exec, !(__supported_pte_mask & _PAGE_NX));
	kunmap_atomic(address, KM_USER1);
	__free_page(page);
}

TEST(kmap_atomic, a_slot_that_was_given_back_faults)
{
	struct page *page = take_high_page();
	u8 *typed, *stack;

	if (!page)
		SKIP(NO_HIGHMEM);
	kmap_flush_unused();
	typed = kmap_atomic(page, KM_USER0);
	stack = kmap_atomic(page);
	*typed = 1; /* into the TLB */
	EXPECT_EQ(READ_ONCE(*stack), 1);
	kunmap_atomic(stack);
	EXPECT(!can_read(stack));
	EXPECT(can_read(typed));
	kunmap_atomic(typed, KM_USER0);
	EXPECT(!can_read(typed));
	__free_page(page);
}

TEST(kmap_atomic, guards_between_slots_fault)
{
	static void *addresses[KMAP_ATOMIC_SLOTS];
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	for (unsigned int i = 0; i < KMAP_ATOMIC_SLOTS; i++)
		addresses[i] = kmap_atomic_pfn(page_to_pfn(page));
	for (unsigned int i = 0; i < KMAP_ATOMIC_SLOTS; i++) {
		EXPECT(can_read(addresses[i]));
		if (KMAP_SLOT_STRIDE > 1)
			EXPECT(!can_read(addresses[i] + PAGE_SIZE));
	}
	for (unsigned int i = KMAP_ATOMIC_SLOTS; i-- > 0;)
		kunmap_atomic(addresses[i]);
	__free_page(page);
	if (KMAP_SLOT_STRIDE == 1)
		SKIP("a debug build has guards");
}

TEST(kmap, after_the_flush_no_slot_can_be_read)
{
	struct page *page = take_high_page();
	u8 *address;

	if (!page)
		SKIP(NO_HIGHMEM);
	address = kmap(page);
	*address = 1; /* into the TLB, as a global page */
	EXPECT_EQ(walk_of(address).global, cpu_has(X86_FEATURE_PGE));
	EXPECT_EQ(walk_of(address).phys, page_to_phys(page));
	kunmap(page);
	EXPECT(can_read(address)); /* lazily */
	kmap_flush_unused();
	EXPECT(!can_read(address));
	EXPECT_EQ(pkmap_check(), 0);
	__free_page(page);
}

/* ---- Interrupts ---- */

static struct page *irq_page;
static unsigned int nr_interrupts;

static void map_in_handler(void)
{
	unsigned long *typed = kmap_atomic(irq_page, KM_IRQ0);
	unsigned long *stack = kmap_atomic(irq_page);

	typed[0] = ++nr_interrupts;
	stack[1] = page_to_pfn(irq_page);
	kunmap_atomic(stack);
	kunmap_atomic(typed, KM_IRQ0);
}

TEST(kmap_atomic, an_interrupt_maps_in_the_middle_of_a_thread_s_mappings)
{
	struct page *pages[2];
	unsigned long *stack, *typed;

	if (!take_high_pages(pages, 2))
		SKIP(NO_HIGHMEM);
	kmap_flush_unused();
	irq_page = take_high_page();
	ASSERT(irq_page != NULL);
	nr_interrupts = 0;
	request_irq(SPARE_IRQ, map_in_handler);
	stack = kmap_atomic(pages[0]);
	raise_spare_irq();
	typed = kmap_atomic(pages[1], KM_USER0);
	*stack = page_to_pfn(pages[0]);
	*typed = page_to_pfn(pages[1]);
	raise_spare_irq();
	EXPECT_EQ(kmap_atomic_depth(), 2);
	EXPECT_EQ(kmap_atomic_to_page(stack), pages[0]);
	EXPECT_EQ(READ_ONCE(*stack), page_to_pfn(pages[0]));
	EXPECT_EQ(READ_ONCE(*typed), page_to_pfn(pages[1]));
	kunmap_atomic(typed, KM_USER0);
	raise_spare_irq();
	kunmap_atomic(stack);
	free_irq(SPARE_IRQ);
	EXPECT_EQ(nr_interrupts, 3);
	stack = kmap(irq_page);
	EXPECT_EQ(stack[0], 3);
	EXPECT_EQ(stack[1], page_to_pfn(irq_page));
	kunmap(irq_page);
	EXPECT_EQ(kmap_atomic_check(), 0);
	__free_page(irq_page);
	give_pages(pages, 2);
}

static void take_user0(void *page)
{
	kmap_atomic((struct page *)page, KM_USER0);
}

static void take_user0_in_handler(void)
{
	EXPECT_BUG(take_user0, irq_page);
	nr_interrupts++;
}

TEST(kmap_atomic, an_interrupt_that_takes_the_thread_s_type_is_caught)
{
	unsigned long *address;

	irq_page = take_high_page();
	if (!irq_page)
		SKIP(NO_HIGHMEM);
	nr_interrupts = 0;
	request_irq(SPARE_IRQ, take_user0_in_handler);
	address = kmap_atomic(irq_page, KM_USER0);
	raise_spare_irq();
	EXPECT_EQ(nr_interrupts, 1);
	kunmap_atomic(address, KM_USER0);
	free_irq(SPARE_IRQ);
	EXPECT_EQ(kmap_atomic_depth(), 0);
	__free_page(irq_page);
}

/* ---- Preemption ---- */

static int map_all_the_time(void *page)
{
	unsigned int wrong = 0;

	for (unsigned long i = 0; !kthread_should_stop(); i++) {
		unsigned long *address = kmap_atomic((struct page *)page);

		address[0] = i;
		for (volatile int pause = 0; pause < 50; pause++)
			;
		wrong += READ_ONCE(address[0]) != i;
		kunmap_atomic(address);
	}
	return (int)wrong;
}

TEST(kmap_atomic, threads_that_are_switched_at_any_time_do_not_meet_in_a_slot)
{
	struct task_struct *tasks[2];
	struct page *pages[2];
	unsigned long until;

	if (!take_high_pages(pages, 2))
		SKIP(NO_HIGHMEM);
	kmap_flush_unused();
	for (int i = 0; i < 2; i++)
		ASSERT((tasks[i] = kthread_run(map_all_the_time, pages[i], "atomic/%d", i)) !=
		       NULL);
	until = nr_context_switches + 8;
	while (time_before(nr_context_switches, until))
		schedule_timeout_uninterruptible(1);
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(kthread_stop(tasks[i]), 0);
	EXPECT_EQ(kmap_atomic_check(), 0);
	give_pages(pages, 2);
}
