/*
 * vmalloc with a CPU behind it: what is written through an area is where it should
 * be, what is no area faults, and the TLB keeps nothing.
 */
#include "../vmalloc_test.h"
#include "ktest.h"

#include <asm/processor.h>
#include <asm/uaccess.h>
#include <asm/walk.h>
#include <kernel/kthread.h>
#include <lib/vsprintf.h>
#include <mm/page_debug.h>
#include <mm/tlb.h>

#define NR_AREAS 200
#define MAX_SIZE (6 * PAGE_SIZE)

/* The reset vector: where every PC's BIOS begins, with a far jump. */
#define RESET_VECTOR 0xfffffff0UL
#define FAR_JUMP     0xea

static bool can_read(const void *addr)
{
	u8 byte;

	return copy_from_kernel_nofault(&byte, addr, 1) == 0;
}

static bool can_write(void *addr)
{
	u8 byte = 0x11;

	return copy_to_kernel_nofault(addr, &byte, 1) == 0;
}

TEST(vmalloc, what_is_written_through_the_area_is_in_its_pages)
{
	unsigned long size = 5 * PAGE_SIZE;
	u8 *addr = vmalloc(size);
	unsigned long wrong = 0;

	ASSERT(addr);
	for (unsigned long i = 0; i < size; i++)
		addr[i] = (u8)(i * 7 + (i >> PAGE_SHIFT));
	for (unsigned long i = 0; i < size; i += 61)
		wrong += peek(addr, i) != (u8)(i * 7 + (i >> PAGE_SHIFT));
	poke(addr, 3 * PAGE_SIZE - 1, 0xab);
	EXPECT_EQ(wrong, 0);
	EXPECT_EQ(addr[3 * PAGE_SIZE - 1], 0xab);
	vfree(addr);
}

TEST(vmalloc, a_word_may_lie_across_two_pages)
{
	char *addr = vmalloc(2 * PAGE_SIZE);
	volatile u32 *word = (u32 *)(addr + PAGE_SIZE - 2);

	ASSERT(addr);
	*word = 0x44332211;
	EXPECT_EQ(peek(addr, PAGE_SIZE - 1), 0x22);
	EXPECT_EQ(peek(addr, PAGE_SIZE), 0x33);
	vfree(addr);
}

TEST(vmalloc, the_guard_page_faults)
{
	char *addr;

	vm_unmap_aliases();
	addr = vmalloc(2 * PAGE_SIZE);
	ASSERT(addr);
	EXPECT(can_read(addr) && can_read(addr + 2 * PAGE_SIZE - 1));
	EXPECT(can_write(addr + 2 * PAGE_SIZE - 1));
	EXPECT(!can_read(addr + 2 * PAGE_SIZE));
	EXPECT(!can_read(addr + 3 * PAGE_SIZE - 1));
	EXPECT(!can_write(addr + 2 * PAGE_SIZE));
	vfree(addr);
}

TEST(vmalloc, between_two_areas_is_a_page_that_faults)
{
	char *a, *b;

	vm_unmap_aliases();
	a = vmalloc(PAGE_SIZE);
	b = vmalloc(PAGE_SIZE);
	ASSERT(a && b);
	EXPECT(!can_read(a + PAGE_SIZE) && !can_read(b - 1));
	vfree(a);
	vfree(b);
}

#define MARK 0x5a

/* A pmd that is empty, taken for one that is not, leads to frame 0, which nobody needs
 * any more: the BIOS's interrupt table. */
TEST(vmalloc, addresses_without_a_page_table_are_unmapped_without_harm)
{
	static u8 before[PAGE_SIZE];
	unsigned long size = vmalloc_info().largest_chunk - PAGE_SIZE, wrong = 0;
	u8 *addr = take_addresses(size), *frame_0 = __va(0);

	ASSERT(addr);
	if (vmap_page_tables >= size / PMD_SIZE) {
		remove_vm_area(addr);
		SKIP("a small window: it may have all its page tables");
	}
	memcpy(before, frame_0, PAGE_SIZE);
	memset(frame_0, MARK, PAGE_SIZE);
	unmap_range((unsigned long)addr, (unsigned long)addr + size);
	for (unsigned long i = 0; i < PAGE_SIZE; i++)
		wrong += frame_0[i] != MARK;
	EXPECT_EQ(wrong, 0);
	memcpy(frame_0, before, PAGE_SIZE);
	remove_vm_area(addr);
}

