/*
 * A directory of a process that there is not yet: its tables are built, from
 * highmem too, loaded into CR3, used, and given back. What the CPU finds through
 * them is compared with the frames written to and with the kernel's own walk.
 */
#include "ktest.h"

#include <asm/fixmap.h>
#include <asm/pgalloc.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/uaccess.h>
#include <asm/walk.h>
#include <lib/errno.h>
#include <mm/fault_inject.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>

#define USER_PAGES    3
#define WIDE_PHYSICAL 36 /* bits; qemu-system-i386 has no more, and one bug more */

/* First page, last page, and one in between. */
static const unsigned long user_address[USER_PAGES] = {0, 0x08048000, TASK_SIZE - PAGE_SIZE};

static pgd_t *pgd;
static struct page *user_page[USER_PAGES];
static unsigned long pages_before;
static bool highpte_before;

static u32 *word_of(struct page *page, unsigned int i)
{
	return (u32 *)kmap_atomic(page) + i;
}

static void put_word(struct page *page, unsigned int i, u32 value)
{
	u32 *word = word_of(page, i);

	*word = value;
	kunmap_atomic((void *)((unsigned long)word & PAGE_MASK));
}

static u32 get_word(struct page *page, unsigned int i)
{
	u32 *word = word_of(page, i), value = *word;

	kunmap_atomic((void *)((unsigned long)word & PAGE_MASK));
	return value;
}

static bool map_user_page(unsigned int i)
{
	pte_t *pte;

	user_page[i] = alloc_page(GFP_HIGHUSER | __GFP_ZERO);
	pte = pte_alloc_map(pmd_alloc(pgd, user_address[i]), user_address[i]);
	if (!EXPECT(user_page[i] != NULL) || !EXPECT(pte != NULL))
		return false;
	EXPECT(pte_none(*pte));
	set_pte(pte, pfn_pte(page_to_pfn(user_page[i]), PAGE_SHARED));
	pte_unmap(pte);
	return true;
}

/* A directory with three pages of memory; tables from highmem or not. */
static bool build(bool from_highmem)
{
	highpte_before = highpte;
	pages_before = nr_pagetable_pages();
	highpte = from_highmem;
	pgd = pgd_alloc();
	if (!EXPECT(pgd != NULL))
		return false;
	for (unsigned int i = 0; i < USER_PAGES; i++)
		if (!map_user_page(i))
			return false;
	return true;
}

static void tear_down(void)
{
	free_pgtables(pgd);
	pgd_free(pgd);
	for (unsigned int i = 0; i < USER_PAGES; i++)
		__free_page(user_page[i]);
	highpte = highpte_before;
	EXPECT_EQ(nr_pagetable_pages(), pages_before);
}

static struct page *table_of(unsigned int i)
{
	return pmd_page(*pmd_alloc(pgd, user_address[i]));
}

/* qemu-system-i386 7.2 cuts a table's address to 32 bits; no hardware does. */
static bool cpu_reaches_the_tables(void)
{
	for (unsigned int i = 0; i < USER_PAGES; i++)
		if (page_to_phys(table_of(i)) >= GiB(4))
			return boot_cpu_data.phys_bits > WIDE_PHYSICAL;
	return true;
}

TEST(pgalloc, a_new_directory_is_where_cr3_can_take_it)
{
	ASSERT(build(false));
	EXPECT(IS_ALIGNED((unsigned long)pgd, PTRS_PER_PGD * sizeof(pgd_t)));
	EXPECT((unsigned long)pgd < (unsigned long)high_memory);
	tear_down();
}

TEST(pgalloc, the_kernel_half_is_the_kernel_s_own)
{
	const unsigned long addresses[] = {PAGE_OFFSET + LOAD_PHYSICAL_ADDR,
					   (unsigned long)high_memory - PMD_SIZE,
					   PKMAP_BASE, fix_to_virt(FIX_BTMAP_END)};
	struct pt_walk ours, kernels;

	pgd = pgd_alloc();
	ASSERT(pgd != NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(addresses); i++) {
		pt_walk(__pa(pgd), addresses[i], &ours);
		pt_walk(__pa(swapper_pg_dir), addresses[i], &kernels);
		EXPECT_EQ(ours.present, kernels.present);
		EXPECT_EQ(ours.phys, kernels.phys);
		EXPECT_EQ(ours.nr_levels, kernels.nr_levels);
	}
	pgd_free(pgd);
}

TEST(pgalloc, a_new_user_half_maps_nothing)
{
	struct pt_walk walk;
	pgd_t *empty = pgd_alloc();

	ASSERT(empty != NULL);
	for (unsigned long a = 0; a < TASK_SIZE; a += PMD_SIZE) {
		pt_walk(__pa(empty), a, &walk);
		if (!EXPECT(!walk.present && !walk.unreachable))
			break;
	}
	pgd_free(empty);
}

