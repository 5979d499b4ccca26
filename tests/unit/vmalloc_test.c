/*
 * vmalloc, vmap and the lazy end, by what they are made of: addresses, pages,
 * page-table entries. What it is like to touch them: kernel/vmalloc_test.c.
 */
#include "ktest.h"
#include "said.h"
#include "vmalloc_test.h"

#include <lib/vsprintf.h>
#include <mm/page_debug.h>
#include <mm/tlb.h>

static unsigned long flushes(void)
{
	return __get_cpu_var(tlb_counts)[TLB_VMALLOC].ranges;
}

/* ---- vmalloc ---- */

TEST(vmalloc, an_area_has_whole_pages_and_a_guard_page)
{
	void *addr = vmalloc(5000);
	struct vm_area_view area = view_of(addr);

	ASSERT(addr);
	EXPECT(is_vmalloc_addr(addr));
	EXPECT_EQ((unsigned long)addr % PAGE_SIZE, 0);
	EXPECT_EQ(area.end - area.start, 3 * PAGE_SIZE);
	EXPECT_EQ(area.nr_pages, 2);
	EXPECT_EQ(area.flags, VM_ALLOC);
	EXPECT(page_at(addr, 0) && page_at(addr, 1) && !page_at(addr, 2));
	EXPECT(page_at(addr, 0) != page_at(addr, 1));
	EXPECT_EQ(vmalloc_check(), 0);
	vfree(addr);
	EXPECT_EQ(vmalloc_check(), 0);
}

TEST(vmalloc, an_entry_is_the_kernel_s_and_holds_the_page_s_frame)
{
	void *addr = vmalloc(1);
	pte_t pte;

	ASSERT(addr);
	pte = *vmap_pte((unsigned long)addr);
	EXPECT_EQ(pte_val(pte) & PTE_FLAGS_MASK & ~_PAGE_ACCESSED & ~_PAGE_DIRTY,
	          __PAGE_KERNEL & __supported_pte_mask & ~_PAGE_ACCESSED & ~_PAGE_DIRTY);
	EXPECT_EQ(pte_pfn(pte), page_to_pfn(page_at(addr, 0)));
	EXPECT_EQ(vmalloc_to_pfn(addr), pte_pfn(pte));
	vfree(addr);
	EXPECT_EQ(vmalloc_to_pfn(addr), 0);
	EXPECT(!vmalloc_to_page(addr));
}

TEST(vmalloc, no_bytes_are_no_area)
{
	said_nothing_yet();
	EXPECT_EQ(vmalloc(0), NULL);
	EXPECT_EQ(vzalloc(0), NULL);
	EXPECT(!said("vmalloc"));
}

TEST(vmalloc, more_than_there_is_is_refused_with_a_message)
{
	const unsigned long sizes[] = {-1UL, -PAGE_SIZE, -PAGE_SIZE + 1,
	                               VMALLOC_END - VMALLOC_START,
	                               VMALLOC_END - VMALLOC_START - PAGE_SIZE + 1};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		said_nothing_yet();
		EXPECT_EQ(__vmalloc(sizes[i], GFP_TEST, PAGE_KERNEL), NULL);
		EXPECT(!said("vmalloc:"));
		EXPECT_EQ(vmalloc(sizes[i]), NULL);
		EXPECT_EQ(times_said("vmalloc:"), 1);
	}
	EXPECT_EQ(vmalloc_check(), 0);
}

TEST(vmalloc, addresses_that_there_are_not_are_refused_with_a_message)
{
	said_nothing_yet();
	EXPECT_EQ(get_vm_area(VMALLOC_END - VMALLOC_START, VM_MAP), NULL);
	EXPECT_EQ(times_said("use vmalloc=<size> to increase"), 1);
	EXPECT_EQ(get_vm_area(0, VM_MAP), NULL);
	EXPECT_EQ(get_vm_area(-1UL, VM_MAP), NULL);
	EXPECT_EQ(vmalloc_check(), 0);
}