TEST(vmalloc, what_was_given_back_faults_after_the_flush)
{
	unsigned long pages = 40; /* more than the TLB is flushed page by page for */
	volatile char *addr = vmalloc(pages << PAGE_SHIFT);
	unsigned long readable = 0;

	ASSERT(addr);
	for (unsigned long i = 0; i < pages; i++)
		addr[i << PAGE_SHIFT] = 1; /* into the TLB */
	vfree((const void *)addr);
	vm_unmap_aliases();
	for (unsigned long i = 0; i < pages; i++)
		readable += can_read((const char *)addr + (i << PAGE_SHIFT));
	EXPECT_EQ(readable, 0);
}

/* Other areas lie between them. */
TEST(vmalloc, one_flush_reaches_all_areas_that_wait)
{
	const struct tlb_count *count = &__get_cpu_var(tlb_counts)[TLB_VMALLOC];
	char *area[5];
	unsigned long before;

	if (debug_pagealloc_enabled())
		SKIP("with debug_pagealloc each vfree flushes");
	vm_unmap_aliases();
	for (int i = 0; i < 5; i++) {
		area[i] = vmalloc(1);
		ASSERT(area[i]);
		*area[i] = 1; /* into the TLB */
	}
	before = count->ranges;
	vfree(area[2]);
	vfree(area[0]);
	vfree(area[4]);
	EXPECT_EQ(count->ranges, before);
	vm_unmap_aliases();
	EXPECT_EQ(count->ranges, before + 1);
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(can_read(area[i]), i % 2);
	vfree(area[1]);
	vfree(area[3]);
}

/* With tlb=check each purge looks by itself whether its areas can be read. */
TEST(vmalloc, no_flush_is_forgotten)
{
	bool before = tlb_check;
	u64 state = ktest_seed();

	tlb_check = true;
	for (int i = 0; i < 200 && !ktest_failed(); i++) {
		u32 pages = ktest_random_below(&state, 50) + 1;
		char *addr = vmalloc(pages << PAGE_SHIFT);

		ASSERT(addr);
		for (u32 n = 0; n < pages; n++)
			addr[n << PAGE_SHIFT] = (char)n;
		vfree(addr);
		if (i % 10 == 0)
			vm_unmap_aliases();
	}
	vm_unmap_aliases();
	tlb_check = before;
	EXPECT_EQ(vmalloc_check(), 0);
}

static void fill_words(u32 *words, unsigned long size, u32 value)
{
	for (unsigned long i = 0; i < size / sizeof(*words); i++)
		words[i] = value + (u32)i;
}

static unsigned long wrong_words(const u32 *words, unsigned long size, u32 value)
{
	unsigned long wrong = 0;

	for (unsigned long i = 0; i < size / sizeof(*words); i++)
		wrong += words[i] != value + (u32)i;
	return wrong;
}

/* Each area's contents are its own, while others come and go. */
TEST(vmalloc, no_two_areas_share_a_byte)
{
	static struct {
		u32 *words;
		unsigned long size;
		u32 value;
	} areas[NR_AREAS];
	u64 state = ktest_seed();

	for (int i = 0; i < 4 * NR_AREAS && !ktest_failed(); i++) {
		u32 n = ktest_random_below(&state, NR_AREAS);

		if (areas[n].words)
			EXPECT_EQ(wrong_words(areas[n].words, areas[n].size,
			                      areas[n].value), 0);
		vfree(areas[n].words);
		areas[n].size = ktest_random_below(&state, MAX_SIZE) + sizeof(u32);
		areas[n].words = vmalloc(areas[n].size);
		ASSERT(areas[n].words);
		areas[n].value = (u32)ktest_random(&state);
		fill_words(areas[n].words, areas[n].size, areas[n].value);
	}
	EXPECT_EQ(vmalloc_check(), 0);
	for (int n = 0; n < NR_AREAS; n++) {
		EXPECT_EQ(wrong_words(areas[n].words, areas[n].size, areas[n].value), 0);
		vfree(areas[n].words);
		areas[n].words = NULL;
		areas[n].size = 0;
	}
}

