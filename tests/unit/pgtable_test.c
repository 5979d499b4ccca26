/*
 * Page-table accessors, in the format that this build has: the host runs the
 * file twice, once for each. Expected bits are the manual's (SDM vol. 3A, 4.3
 * and 4.4), written as numbers on purpose.
 */
#include "ktest.h"

#include <asm/pgtable.h>
#include <asm/setup.h>

#ifdef CONFIG_X86_PAE
#define HIGH_PFN 0xabcdefUL /* below 64 GiB, above 4 GiB */
#define NX_BIT   0x8000000000000000ULL
#else
#define HIGH_PFN 0xabcdeUL
#define NX_BIT   0ULL
#endif

TEST(pgtable, an_entry_holds_its_frame_and_its_rights)
{
	pte_t pte = pfn_pte(HIGH_PFN, __pgprot(_PAGE_PRESENT | _PAGE_RW));

	EXPECT_EQ(pte_val(pte), ((u64)HIGH_PFN << 12) | 0x3);
	EXPECT_EQ(pte_pfn(pte), HIGH_PFN);
	EXPECT_EQ(pgprot_val(pte_pgprot(pte)), 0x3);
	EXPECT(pte_present(pte) && pte_write(pte) && !pte_user(pte));
}

TEST(pgtable, frame_numbers_survive_up_to_the_format_s_last)
{
	pte_t pte = pfn_pte(MAX_ARCH_PFN - 1, PAGE_KERNEL);

	EXPECT_EQ(pte_pfn(pte), MAX_ARCH_PFN - 1);
	EXPECT_EQ(pte_val(pte) & PTE_PFN_MASK, PFN_PHYS(MAX_ARCH_PFN - 1));
}

TEST(pgtable, each_flag_has_the_manual_s_bit)
{
	EXPECT_EQ(_PAGE_PRESENT, 1);
	EXPECT_EQ(_PAGE_RW, 2);
	EXPECT_EQ(_PAGE_USER, 4);
	EXPECT_EQ(_PAGE_PWT, 8);
	EXPECT_EQ(_PAGE_PCD, 0x10);
	EXPECT_EQ(_PAGE_ACCESSED, 0x20);
	EXPECT_EQ(_PAGE_DIRTY, 0x40);
	EXPECT_EQ(_PAGE_PSE, 0x80);
	EXPECT_EQ(_PAGE_GLOBAL, 0x100);
	EXPECT_EQ(_PAGE_NX, NX_BIT);
}

TEST(pgtable, a_modifier_changes_its_bit_and_no_other)
{
	pte_t pte = pfn_pte(HIGH_PFN, __pgprot(_PAGE_PRESENT));
	pteval_t plain = pte_val(pte);

	EXPECT_EQ(pte_val(pte_mkwrite(pte)), plain | 0x2);
	EXPECT_EQ(pte_val(pte_wrprotect(pte_mkwrite(pte))), plain);
	EXPECT_EQ(pte_val(pte_mkyoung(pte)), plain | 0x20);
	EXPECT_EQ(pte_val(pte_mkold(pte_mkyoung(pte))), plain);
	EXPECT_EQ(pte_val(pte_mkdirty(pte)), plain | 0x40);
	EXPECT_EQ(pte_val(pte_mkclean(pte_mkdirty(pte))), plain);
	EXPECT_EQ(pte_val(pte_exprotect(pte)),
		  plain | (NX_BIT & __supported_pte_mask));
	EXPECT_EQ(pte_val(pte_mkexec(pte_exprotect(pte))), plain);
}

TEST(pgtable, pte_modify_keeps_the_frame)
{
	pte_t pte = pfn_pte(HIGH_PFN, PAGE_KERNEL);
	pte_t ro = pte_modify(pte, __pgprot(_PAGE_PRESENT));

	EXPECT_EQ(pte_pfn(ro), HIGH_PFN);
	EXPECT(pte_present(ro) && !pte_write(ro) && !pte_global(ro) && pte_exec(ro));
}