TEST(vmalloc, pages_come_from_highmem_while_there_is_some)
{
	void *addr;

	if (nr_free_highpages() < 1000)
		SKIP("too little highmem");
	addr = vmalloc(3 * PAGE_SIZE);
	ASSERT(addr);
	for (unsigned long i = 0; i < 3; i++)
		EXPECT(PageHighMem(page_at(addr, i)));
	vfree(addr);
}

TEST(vmalloc, vmalloc_32_takes_lowmem_and_vmalloc_dma_what_isa_reaches)
{
	void *low = vmalloc_32(3 * PAGE_SIZE), *dma = vmalloc_dma(3 * PAGE_SIZE);

	ASSERT(low && dma);
	for (unsigned long i = 0; i < 3; i++) {
		EXPECT(!PageHighMem(page_at(low, i)));
		EXPECT(page_to_phys(page_at(dma, i)) < MAX_DMA_ADDRESS);
	}
	vfree(low);
	vfree(dma);
}

/* Pages that were written to, given back, and so likely to be taken next. */
static void dirty_some_pages(unsigned long nr)
{
	void *addr = vmalloc(nr << PAGE_SHIFT);

	ASSERT(addr);
	for (unsigned long i = 0; i < nr << PAGE_SHIFT; i += 64)
		poke(addr, i, 0xd1);
	vfree(addr);
}

static unsigned long bytes_set(const void *addr, unsigned long size)
{
	unsigned long set = 0;

	for (unsigned long i = 0; i < size; i++)
		set += peek(addr, i) != 0;
	return set;
}

TEST(vmalloc, vzalloc_and_vmalloc_user_clear)
{
	void *addr, *user;

	dirty_some_pages(6);
	addr = vzalloc(3 * PAGE_SIZE);
	user = vmalloc_user(3 * PAGE_SIZE);
	ASSERT(addr && user);
	EXPECT_EQ(bytes_set(addr, 3 * PAGE_SIZE), 0);
	EXPECT_EQ(bytes_set(user, 3 * PAGE_SIZE), 0);
	EXPECT_EQ(view_of(addr).flags, VM_ALLOC);
	EXPECT_EQ(view_of(user).flags, VM_ALLOC | VM_USERMAP);
	vfree(addr);
	vfree(user);
}

/* Behind the descriptor, kmalloc, vmalloc: 1024 pointers fill a page. */
TEST(vmalloc, the_array_of_pages_of_a_large_area_is_an_area_itself)
{
	const unsigned long per_page = PAGE_SIZE / sizeof(struct page *);
	const unsigned long pages[] = {VM_FEW_PAGES,        VM_FEW_PAGES + 1,
	                               VM_INLINE_PAGES,     VM_INLINE_PAGES + 1,
	                               per_page,            per_page + 1};
	const unsigned long areas[] = {1, 1, 1, 1, 1, 2};

	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		unsigned long before = vmalloc_info().nr_areas;
		void *addr = vmalloc(pages[i] << PAGE_SHIFT);

		ASSERT(addr);
		EXPECT_EQ(vmalloc_info().nr_areas - before, areas[i]);
		EXPECT_EQ(!!(view_of(addr).flags & VM_VPAGES), areas[i] == 2);
		EXPECT_EQ(view_of(addr).nr_pages, pages[i]);
		EXPECT_EQ(vmalloc_check(), 0);
		vfree(addr);
		EXPECT_EQ(vmalloc_info().nr_areas, before);
	}
}

static noinline void *take_here(void)
{
	void *addr = vmalloc(1);

	barrier(); /* or the compiler jumps there instead of calling */
	return addr;
}

#define CODE_BYTES 512 /* more than take_here has */

TEST(vmalloc, an_area_knows_who_asked_for_it)
{
	void *addr = take_here();
	unsigned long caller;

	ASSERT(addr);
	caller = (unsigned long)view_of(addr).caller;
	EXPECT(caller > (unsigned long)take_here &&
	       caller < (unsigned long)take_here + CODE_BYTES);
	vfree(addr);
}

