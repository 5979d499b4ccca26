/* What is mapped for vmalloc and kmap, as the page tables have it. */
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/walk.h>
#include <lib/string.h>
#include <lib/vsprintf.h>
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

bool vmalloc_next_part(unsigned long after, struct window_part *part)
{
	return next_part(max(after, VMALLOC_START), VMALLOC_END, "mapped", part);
}

bool pkmap_next_part(unsigned long after, struct window_part *part)
{
	return next_part(max(after, PKMAP_BASE), PKMAP_END, "mapped", part);
}

unsigned long vmalloc_used_kb(void)
{
	return search(VMALLOC_START, VMALLOC_END).pages << (PAGE_SHIFT - 10);
}

unsigned int pkmap_used_slots(void)
{
	return (unsigned int)search(PKMAP_BASE, PKMAP_END).pages;
}