static void check_walks(void)
{
	struct pt_walk walk;

	for (unsigned int i = 0; i < USER_PAGES; i++) {
		pt_walk(__pa(pgd), user_address[i] + 0x123, &walk);
		EXPECT(walk.present && walk.user && walk.write && !walk.global);
		EXPECT_EQ(walk.phys, page_to_phys(user_page[i]) + 0x123);
		EXPECT_EQ(walk.level[walk.nr_levels - 1].where,
			  page_to_phys(table_of(i)) +
				  pte_index(user_address[i]) * sizeof(pte_t));
		EXPECT_EQ(walk.page_size, PAGE_SIZE);
	}
}

/* Write and read through the user addresses; each page's own frame must show it. */
static void use_through_cr3(void)
{
	unsigned long flags;
	u32 seen[USER_PAGES];

	for (unsigned int i = 0; i < USER_PAGES; i++)
		put_word(user_page[i], 1, 0xabc00000 + i);
	local_irq_save(flags);
	load_cr3(pgd);
	for (unsigned int i = 0; i < USER_PAGES; i++) {
		u32 word = 0x89600000 + i;

		seen[i] = 0;
		copy_from_kernel_nofault(&seen[i], (void *)(user_address[i] + 4), 4);
		copy_to_kernel_nofault((void *)user_address[i], &word, 4);
	}
	load_cr3(swapper_pg_dir);
	local_irq_restore(flags);
	for (unsigned int i = 0; i < USER_PAGES; i++) {
		EXPECT_EQ(seen[i], 0xabc00000 + i);
		EXPECT_EQ(get_word(user_page[i], 0), 0x89600000 + i);
	}
}

TEST(pgalloc, pages_mapped_by_tables_in_lowmem_can_be_used)
{
	ASSERT(build(false));
	for (unsigned int i = 0; i < USER_PAGES; i++)
		EXPECT(!PageHighMem(table_of(i)));
	check_walks();
	use_through_cr3();
	tear_down();
}

TEST(pgalloc, pages_mapped_by_tables_in_highmem_can_be_used)
{
	if (!nr_free_highpages())
		SKIP("no highmem on this machine");
	ASSERT(build(true));
	for (unsigned int i = 0; i < USER_PAGES; i++)
		EXPECT(PageHighMem(table_of(i)));
	ktest_printf("first table at %#llx\n",
		     (unsigned long long)page_to_phys(table_of(0)));
	check_walks();
	if (cpu_reaches_the_tables())
		use_through_cr3();
	else
		ktest_printf("above 4 GiB: not loaded into CR3 on this CPU\n");
	tear_down();
}

TEST(pgalloc, without_highmem_tables_come_from_lowmem_in_any_case)
{
	if (nr_free_highpages())
		SKIP("this machine has highmem");
	ASSERT(build(true));
	EXPECT(!PageHighMem(table_of(0)));
	check_walks();
	tear_down();
}

TEST(pgalloc, a_process_s_page_is_gone_when_the_kernel_s_cr3_is_back)
{
	u32 word;

	ASSERT(build(false));
	use_through_cr3();
	for (unsigned int i = 0; i < USER_PAGES; i++)
		EXPECT_EQ(copy_from_kernel_nofault(&word, (void *)user_address[i], 4),
			  -EFAULT);
	tear_down();
}

TEST(pgalloc, a_page_table_is_made_once)
{
	pmd_t *pmd, before;

	ASSERT(build(false));
	pmd = pmd_alloc(pgd, user_address[1]);
	before = *pmd;
	EXPECT_EQ(pte_alloc(pmd), 0);
	EXPECT_EQ(pmd_val(*pmd), pmd_val(before));
	tear_down();
}

TEST(pgalloc, two_page_tables_can_be_looked_at_side_by_side)
{
	pte_t *first, *second;

	ASSERT(build(nr_free_highpages() > 0));
	first = pte_offset_map(pmd_alloc(pgd, user_address[0]), user_address[0]);
	second = pte_offset_map_nested(pmd_alloc(pgd, user_address[1]), user_address[1]);
	EXPECT(first != second);
	EXPECT_EQ(pte_pfn(*first), page_to_pfn(user_page[0]));
	EXPECT_EQ(pte_pfn(*second), page_to_pfn(user_page[1]));
	pte_unmap_nested(second);
	pte_unmap(first);
	tear_down();
}