/* ---- What a caller can get wrong ---- */

static void vfree_it(void *addr)
{
	vfree(addr);
}

static void vunmap_it(void *addr)
{
	vunmap(addr);
}

static void iounmap_it(void *addr)
{
	iounmap(addr);
}

TEST(vmalloc, freeing_null_does_nothing)
{
	vfree(NULL);
	vunmap(NULL);
	iounmap(NULL);
	EXPECT_EQ(vmalloc_check(), 0);
}

TEST(vmalloc, freeing_what_is_no_start_of_an_area_is_a_warning_with_the_address)
{
	char *addr = vmalloc(2 * PAGE_SIZE), text[40];

	ASSERT(addr);
	said_nothing_yet();
	EXPECT_WARNING(vfree_it, addr + PAGE_SIZE);
	snprintf(text, sizeof(text), "vfree: 0x%08lx", (unsigned long)addr + PAGE_SIZE);
	EXPECT(said(text));
	EXPECT_WARNING(vfree_it, addr + 1);
	EXPECT_WARNING(vfree_it, (void *)PAGE_OFFSET);
	EXPECT_WARNING(vfree_it, (void *)VMALLOC_END);
	EXPECT_WARNING(vfree_it, (void *)-1UL);
	EXPECT(page_at(addr, 0) && page_at(addr, 1));
	EXPECT_EQ(vmalloc_check(), 0);
	vfree(addr);
}

TEST(vmalloc, freeing_twice_is_a_warning)
{
	void *addr = vmalloc(1);

	ASSERT(addr);
	vfree(addr);
	EXPECT_WARNING(vfree_it, addr);
	vm_unmap_aliases();
	EXPECT_WARNING(vfree_it, addr);
	EXPECT_EQ(vmalloc_check(), 0);
}

TEST(vmalloc, what_is_not_ready_or_waits_for_the_flush_is_not_claimed)
{
	struct vm_struct *area = alloc_vm_area(&(struct vm_request){
		.size = PAGE_SIZE, .align = PAGE_SIZE, .gfp = GFP_TEST});
	void *addr = vmalloc(1);

	ASSERT(area && addr);
	EXPECT_EQ(claim_vm_area(area->addr, 0), NULL); /* in its making, or its giving back */
	discard_vm_area(area);
	vfree(addr);
	EXPECT_EQ(claim_vm_area(addr, 0), NULL);
}

TEST(vmalloc, an_area_is_given_back_the_way_it_was_taken)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *addr = vmalloc(1), *mapped = vmap(&page, 1, 0, PAGE_KERNEL);

	ASSERT(addr && mapped);
	EXPECT_WARNING(vunmap_it, addr);
	EXPECT_WARNING(iounmap_it, addr);
	EXPECT_WARNING(vfree_it, mapped);
	EXPECT_EQ(page_at(mapped, 0), page);
	EXPECT(page_at(addr, 0));
	vfree(addr);
	vunmap(mapped);
	__free_page(page);
}

TEST(vmalloc, an_interrupt_may_not_give_back)
{
	void *addr = vmalloc(1);

	ASSERT(addr);
	__get_cpu_var(preempt_count) += HARDIRQ_OFFSET;
	EXPECT_BUG(vfree_it, addr);
	EXPECT_BUG(vunmap_it, addr);
	__get_cpu_var(preempt_count) -= HARDIRQ_OFFSET;
	EXPECT(page_at(addr, 0));
	vfree(addr);
}

/* ---- Where areas go ---- */

