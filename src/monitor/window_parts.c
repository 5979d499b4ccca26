/* What is in use of the windows of vmalloc and kmap, in words. */
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/walk.h>
#include <lib/string.h>
#include <lib/vsprintf.h>
#include <mm/vmalloc.h>
#include <monitor/window.h>

/* The first run of mapped pages in [after, limit) while the ranges pass by. */
struct search {
	unsigned long after, limit;
	unsigned long start, end; /* end 0: nothing found */
	unsigned long pages;      /* all that are mapped */
	bool closed;
};

static void look_at(const struct pt_range *range, void *arg)
{
	struct search *s = arg;
	unsigned long start = max(range->start, s->after);

	if (range->start >= s->limit || range->last < s->after)
		return;
	s->pages += (min(range->last, s->limit - 1) + 1 - start) >> PAGE_SHIFT;
	if (!s->end)
		s->start = start;
	else if (start != s->end)
		s->closed = true;
	if (!s->closed)
		s->end = min(range->last, s->limit - 1) + 1;
}

static struct search search(unsigned long after, unsigned long limit)
{
	struct search s = {.after = after, .limit = limit};

	pt_for_each_range(read_cr3(), look_at, &s);
	return s;
}

static bool next_part(unsigned long after, unsigned long limit, const char *what,
                      struct window_part *part)
{
	struct search s = search(after, limit);

	part->start = s.start;
	part->end = s.end;
	snprintf(part->text, sizeof(part->text), "%s", what);
	return s.end != 0;
}

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

bool pkmap_next_part(unsigned long after, struct window_part *part)
{
	return next_part(max(after, PKMAP_BASE), PKMAP_END, "mapped", part);
}

unsigned long vmalloc_used_kb(void)
{
	struct vmalloc_info info;

	get_vmalloc_info(&info);
	return info.used >> 10;
}

unsigned int pkmap_used_slots(void)
{
	return (unsigned int)search(PKMAP_BASE, PKMAP_END).pages;
}
