/*
 * bootmem's callers served by memblock: every function of mm/bootmem.h's first
 * part, made of calls to memblock's. Linux had a file of this name and purpose
 * from 2.6.39 to 4.19.
 *
 * What a caller of the bitmap relies on holds here: reservations are whole pages,
 * a range freed twice or a call too late is a BUG, a goal gives way when it
 * cannot be met. Two things differ: the last place that fits is taken instead of
 * the first, except below a limit of the request's own (page tables would split
 * the last large block of ISA DMA's memory); and small allocations lie as close as
 * their alignment allows.
 */
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/util.h>
#include <mm/bootmem.h>
#include <mm/memblock.h>

/* What a caller may name while memblock is in service. */
static void check_range(phys_addr_t addr, phys_addr_t size)
{
	BUG_ON(!memblock_get_current_limit());
	BUG_ON(size == 0);
	BUG_ON(addr + size < addr);
}

static void memblock_free_range(phys_addr_t addr, phys_addr_t size)
{
	phys_addr_t start, end;
	bool reserved = false;
	u64 i;

	check_range(addr, size);
	/* Reservations that touch are one: all of it is in one, or was free. */
	for_each_reserved_mem_range (i, &start, &end)
		if (start <= addr && addr + size <= end)
			reserved = true;
	BUG_ON(!reserved);
	BUG_ON(memblock_phys_free(addr, size));
}

static int memblock_reserve_pages(phys_addr_t addr, phys_addr_t size, int flags)
{
	phys_addr_t start = ALIGN_DOWN(addr, PAGE_SIZE);
	phys_addr_t bytes = PAGE_ALIGN(addr + size) - start;

	check_range(addr, size);
	if ((flags & BOOTMEM_EXCLUSIVE) && memblock_is_region_reserved(start, bytes))
		return -EBUSY;
	return memblock_reserve(start, bytes);
}

static bool memblock_place(const struct bootmem_request *req, phys_addr_t *addr)
{
	phys_addr_t limit = memblock_get_current_limit();
	bool bottom_up = memblock_bottom_up();

	BUG_ON(!limit);
	BUG_ON(req->size == 0);
	if (req->limit) {
		limit = min(limit, req->limit);
		memblock_set_bottom_up(true);
	}
	*addr = memblock_phys_alloc_range(req->size, req->align, req->goal, limit);
	if (!*addr && req->goal)
		*addr = memblock_phys_alloc_range(req->size, req->align, 0, limit);
	memblock_set_bottom_up(bottom_up);
	return *addr != 0;
}

/* Whole free pages below the limit: all of them, and in the longest run. */
static void count_free_pages(unsigned long *all, unsigned long *longest)
{
	phys_addr_t start, end, limit = memblock_get_current_limit();
	u64 i;

	*all = *longest = 0;
	for_each_free_mem_range (i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL) {
		unsigned long start_pfn = PFN_UP(start);
		unsigned long end_pfn = PFN_DOWN(min(end, limit));

		if (start_pfn >= end_pfn)
			continue;
		*all += end_pfn - start_pfn;
		*longest = max(*longest, end_pfn - start_pfn);
	}
}

static unsigned long memblock_free_pages(void)
{
	unsigned long all, longest;

	count_free_pages(&all, &longest);
	return all;
}

static unsigned long memblock_longest_run(void)
{
	unsigned long all, longest;

	count_free_pages(&all, &longest);
	return longest;
}

const struct boot_allocator memblock_allocator = {
    .name = "memblock",
    .free = memblock_free_range,
    .reserve = memblock_reserve_pages,
    .place = memblock_place,
    .free_all = memblock_free_all,
    .free_pages = memblock_free_pages,
    .longest_run = memblock_longest_run,
    .check = memblock_check,
};