TEST(vmalloc, the_lowest_gap_that_is_large_enough_is_taken)
{
	void *a[4], *same, *larger;

	vm_unmap_aliases();
	for (int i = 0; i < 4; i++)
		a[i] = take_addresses(3 * PAGE_SIZE);
	for (int i = 1; i < 4; i++)
		ASSERT(a[i] > a[i - 1]);
	remove_vm_area(a[1]);
	vm_unmap_aliases();
	larger = take_addresses(4 * PAGE_SIZE);
	same = take_addresses(3 * PAGE_SIZE);
	EXPECT_EQ(same, a[1]);
	EXPECT(larger > a[3]);
	EXPECT_EQ(vmalloc_check(), 0);
	EXPECT(remove_vm_area(a[0]) && remove_vm_area(a[2]) && remove_vm_area(a[3]) &&
	       remove_vm_area(same) && remove_vm_area(larger));
	EXPECT(!remove_vm_area(larger));
}

TEST(vmalloc, an_address_is_not_used_again_before_the_tlb_was_flushed)
{
	unsigned long before;
	void *first, *second;

	if (debug_pagealloc_enabled())
		SKIP("with debug_pagealloc each vfree flushes");
	vm_unmap_aliases();
	before = flushes();
	first = vmalloc(1);
	vfree(first);
	second = vmalloc(1);
	EXPECT(first && second && second != first);
	EXPECT_EQ(flushes(), before);
	vfree(second);
	vm_unmap_aliases();
	EXPECT_EQ(flushes(), before + 1);
	second = vmalloc(1);
	EXPECT_EQ(second, first);
	vfree(second);
	vm_unmap_aliases();
	EXPECT_EQ(flushes(), before + 2);
	vm_unmap_aliases();
	EXPECT_EQ(flushes(), before + 2); /* nothing was waiting */
}

TEST(vmalloc, too_many_lazy_pages_are_flushed_at_once)
{
	unsigned long half = lazy_max_pages() / 2 << PAGE_SHIFT, before;
	void *a, *b, *c;

	if (debug_pagealloc_enabled())
		SKIP("with debug_pagealloc each vfree flushes");
	vm_unmap_aliases();
	a = take_addresses(half - PAGE_SIZE); /* and its guard page */
	b = take_addresses(half - PAGE_SIZE);
	c = take_addresses(1);
	ASSERT(a && b && c);
	before = flushes();
	remove_vm_area(a);
	remove_vm_area(b);
	EXPECT_EQ(flushes(), before);
	EXPECT_EQ(vmalloc_info().lazy, 2 * half);
	remove_vm_area(c);
	EXPECT_EQ(flushes(), before + 1);
	EXPECT_EQ(vmalloc_info().lazy, 0);
	EXPECT_EQ(vmalloc_check(), 0);
}

TEST(vmalloc, lazy_addresses_are_flushed_when_there_are_no_others)
{
	unsigned long part = lazy_max_pages() << PAGE_SHIFT, nr = 0;
	void *parts[64], *again;

	if (debug_pagealloc_enabled())
		SKIP("with debug_pagealloc each vfree flushes");
	vm_unmap_aliases();
	while (nr < ARRAY_SIZE(parts) && (parts[nr] = take_addresses(part / 2)))
		nr++;
	if (nr == ARRAY_SIZE(parts)) {
		while (nr)
			remove_vm_area(parts[--nr]);
		SKIP("the window is too large");
	}
	ASSERT(nr > 2);
	remove_vm_area(parts[1]);
	EXPECT(vmalloc_info().lazy);
	again = take_addresses(part / 2);
	EXPECT_EQ(again, parts[1]);
	EXPECT_EQ(vmalloc_info().lazy, 0);
	EXPECT_EQ(vmalloc_check(), 0);
	while (nr)
		remove_vm_area(parts[--nr]);
}

