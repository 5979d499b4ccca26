/*
 * Reading the window without owning any of it: vread, which must not touch an
 * address that could fault or a device's register, and the figures for reporters.
 * vread reaches each page by its own address (kmap_atomic), not through the area's,
 * so it holds for areas that are being unmapped, and on a machine without an MMU.
 */
#include "internal.h"

#include <lib/string.h>
#include <mm/highmem.h>

static bool readable(const struct vm_struct *area)
{
	return area->flags & (VM_ALLOC | VM_MAP) && !(area->flags & VM_UNINITIALIZED);
}

/* Zeros where nothing is mapped. */
static void read_page(char *buf, unsigned long address, unsigned long bytes)
{
	struct page *page = vmalloc_to_page((void *)address);
	char *from;

	if (!page) {
		memset(buf, 0, bytes);
		return;
	}
	from = kmap_atomic(page);
	memcpy(buf, from + (address & ~PAGE_MASK), bytes);
	kunmap_atomic(from);
}

static void read_area(char *buf, unsigned long address, unsigned long end)
{
	while (address < end) {
		unsigned long stop = min((address | ~PAGE_MASK) + 1, end);

		read_page(buf, address, stop - address);
		buf += stop - address;
		address = stop;
	}
}

/* Zeros up to the area, then what is in it, as far as end. Returns where it came
 * to. */
static unsigned long read_up_to(const struct vm_struct *area, char *buf,
                                unsigned long address, unsigned long end)
{
	unsigned long hole_end = clamp(area_start(area), address, end);
	unsigned long stop = clamp(area_guard(area), hole_end, end);

	memset(buf, 0, hole_end - address);
	buf += hole_end - address;
	if (readable(area))
		read_area(buf, hole_end, stop);
	else
		memset(buf, 0, stop - hole_end);
	return stop;
}

long vread(char *buf, const char *addr, unsigned long count)
{
	unsigned long start = (unsigned long)addr, at = start;
	unsigned long end = count > -start - 1 ? -1UL : start + count;
	const struct vm_struct *area;

	spin_lock(&vmap_lock);
	list_for_each_entry (area, &vmlist, list) {
		if (area == &vmap_end || at == end)
			break;
		if (area->flags & VM_LAZY || area_guard(area) <= at)
			continue;
		at = read_up_to(area, buf + (at - start), at, end);
	}
	spin_unlock(&vmap_lock);
	return (long)(at - start);
}

void get_vmalloc_info(struct vmalloc_info *info)
{
	unsigned long hole_start = VMALLOC_START;
	const struct vm_struct *area;

	*info = (struct vmalloc_info){.total = VMALLOC_END - VMALLOC_START};
	spin_lock(&vmap_lock);
	list_for_each_entry (area, &vmlist, list) {
		if (area->flags & VM_LAZY) {
			info->lazy += area->size;
			info->nr_lazy++;
			continue;
		}
		info->largest_chunk =
		    max(info->largest_chunk, area_start(area) - hole_start);
		info->used += area->size;
		hole_start = area_end(area);
	}
	info->nr_areas = vmap_nr_areas;
	info->purges = vmap_purges;
	info->page_tables = vmap_page_tables;
	spin_unlock(&vmap_lock);
}