TEST(pgtable, set_clear_and_replace_write_the_whole_entry)
{
	pte_t slot = __pte(0), first = pfn_pte(HIGH_PFN, PAGE_KERNEL);
	pte_t second = pfn_pte(1, __pgprot(_PAGE_PRESENT));

	EXPECT(pte_none(slot));
	set_pte(&slot, first);
	EXPECT_EQ(pte_val(slot), pte_val(first));
	set_pte_atomic(&slot, second);
	EXPECT_EQ(pte_val(slot), pte_val(second));
	EXPECT_EQ(pte_val(ptep_get_and_clear(&slot)), pte_val(second));
	EXPECT(pte_none(slot));
	set_pte(&slot, first);
	pte_clear(&slot);
	EXPECT(pte_none(slot));
}

TEST(pgtable, a_large_pmd_is_told_from_one_that_points_to_a_table)
{
	pmd_t large = pfn_pmd(PFN_DOWN(PMD_SIZE * 3), PAGE_KERNEL);
	pmd_t table = __pmd(0x5000 | _KERNPG_TABLE);

	EXPECT(pmd_large(large) && pmd_present(large));
	EXPECT_EQ(pmd_pfn(large), PFN_DOWN(PMD_SIZE * 3));
	EXPECT(!pmd_large(table) && pmd_present(table));
	EXPECT(pmd_none(__pmd(0)) && !pmd_large(__pmd(_PAGE_PSE)));
}

TEST(pgtable, indexes_split_an_address_as_the_cpu_does)
{
	unsigned long address = 0xC0A03123UL; /* the bits by hand: */
#ifdef CONFIG_X86_PAE
	/* 11 | 000000101 | 000000011 | 000100100011 */
	EXPECT_EQ(pgd_index(address), 3);
	EXPECT_EQ((address >> PMD_SHIFT) & (PTRS_PER_PMD - 1), 5);
	EXPECT_EQ(pte_index(address), 3);
#else
	/* 1100000010 | 1000000011 | 000100100011 */
	EXPECT_EQ(pgd_index(address), 0x302);
	EXPECT_EQ(pte_index(address), 0x203);
#endif
	EXPECT_EQ(PTRS_PER_PTE * PAGE_SIZE, PMD_SIZE);
}

TEST(pgtable, the_windows_of_the_map_stand_in_order)
{
	EXPECT(VMALLOC_END < PKMAP_BASE);
	EXPECT(PKMAP_END <= FIXADDR_START);
	EXPECT(FIXADDR_START < FIXADDR_TOP);
	EXPECT_EQ(PKMAP_BASE & ~PMD_MASK, 0);
	EXPECT_EQ(FIXADDR_START & PMD_MASK, FIXADDR_TOP & PMD_MASK);
	EXPECT_EQ((PKMAP_END - PKMAP_BASE) / PAGE_SIZE, LAST_PKMAP);
}

/* Some end of lowmem: a page's border in the first 896 MiB of it. */
static unsigned long random_lowmem_end(u64 *state)
{
	return PAGE_OFFSET + ((1 + ktest_random_below(state, 896 << 8)) << PAGE_SHIFT);
}

TEST(pgtable, the_gap_above_lowmem_has_8_mib_at_least)
{
	u64 state = ktest_seed();

	EXPECT(vmalloc_start(0xF8000000) >= 0xF8800000); /* 896 MiB of lowmem */
	EXPECT(vmalloc_start(0xDFFE0000) >= 0xE07E0000); /* QEMU's pc with 512 MiB */
	for (int i = 0; i < 100 && !ktest_failed(); i++) {
		unsigned long end = random_lowmem_end(&state);

		EXPECT(vmalloc_start(end) >= end + VMALLOC_OFFSET);
	}
}

TEST(pgtable, vmallocs_window_begins_at_a_multiple_of_8_mib)
{
	u64 state = ktest_seed();

	EXPECT_EQ(vmalloc_start(0xDFFE0000) & 0x7FFFFF, 0);
	for (int i = 0; i < 100 && !ktest_failed(); i++)
		EXPECT_EQ(vmalloc_start(random_lowmem_end(&state)) & 0x7FFFFF, 0);
}

TEST(pgtable, vmallocs_window_begins_no_later_than_it_must)
{
	u64 state = ktest_seed();

	EXPECT(vmalloc_start(0xF8000000) <= 0xF8800000);
	EXPECT(vmalloc_start(0xF8000000 - PAGE_SIZE) <= 0xF8800000);
	for (int i = 0; i < 100 && !ktest_failed(); i++) {
		unsigned long end = random_lowmem_end(&state);

		EXPECT(vmalloc_start(end) < end + 2 * VMALLOC_OFFSET);
	}
}