TEST(vmalloc, lazy_neighbours_become_one)
{
	void *a[5];

	if (debug_pagealloc_enabled())
		SKIP("with debug_pagealloc each vfree flushes");
	vm_unmap_aliases();
	for (int i = 0; i < 5; i++)
		a[i] = vmalloc(1);
	vfree(a[0]);
	vfree(a[2]);
	EXPECT_EQ(vmalloc_info().nr_lazy, 2);
	EXPECT_EQ(vmalloc_check(), 0);
	vfree(a[1]); /* between two */
	EXPECT_EQ(vmalloc_info().nr_lazy, 1);
	EXPECT_EQ(vmalloc_info().lazy, 3 * 2 * PAGE_SIZE);
	vfree(a[4]);
	EXPECT_EQ(vmalloc_info().nr_lazy, 2);
	vfree(a[3]);
	EXPECT_EQ(vmalloc_info().nr_lazy, 1);
	EXPECT_EQ(vmalloc_check(), 0);
	EXPECT(view_of(a[0]).lazy && !view_of(a[0]).caller && !view_of(a[1]).start);
	vm_unmap_aliases();
	EXPECT_EQ(vmalloc_info().nr_lazy, 0);
}

TEST(vmalloc, used_lazy_and_free_make_up_the_window)
{
	struct vmalloc_info before, after;
	void *addr;

	vm_unmap_aliases();
	before = vmalloc_info();
	EXPECT_EQ(before.total, VMALLOC_END - VMALLOC_START);
	EXPECT_EQ(before.lazy, 0);
	addr = vmalloc(10 * PAGE_SIZE);
	ASSERT(addr);
	after = vmalloc_info();
	EXPECT_EQ(after.used - before.used, 11 * PAGE_SIZE);
	EXPECT(after.largest_chunk <= before.largest_chunk);
	vfree(addr);
	EXPECT_EQ(vmalloc_info().used, before.used);
	EXPECT_EQ(vmalloc_info().largest_chunk, before.largest_chunk);
}

/* ---- vmap ---- */

TEST(vmalloc, vmap_shows_pages_in_the_caller_s_order)
{
	struct page *page[3], *order[4];
	void *addr;

	for (int i = 0; i < 3; i++)
		page[i] = alloc_page(GFP_TEST);
	order[0] = order[3] = page[2];
	order[1] = page[0];
	order[2] = page[1];
	addr = vmap(order, 4, VM_USERMAP, PAGE_KERNEL_RO);
	ASSERT(addr);
	for (unsigned long i = 0; i < 4; i++)
		EXPECT_EQ(page_at(addr, i), order[i]);
	EXPECT(!pte_write(*vmap_pte((unsigned long)addr)));
	EXPECT_EQ(view_of(addr).flags, VM_MAP | VM_USERMAP);
	EXPECT_EQ(vmalloc_check(), 0);
	vunmap(addr);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(page_count(page[i]), 1);
		__free_page(page[i]);
	}
}

TEST(vmalloc, vmap_refuses_no_pages_and_more_than_ram_has)
{
	struct page *page = NULL;

	EXPECT_EQ(vmap(&page, 0, 0, PAGE_KERNEL), NULL);
	EXPECT_EQ(vmap(&page, (unsigned int)nr_managed_pages() + 1, 0, PAGE_KERNEL), NULL);
	EXPECT_EQ(vmap(&page, -1U, 0, PAGE_KERNEL), NULL);
	EXPECT_EQ(vmap(&page, 1U << 20, 0, PAGE_KERNEL), NULL); /* 4 GiB wraps to 0 */
}

/* ---- vread ---- */

#define VREAD_BYTES (4 * PAGE_SIZE)

static char vread_text[VREAD_BYTES + 1];

