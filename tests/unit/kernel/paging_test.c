/*
 * The page tables in force, seen from inside: what may be touched, what faults,
 * and whether the kernel's own walk agrees. (From outside: tests/boot.)
 */
#include "ktest.h"

#include <asm/fixmap.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <asm/uaccess.h>
#include <asm/walk.h>
#include <lib/errno.h>
#include <lib/string.h>
#include <mm/page_debug.h>

#include <asm/pageattr.h>

static bool can_read(unsigned long address)
{
	u32 word;

	return copy_from_kernel_nofault(&word, (void *)address, sizeof(word)) == 0;
}

/* Writes back what is there, if it can. */
static bool can_write(unsigned long address)
{
	u8 byte;

	return copy_from_kernel_nofault(&byte, (void *)address, 1) == 0 &&
	       copy_to_kernel_nofault((void *)address, &byte, 1) == 0;
}

static struct pt_walk walk_of(unsigned long address)
{
	struct pt_walk walk;

	pt_walk(read_cr3(), address, &walk);
	return walk;
}

/* debug_pagealloc=on has taken it out of the direct map. */
static bool unmapped_while_free(unsigned long address)
{
	const struct page *page = virt_to_page((void *)address);

	return debug_pagealloc_enabled() && !kernel_page_present(page) &&
	       !page->_count && !PageReserved(page);
}

/* high_memory, less the free pages below it that are not mapped. */
static unsigned long lowmem_end(void)
{
	unsigned long end = (unsigned long)high_memory;

	while (unmapped_while_free(end - PAGE_SIZE))
		end -= PAGE_SIZE;
	return end;
}

static bool executable(unsigned long address)
{
	struct pt_walk walk = walk_of(address);

	return walk.present && walk.exec;
}

TEST(paging, physical_addresses_are_not_virtual_any_more)
{
	u32 word;

	EXPECT_EQ(copy_from_kernel_nofault(&word, (void *)LOAD_PHYSICAL_ADDR, 4), -EFAULT);
	EXPECT(!can_read(VGA_TEXT_START));
	EXPECT(!can_read(0));
	EXPECT(!can_read(PAGE_OFFSET - 4));
	EXPECT(can_read(PAGE_OFFSET + LOAD_PHYSICAL_ADDR));
}

TEST(paging, nothing_is_mapped_below_page_offset)
{
	for (unsigned long a = 0; a < PAGE_OFFSET; a += PMD_SIZE)
		if (!EXPECT(!walk_of(a).present))
			return;
}

TEST(paging, text_and_constants_cannot_be_written)
{
	EXPECT(!can_write((unsigned long)_text));
	EXPECT(!can_write((unsigned long)_etext - 1));
	EXPECT(!can_write((unsigned long)__start_rodata));
	EXPECT(!can_write((unsigned long)__end_rodata - 1));
	EXPECT(can_write((unsigned long)_sdata));
	EXPECT(can_write((unsigned long)_end - 1));
}

TEST(paging, only_text_can_be_executed)
{
	if (!(__supported_pte_mask & _PAGE_NX))
		SKIP("no NX on this machine");
	EXPECT(executable((unsigned long)_text));
	EXPECT(!executable((unsigned long)__start_rodata));
	EXPECT(!executable((unsigned long)_sdata));
	EXPECT(!executable((unsigned long)__init_begin));
	EXPECT(!executable((unsigned long)_end - 1));
	EXPECT(!executable(PAGE_OFFSET));
	EXPECT(!executable(lowmem_end() - 1));
}

TEST(paging, lowmem_maps_every_address_to_itself_less_page_offset)
{
	unsigned long end = (unsigned long)high_memory;
	extern char init_stack_guard[];

	for (unsigned long a = PAGE_OFFSET; a < end; a += PAGE_SIZE) {
		struct pt_walk walk;

		if (a == (unsigned long)init_stack_guard || unmapped_while_free(a))
			continue;
		walk = walk_of(a + 123);
		if (!EXPECT(walk.present) || !EXPECT_EQ(walk.phys, a + 123 - PAGE_OFFSET) ||
		    !EXPECT(!walk.user))
			return;
	}
}

static bool overlaps(unsigned long address, const char *start, const char *end)
{
	return (unsigned long)start < address + PMD_SIZE && (unsigned long)end > address;
}