TEST(vmalloc, an_area_is_written_and_not_executed)
{
	void *addr = vmalloc(1);
	struct pt_walk walk;

	ASSERT(addr);
	pt_walk(read_cr3(), (unsigned long)addr, &walk);
	EXPECT(walk.present && walk.write && !walk.user);
	EXPECT_EQ(walk.phys, page_to_phys(vmalloc_to_page(addr)));
	EXPECT_EQ(walk.page_size, PAGE_SIZE);
	EXPECT_EQ(walk.exec, !(__supported_pte_mask & _PAGE_NX));
	vfree(addr);
}

TEST(vmalloc, one_page_mapped_twice_shows_the_same_bytes)
{
	struct page *page = alloc_page(GFP_TEST), *twice[2] = {page, page};
	volatile u8 *addr = vmap(twice, 2, 0, PAGE_KERNEL);

	ASSERT(addr);
	addr[10] = 0x5e;
	EXPECT_EQ(addr[PAGE_SIZE + 10], 0x5e);
	addr[PAGE_SIZE + 11] = 0x5f;
	EXPECT_EQ(addr[11], 0x5f);
	vunmap((const void *)addr);
	__free_page(page);
}

TEST(vmalloc, a_read_only_mapping_cannot_be_written)
{
	struct page *page = alloc_page(GFP_TEST);
	void *addr = vmap(&page, 1, 0, PAGE_KERNEL_RO);

	ASSERT(addr);
	EXPECT(can_read(addr) && !can_write(addr));
	vunmap(addr);
	__free_page(page);
}

TEST(vmalloc, vread_sees_what_was_written)
{
	char text[16], *addr = vmalloc(2 * PAGE_SIZE);

	ASSERT(addr);
	memcpy(addr + PAGE_SIZE - 5, "across here", 12);
	EXPECT_EQ(vread(text, addr + PAGE_SIZE - 5, 12), 12);
	EXPECT_STR(text, "across here");
	vfree(addr);
}

TEST(vmalloc_ioremap, the_bios_can_be_read_where_the_cpu_starts)
{
	volatile u8 *rom = ioremap(RESET_VECTOR, 16);

	ASSERT(rom);
	EXPECT_EQ(rom[0], FAR_JUMP);
	EXPECT_EQ(rom[0], *(u8 *)__va(RESET_VECTOR & (BIOS_END - 1)));
	iounmap((const void *)rom);
	vm_unmap_aliases();
	EXPECT(!can_read((const void *)rom));
}

static noinline void *taken_by_this_function(void)
{
	void *addr = vmalloc(1);

	barrier();
	return addr;
}

TEST(vmalloc, the_caller_has_a_name)
{
	void *addr = taken_by_this_function();
	char name[80];

	ASSERT(addr);
	snprintf(name, sizeof(name), "%pS", view_of(addr).caller);
	name[strlen("taken_by_this_function+0x")] = '\0';
	EXPECT_STR(name, "taken_by_this_function+0x");
	vfree(addr);
}

/* ---- Several threads at a time ---- */

#define NR_WORKERS 4
#define ROUNDS     150

/* Takes, fills, lets others run, looks, gives back; returns how often it found
 * something else than it wrote. */
static int work(void *data)
{
	u64 state = ktest_seed() + (unsigned long)data;
	int wrong = 0;

	for (int i = 0; i < ROUNDS; i++) {
		unsigned long size = ktest_random_below(&state, MAX_SIZE) + sizeof(u32);
		u32 value = (u32)ktest_random(&state);
		u32 *words = vmalloc(size);

		if (!words)
			return -1;
		fill_words(words, size, value);
		yield();
		wrong += wrong_words(words, size, value) != 0;
		vfree(words);
		if (i % 16 == 0)
			vm_unmap_aliases();
	}
	return wrong;
}

TEST(vmalloc, threads_do_not_disturb_one_another)
{
	struct task_struct *workers[NR_WORKERS];
	unsigned long areas = vmalloc_info().nr_areas;

	for (unsigned long i = 0; i < NR_WORKERS; i++) {
		workers[i] = kthread_run(work, (void *)i, "vmalloc/%lu", i);
		ASSERT(workers[i]);
	}
	for (int i = 0; i < NR_WORKERS * ROUNDS; i++)
		yield();
	for (int i = 0; i < NR_WORKERS; i++)
		EXPECT_EQ(kthread_stop(workers[i]), 0);
	EXPECT_EQ(vmalloc_info().nr_areas, areas);
	EXPECT_EQ(vmalloc_check(), 0);
}
