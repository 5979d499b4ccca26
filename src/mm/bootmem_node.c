/*
 * bootmem on the one node that there is: lowmem, as mm/boot_allocator.c asks for it.
 */
#include <mm/bootmem.h>
#include <mm/page_alloc.h>

struct bootmem_data contig_bootmem_data;

unsigned long init_bootmem(unsigned long mapstart_pfn, unsigned long end_pfn)
{
	return init_bootmem_core(&contig_bootmem_data, mapstart_pfn, 0, end_pfn);
}

static void bitmap_free(phys_addr_t addr, phys_addr_t size)
{
	free_bootmem_core(&contig_bootmem_data, addr, size);
}

static int bitmap_reserve(phys_addr_t addr, phys_addr_t size, int flags)
{
	return reserve_bootmem_core(&contig_bootmem_data, addr, size, flags);
}

static bool bitmap_place(const struct bootmem_request *req, phys_addr_t *addr)
{
	return bootmem_place(&contig_bootmem_data, req, addr);
}

static void release_to_page_allocator(unsigned long pfn, unsigned int order)
{
	__free_pages_bootmem(pfn_to_page(pfn), order);
}

static unsigned long bitmap_free_all(void)
{
	return free_all_bootmem_core(&contig_bootmem_data, release_to_page_allocator);
}

static unsigned long bitmap_free_pages(void)
{
	return bootmem_nr_free(&contig_bootmem_data);
}

static unsigned long bitmap_longest_run(void)
{
	return bootmem_largest_run(&contig_bootmem_data);
}

static unsigned int bitmap_check(void)
{
	return bootmem_check_core(&contig_bootmem_data);
}

const struct boot_allocator bitmap_allocator = {
    .name = "bitmap",
    .free = bitmap_free,
    .reserve = bitmap_reserve,
    .place = bitmap_place,
    .free_all = bitmap_free_all,
    .free_pages = bitmap_free_pages,
    .longest_run = bitmap_longest_run,
    .check = bitmap_check,
};
