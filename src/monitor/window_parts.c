/* What is in use of the windows of vmalloc and kmap, in words. */
#include <lib/vsprintf.h>
#include <mm/highmem.h>
#include <mm/vmalloc.h>
#include <monitor/window.h>

static const char *kind_of(const struct vm_area_view *area)
{
	if (area->flags & VM_IOREMAP)
		return "ioremap";
	if (area->flags & VM_ALLOC)
		return "vmalloc";
	return area->flags & VM_MAP ? "vmap" : "reserved";
}

static void describe_area(const struct vm_area_view *area, char *text, size_t size)
{
	if (area->lazy)
		snprintf(text, size, "given back, waits for a flush of the TLB");
	else if (area->flags & VM_IOREMAP)
		snprintf(text, size, "ioremap of %09llx by %pS",
		         (unsigned long long)area->phys, area->caller);
	else
		snprintf(text, size, "%s, %u page%s, by %pS", kind_of(area),
		         area->nr_pages, area->nr_pages == 1 ? "" : "s", area->caller);
}

bool vmalloc_next_part(unsigned long after, struct window_part *part)
{
	struct vm_area_view area;

	if (!vm_area_next(after, &area))
		return false;
	part->start = area.start;
	part->end = area.end;
	describe_area(&area, part->text, sizeof(part->text));
	return true;
}

static bool same_state(const struct pkmap_slot *a, const struct pkmap_slot *b)
{
	return !a->page == !b->page && (a->count > 1) == (b->count > 1);
}

/* Slots in use, or unused and not flushed: the last of those that follow `nr` and
 * are in the same state. users: of all of them. */
static unsigned int end_of_run(unsigned int nr, unsigned int *users)
{
	struct pkmap_slot first, slot;

	pkmap_get_slot(nr, &first);
	for (slot = first, *users = 0; same_state(&first, &slot);) {
		*users += slot.count - 1;
		if (++nr == LAST_PKMAP)
			break;
		pkmap_get_slot(nr, &slot);
	}
	return nr;
}

bool pkmap_next_part(unsigned long after, struct window_part *part)
{
	unsigned int nr = (unsigned int)((after - PKMAP_BASE) >> PAGE_SHIFT), end, users;
	struct pkmap_slot slot;

	for (; nr < LAST_PKMAP; nr++) {
		pkmap_get_slot(nr, &slot);
		if (slot.page)
			break;
	}
	if (nr >= LAST_PKMAP)
		return false;
	end = end_of_run(nr, &users);
	part->start = slot.address;
	part->end = slot.address + ((unsigned long)(end - nr) << PAGE_SHIFT);
	if (slot.count > 1)
		snprintf(part->text, sizeof(part->text), "%u slot%s in use, %u user%s",
		         end - nr, end - nr == 1 ? "" : "s", users, users == 1 ? "" : "s");
	else
		snprintf(part->text, sizeof(part->text), "%u slot%s unused, to be flushed",
		         end - nr, end - nr == 1 ? "" : "s");
	return true;
}

unsigned long vmalloc_used_kb(void)
{
	struct vmalloc_info info;

	get_vmalloc_info(&info);
	return info.used >> 10;
}

unsigned int pkmap_used_slots(void)
{
	struct pkmap_stats stats;

	pkmap_get_stats(&stats);
	return stats.used;
}
