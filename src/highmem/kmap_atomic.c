/*
 * kmap_atomic as a stack of fixmap slots, one stack a CPU: mapping is one store
 * into a page table, unmapping another and a flush of that one page.
 *
 * Invariant: the slots below kmap_depth are mapped, the others are not.
 */
#include <asm/irqflags.h>
#include <asm/kmap_slot.h>
#include <lib/bug.h>
#include <mm/highmem.h>

static unsigned int kmap_depth[NR_CPUS];

void *kmap_atomic(struct page *page)
{
	unsigned int slot;

	if (!PageHighMem(page))
		return lowmem_page_address(page);
	slot = kmap_depth[smp_processor_id()]++;
	BUG_ON(slot >= KMAP_ATOMIC_SLOTS);
	return kmap_slot_set(slot, page_to_pfn(page));
}

void kunmap_atomic(void *address)
{
	unsigned int slot;

	if (!is_kmap_slot(address))
		return;
	slot = kmap_depth[smp_processor_id()] - 1;
	BUG_ON(kmap_slot_address(slot) != (void *)((unsigned long)address & PAGE_MASK));
	kmap_slot_clear(slot);
	kmap_depth[smp_processor_id()] = slot;
}
