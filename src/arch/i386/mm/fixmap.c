/*
 * Mappings at fixed addresses, and early_ioremap on top of them: four mappings
 * of up to 64 KiB that boot opens and closes to look at firmware tables.
 *
 * All slots lie in one page table, which paging_init makes; so a mapping is one
 * store, and its address is known to the compiler. 2.6.24 is alike; there, the
 * slots depend on about ten build options, here on none.
 *
 * Invariants: a slot without an owner's wish is not mapped (mem_init checks that
 * boot left no early_ioremap open); under tlb=check, a cleared slot faults.
 */
#include <asm/fixmap.h>
#include <asm/tlbflush.h>
#include <lib/compiler.h>
#include <lib/printk.h>
#include <lib/vsprintf.h>

static size_t btmap_size[FIX_BTMAPS_SLOTS]; /* bytes asked for; 0: slot is free */

pte_t *fixmap_page_table;

void __set_fixmap(enum fixed_addresses idx, phys_addr_t phys, pgprot_t flags)
{
	unsigned long address = fix_to_virt(idx);
	bool replaced = fixmap_used(idx);

	set_pte_atomic(fixmap_pte(address), pfn_pte(PFN_DOWN(phys), flags));
	if (replaced)
		__flush_tlb_one(address, TLB_FIXMAP);
}

void __clear_fixmap(enum fixed_addresses idx)
{
	unsigned long address = fix_to_virt(idx);

	ptep_get_and_clear(fixmap_pte(address));
	__flush_tlb_one(address, TLB_FIXMAP);
	tlb_check_unmapped(address, address + PAGE_SIZE);
}

bool fixmap_used(enum fixed_addresses idx)
{
	return pte_present(*fixmap_pte(fix_to_virt(idx)));
}

unsigned int nr_fixmaps_used(void)
{
	unsigned int used = 0;

	for (unsigned int idx = 0; idx < __end_of_fixed_addresses; idx++)
		used += fixmap_used((enum fixed_addresses)idx);
	return used;
}

/* Where a new name begins, in rising order. */
static const struct {
	enum fixed_addresses first;
	const char *name;
} fixmap_names[] = {
	{FIX_HOLE, "FIX_HOLE"},
	{FIX_APIC_BASE, "FIX_APIC_BASE"},
	{FIX_IO_APIC_BASE, "FIX_IO_APIC_BASE"},
	{FIX_PT_WALK, "FIX_PT_WALK"},
	{FIX_KMAP_BEGIN, "FIX_KMAP_BEGIN"},
	{FIX_BTMAP_END, "FIX_BTMAP_END"},
};

static size_t name_of(enum fixed_addresses idx)
{
	size_t i = ARRAY_SIZE(fixmap_names) - 1;

	while (fixmap_names[i].first > idx)
		i--;
	return i;
}

bool fixmap_same_name(enum fixed_addresses a, enum fixed_addresses b)
{
	return name_of(a) == name_of(b);
}

const char *fixmap_name(enum fixed_addresses idx, char *buf, size_t size)
{
	size_t i = name_of(idx);

	if (idx == fixmap_names[i].first)
		snprintf(buf, size, "%s", fixmap_names[i].name);
	else
		snprintf(buf, size, "%s+%u", fixmap_names[i].name,
			 idx - fixmap_names[i].first);
	return buf;
}

/* The fixmap counts down, addresses count up: a slot's first page is its last. */
static enum fixed_addresses btmap_first(unsigned int slot)
{
	return (enum fixed_addresses)(FIX_BTMAP_BEGIN - slot * NR_FIX_BTMAPS);
}

static int free_slot(void)
{
	for (int slot = 0; slot < FIX_BTMAPS_SLOTS; slot++)
		if (!btmap_size[slot])
			return slot;
	return -1;
}

void *early_ioremap(phys_addr_t phys, size_t size)
{
	unsigned long offset = (unsigned long)phys & ~PAGE_MASK;
	unsigned long pages = PFN_UP((phys_addr_t)offset + size);
	int slot = free_slot();
	enum fixed_addresses idx;

	if (slot < 0 || !size || pages > NR_FIX_BTMAPS ||
	    phys + (size - 1) < phys || PFN_DOWN(phys + size - 1) >= MAX_ARCH_PFN)
		return NULL;
	idx = btmap_first((unsigned int)slot);
	for (unsigned long i = 0; i < pages; i++)
		set_fixmap(idx - i, phys + (i << PAGE_SHIFT));
	btmap_size[slot] = size;
	return (void *)(fix_to_virt(idx) + offset);
}

void early_iounmap(void *addr, size_t size)
{
	unsigned long address = (unsigned long)addr;
	unsigned long pages = PFN_UP((address & ~PAGE_MASK) + size);
	enum fixed_addresses idx = virt_to_fix(address);
	unsigned int slot = (FIX_BTMAP_BEGIN - idx) / NR_FIX_BTMAPS;

	BUG_ON(slot >= FIX_BTMAPS_SLOTS || btmap_first(slot) != idx);
	BUG_ON(btmap_size[slot] != size);
	for (unsigned long i = 0; i < pages; i++)
		clear_fixmap(idx - i);
	btmap_size[slot] = 0;
}

unsigned int early_ioremap_open(void)
{
	unsigned int open = 0;

	for (int slot = 0; slot < FIX_BTMAPS_SLOTS; slot++)
		open += btmap_size[slot] != 0;
	return open;
}