TEST(vmalloc, vread_copies_areas_and_reads_holes_and_guards_as_zeros)
{
	char *a, *b;
	unsigned long span;

	vm_unmap_aliases();
	a = vmalloc(PAGE_SIZE);
	b = vmalloc(PAGE_SIZE);
	ASSERT(a && b == a + 2 * PAGE_SIZE);
	poke(a, 0, 'a');
	poke(a, PAGE_SIZE - 1, 'z');
	poke(b, 0, 'B');
	poke(b, 1, 'b');
	memset(vread_text, '?', sizeof(vread_text));
	span = 2 * PAGE_SIZE + 1;
	EXPECT_EQ(vread(vread_text, a, span), span);
	EXPECT_EQ(vread_text[0], 'a');
	EXPECT_EQ(vread_text[PAGE_SIZE - 1], 'z');
	for (unsigned long i = PAGE_SIZE; i < 2 * PAGE_SIZE; i++)
		EXPECT_EQ(vread_text[i], 0);
	EXPECT_EQ(vread_text[2 * PAGE_SIZE], 'B');
	EXPECT_EQ(vread_text[span], '?');
	vfree(a);
	EXPECT_EQ(vread(vread_text, a + 1, span), span);
	EXPECT_EQ(vread_text[0], 0);
	EXPECT_EQ(vread_text[2 * PAGE_SIZE], 'b');
	vfree(b);
}

TEST(vmalloc, vread_ends_with_the_last_area)
{
	char *last = NULL;
	struct vm_area_view area = {.end = 0};

	vm_unmap_aliases();
	last = vmalloc(PAGE_SIZE);
	ASSERT(last);
	while (vm_area_next(area.end, &area))
		ASSERT(area.start <= (unsigned long)last);
	EXPECT_EQ(vread(vread_text, last, VREAD_BYTES), PAGE_SIZE);
	EXPECT_EQ(vread(vread_text, last + 100, VREAD_BYTES), PAGE_SIZE - 100);
	EXPECT_EQ(vread(vread_text, last + PAGE_SIZE, 10), 0);
	EXPECT_EQ(vread(vread_text, last, 0), 0);
	EXPECT_EQ(vread(vread_text, (char *)-10UL, 100), 0);
	vfree(last);
	EXPECT_EQ(vread(vread_text, last, VREAD_BYTES), 0);
}

/* ---- The checker ---- */

/* Whether it complains while a number is one too large, and is content after. */
static bool notices(unsigned long *number)
{
	bool complains;

	++*number;
	complains = vmalloc_check() != 0;
	--*number;
	return complains && vmalloc_check() == 0;
}

TEST(vmalloc, the_checker_notices_a_wrong_gap_or_count)
{
	void *low = vmalloc(1), *addr = vmalloc(1);
	struct vm_struct *area = descriptor_of(addr);

	ASSERT(low && area);
	EXPECT(notices(&area->gap));
	EXPECT(notices(&area->subtree_gap));
	EXPECT(notices(&area->size));
	EXPECT(notices(&vmap_end.subtree_gap));
	EXPECT(notices(&vmap_lazy_pages));
	EXPECT(notices(&vmap_nr_areas));
	list_move(&area->list, &vmlist);
	EXPECT(vmalloc_check());
	list_move(&area->list, &descriptor_of(low)->list);
	EXPECT_EQ(vmalloc_check(), 0);
	vfree(low);
	vfree(addr);
}

TEST(vmalloc, the_checker_notices_what_should_not_be_mapped)
{
	char *addr = vmalloc(2 * PAGE_SIZE);
	unsigned long start = (unsigned long)addr;
	pte_t own, other;

	ASSERT(addr);
	own = *vmap_pte(start);
	other = *vmap_pte(start + PAGE_SIZE);
	set_pte(vmap_pte(start + 2 * PAGE_SIZE), own); /* the guard */
	EXPECT(vmalloc_check());
	pte_clear(vmap_pte(start + 2 * PAGE_SIZE));
	set_pte(vmap_pte(start), other);
	EXPECT(vmalloc_check());
	pte_clear(vmap_pte(start));
	EXPECT(vmalloc_check());
	set_pte(vmap_pte(start), own);
	EXPECT_EQ(vmalloc_check(), 0);
	vfree(addr);
	set_pte(vmap_pte(start), own); /* lazy, or free */
	EXPECT(vmalloc_check());
	pte_clear(vmap_pte(start));
	vm_unmap_aliases();
	EXPECT_EQ(vmalloc_check(), 0);
}