TEST(pgalloc, the_walk_gives_its_window_back)
{
	struct pt_walk walk;

	if (!nr_free_highpages())
		SKIP("no highmem on this machine");
	ASSERT(build(true));
	set_fixmap(FIX_PT_WALK, 0x5000);
	pt_walk(__pa(pgd), user_address[0], &walk);
	EXPECT(walk.present);
	EXPECT_EQ(pte_pfn(*fixmap_pte(fix_to_virt(FIX_PT_WALK))), 5);
	clear_fixmap(FIX_PT_WALK);
	pt_walk(__pa(pgd), user_address[0], &walk);
	EXPECT(!fixmap_used(FIX_PT_WALK));
	tear_down();
}

TEST(pgalloc, a_table_that_lies_outside_ram_is_not_followed)
{
	struct pt_walk walk;
	pmd_t *pmd, good;

	ASSERT(build(false));
	pmd = pmd_alloc(pgd, user_address[0]);
	good = *pmd;
	set_pmd(pmd, __pmd((pteval_t)PFN_PHYS(max_pfn) | _PAGE_TABLE));
	pt_walk(__pa(pgd), user_address[0], &walk);
	EXPECT(walk.unreachable && !walk.present);
	set_pmd(pmd, good);
	tear_down();
}

static void free_with_tables(void *unused)
{
	(void)unused;
	pgd_free(pgd);
}

static void free_the_one_in_use(void *unused)
{
	(void)unused;
	pgd_free(swapper_pg_dir);
}

TEST(pgalloc, a_directory_with_page_tables_left_is_not_freed)
{
	ASSERT(build(false));
	EXPECT_BUG(free_with_tables, NULL);
	EXPECT_BUG(free_the_one_in_use, NULL);
	tear_down();
}

static void ask_for_the_kernel_half(void *unused)
{
	(void)unused;
	pmd_alloc(pgd, PAGE_OFFSET);
}

TEST(pgalloc, a_middle_entry_of_the_kernel_half_is_not_handed_out)
{
	ASSERT(build(false));
	EXPECT_BUG(ask_for_the_kernel_half, NULL);
	tear_down();
}

/* The kernel half is a copy without PAE: take an entry out of it and touch. */
TEST(pgalloc, an_entry_that_a_copied_kernel_half_lacks_is_fetched_on_a_fault)
{
	const unsigned long address = fix_to_virt(FIX_BTMAP_END);
	unsigned long flags;
	pmd_t *pmd;
	u32 word = 0;

	if (PAGETABLE_LEVELS == 3)
		SKIP("with PAE the kernel half is shared");
	ASSERT(build(false));
	put_word(user_page[0], 0, 0x12345678);
	set_fixmap(FIX_BTMAP_END, page_to_phys(user_page[0]));
	pmd = pmd_offset(pud_offset(pgd_offset(pgd, address), address), address);
	pmd_clear(pmd);
	local_irq_save(flags);
	load_cr3(pgd);
	EXPECT_EQ(copy_from_kernel_nofault(&word, (void *)address, 4), 0);
	load_cr3(swapper_pg_dir);
	local_irq_restore(flags);
	EXPECT_EQ(word, 0x12345678);
	EXPECT(pmd_present(*pmd));
	clear_fixmap(FIX_BTMAP_END);
	tear_down();
}

TEST(pgalloc, an_address_that_nobody_maps_is_not_the_fault_of_the_copy)
{
	EXPECT(!vmalloc_fault(0x1000));
	EXPECT(!vmalloc_fault(VMALLOC_START - PAGE_SIZE));
	EXPECT(!vmalloc_fault(FIXADDR_TOP));
}

TEST(pgalloc, the_kernel_s_page_table_is_found_where_it_is)
{
	const unsigned long address = fix_to_virt(FIX_BTMAP_END);
	pmd_t *pmd = pmd_offset(pud_offset(pgd_offset_k(address), address), address);

	EXPECT_EQ(pte_alloc_kernel(pmd, address), fixmap_pte(address));
}

/* Directory and table of one address; false if memory was short, nothing kept. */
static bool make_one(void)
{
	pgd_t *one = pgd_alloc();
	int error;

	if (!one)
		return false;
	error = pte_alloc(pmd_alloc(one, user_address[1]));
	free_pgtables(one);
	pgd_free(one);
	return !error;
}

TEST(pgalloc, memory_that_is_short_is_said_and_nothing_is_kept)
{
	unsigned long n, before = nr_pagetable_pages();

	for (n = 1; n < 10; n++) {
		bool made;

		fault_inject_nth(n);
		made = make_one();
		if (fault_inject_cancel())
			break;
		EXPECT(!made);
		EXPECT_EQ(nr_pagetable_pages(), before);
	}
	EXPECT(n >= 2 && n < 10);
	failslab_nth(1);
	EXPECT(!make_one());
	EXPECT(!failslab_cancel());
	EXPECT_EQ(nr_pagetable_pages(), before);
}