/* Text, constants and the guard page have rights of their own. */
static bool all_of_one_kind(unsigned long address)
{
	extern char init_stack_guard[];

	return !overlaps(address, _text, _etext) &&
	       !overlaps(address, __start_rodata, __end_rodata) &&
	       !overlaps(address, _sinittext, _einittext) &&
	       !overlaps(address, init_stack_guard, init_stack_guard + PAGE_SIZE);
}

TEST(paging, a_large_page_maps_what_is_all_of_one_kind)
{
	unsigned long end = (unsigned long)high_memory;

	if (!direct_map_large_kb)
		SKIP("lowmem is mapped by small pages");
	for (unsigned long a = PAGE_OFFSET; a < end; a += PMD_SIZE) {
		bool fits = end - a >= PMD_SIZE && all_of_one_kind(a);

		if (!EXPECT_EQ(walk_of(a).page_size, fits ? PMD_SIZE : PAGE_SIZE))
			return;
	}
}

TEST(paging, kernel_mappings_are_global_where_the_cpu_can)
{
	bool pge = cpu_has(X86_FEATURE_PGE);

	EXPECT_EQ(!!(read_cr4() & X86_CR4_PGE), pge);
	EXPECT_EQ(walk_of((unsigned long)_text).global, pge);
	EXPECT_EQ(walk_of(lowmem_end() - 1).global, pge);
}

TEST(paging, the_gap_above_lowmem_and_the_last_page_fault)
{
	EXPECT(!can_read((unsigned long)high_memory));
	EXPECT(!can_read(VMALLOC_START - 4));
	EXPECT(!can_read(FIXADDR_TOP));
	EXPECT(!can_read(0xfffffffcUL));
}

TEST(paging, the_page_below_the_boot_stack_is_a_guard)
{
	extern char init_stack_guard[];

	EXPECT(!can_read((unsigned long)init_stack_guard));
	EXPECT(can_read((unsigned long)init_stack_guard + PAGE_SIZE));
}

TEST(paging, write_protection_holds_for_the_kernel_too)
{
	EXPECT(read_cr0() & X86_CR0_WP);
	EXPECT(read_cr0() & X86_CR0_PG);
	EXPECT(!(read_cr0() & (X86_CR0_CD | X86_CR0_NW)));
}

TEST(paging, pdptes_hold_no_reserved_bits)
{
#ifdef CONFIG_X86_PAE
	for (int i = 0; i < PTRS_PER_PGD; i++)
		if (pgd_val(swapper_pg_dir[i]))
			EXPECT_EQ(pgd_val(swapper_pg_dir[i]) & PTE_FLAGS_MASK &
					  ~(_PAGE_PRESENT | _PAGE_ACCESSED), 0);
#endif
	EXPECT_EQ(read_cr3(), __pa(swapper_pg_dir));
}

/* The kernel's accessors against the walk, which does its own indexing. */
TEST(paging, lookup_address_finds_the_entry_that_the_walk_reads)
{
	const unsigned long addresses[] = {
	    PAGE_OFFSET + PAGE_SIZE, PAGE_OFFSET + PMD_SIZE, PAGE_OFFSET + 3 * PMD_SIZE,
	    VMALLOC_START, PKMAP_BASE, FIXADDR_START, 0};

	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		struct pt_walk walk = walk_of(addresses[i]);
		const struct pt_level *last = &walk.level[walk.nr_levels - 1];
		enum pg_level level;
		pte_t *pte = lookup_address(addresses[i], &level);

		if (!pte) {
			EXPECT_EQ(level, PG_LEVEL_NONE);
			EXPECT_EQ(last->value, 0);
			continue;
		}
		EXPECT_EQ(__pa(pte), last->where);
		EXPECT_EQ(pte_val(*pte), last->value);
		if (walk.present)
			EXPECT_EQ(level == PG_LEVEL_PMD, walk.page_size == PMD_SIZE);
	}
}

TEST(paging, a_copy_that_faults_in_the_middle_says_so)
{
	static u8 buffer[64];
	unsigned long end = lowmem_end();

	EXPECT_EQ(copy_from_kernel_nofault(buffer, (void *)(end - 32), 64), -EFAULT);
	EXPECT_EQ(copy_from_kernel_nofault(buffer, (void *)(end - 64), 64), 0);
	EXPECT_EQ(copy_to_kernel_nofault((void *)end, buffer, 1), -EFAULT);
}
