/* The checker of vmalloc: every area, the tree, the list, every page-table entry. */
#include "internal.h"

#include <lib/printk.h>
#include <mm/page_alloc.h>

static unsigned int complain(const struct vm_struct *area, const char *wrong)
{
	pr_err("vmalloc_check: area 0x%08lx-0x%08lx, flags %#lx, %s\n", area_start(area),
	       area_end(area), area->flags, wrong);
	return 1;
}

static unsigned int differs(const char *what, unsigned long found, unsigned long counted)
{
	if (found == counted)
		return 0;
	pr_err("vmalloc_check: %s: %lu found, %lu counted\n", what, found, counted);
	return 1;
}

/* ---- Positions ---- */

static const char *gaps_are_wrong(const struct vm_struct *area, unsigned long below)
{
	unsigned long largest = area->gap;

	if (area_start(area) < below)
		return "overlaps the one below";
	if (area->gap != area_start(area) - below)
		return "has a wrong gap";
	if (area->rb_node.rb_left)
		largest = max(largest, area_of(area->rb_node.rb_left)->subtree_gap);
	if (area->rb_node.rb_right)
		largest = max(largest, area_of(area->rb_node.rb_right)->subtree_gap);
	if (area->subtree_gap != largest)
		return "has a wrong largest gap";
	return NULL;
}

static const char *place_is_wrong(const struct vm_struct *area, unsigned long below,
                                  bool below_is_lazy)
{
	if (area != &vmap_end && (area->size <= GUARD_SIZE || area->size & ~PAGE_MASK ||
	                          area_start(area) & ~PAGE_MASK))
		return "is not of whole pages and a guard";
	if (below_is_lazy && area->flags & VM_LAZY && !area->gap)
		return "is lazy and touches a lazy one";
	return gaps_are_wrong(area, below);
}

static unsigned int check_places(void)
{
	const struct rb_node *node = rb_first(&vmap_root);
	unsigned int violations = rb_check(&vmap_root);
	unsigned long below = VMALLOC_START;
	const struct vm_struct *area;
	bool lazy = false;

	if (violations)
		pr_err("vmalloc_check: the tree has %u violations\n", violations);
	list_for_each_entry (area, &vmlist, list) {
		const char *wrong = place_is_wrong(area, below, lazy);

		if (wrong)
			violations += complain(area, wrong);
		if (node != &area->rb_node)
			violations += complain(area, "is not in the tree at its place");
		below = area_end(area);
		lazy = area->flags & VM_LAZY;
		node = node ? rb_next(node) : NULL;
	}
	violations += differs("nodes of the tree behind the last area", node != NULL, 0);
	return violations + differs("end of the last area", below, VMALLOC_END);
}

/* ---- Mappings ---- */

static unsigned long mapped_pfn(unsigned long address)
{
	const pte_t *pte = vmap_pte(address);

	return pte && pte_present(*pte) ? pte_pfn(*pte) : 0;
}

static const char *pages_are_wrong(const struct vm_struct *area)
{
	if (area->nr_pages << PAGE_SHIFT != area->size - GUARD_SIZE)
		return "has too few pages, or too many";
	for (unsigned int i = 0; i < area->nr_pages; i++) {
		unsigned long address = area_start(area) + ((unsigned long)i << PAGE_SHIFT);
		struct page *page = page_run(area, i)[0];

		if (mapped_pfn(address) != page_to_pfn(page))
			return "maps another page than its own";
		if (page_count(page) < 1)
			return "has a page that is free";
	}
	return NULL;
}

static const char *frames_are_wrong(const struct vm_struct *area)
{
	unsigned long pfn = PFN_DOWN(area->phys_addr);

	for (unsigned long a = area_start(area); a < area_guard(area); a += PAGE_SIZE)
		if (mapped_pfn(a) != pfn++)
			return "maps another frame than the device's";
	return NULL;
}

static const char *map_is_wrong(const struct vm_struct *area)
{
	for (unsigned long a = area_start(area); a < area_guard(area); a += PAGE_SIZE)
		if (!mapped_pfn(a))
			return "has a page that is not mapped";
	return NULL;
}

/* Addresses alone (get_vm_area) may be mapped by their owner or not. */
static const char *mapping_is_wrong(const struct vm_struct *area)
{
	if (area->flags & VM_UNINITIALIZED)
		return NULL;
	if (first_mapped(area_guard(area), area_end(area)) != area_end(area))
		return "has a guard page that is mapped";
	if (area->flags & VM_ALLOC)
		return pages_are_wrong(area);
	if (first_mapped(area_start(area), area_guard(area)) == area_guard(area))
		return NULL;
	return area->flags & VM_IOREMAP ? frames_are_wrong(area) : map_is_wrong(area);
}

static unsigned int check_mappings(void)
{
	unsigned long lazy_pages = 0, areas = 0;
	unsigned int violations = 0;
	const struct vm_struct *area;

	list_for_each_entry (area, &vmlist, list) {
		unsigned long hole = area_start(area) - area->gap, end = area_start(area);
		const char *wrong = NULL;

		if (area->flags & VM_LAZY) {
			lazy_pages += area->size >> PAGE_SHIFT;
			end = area_end(area);
		} else if (area != &vmap_end) {
			areas++;
			wrong = mapping_is_wrong(area);
		}
		if (first_mapped(hole, end) != end)
			wrong = "has something mapped below it, or is lazy and mapped";
		if (wrong)
			violations += complain(area, wrong);
	}
	violations += differs("lazy pages", lazy_pages, vmap_lazy_pages);
	return violations + differs("areas in use", areas, vmap_nr_areas);
}

static unsigned int check_purge_list(void)
{
	unsigned int violations = 0;
	const struct vm_struct *area;
	unsigned long pages = 0;

	list_for_each_entry (area, &vmap_purge_list, purge) {
		pages += area->size >> PAGE_SHIFT;
		if (!(area->flags & VM_LAZY))
			violations += complain(area, "waits for the flush and is in use");
	}
	return violations + differs("pages that wait for the flush", pages, vmap_lazy_pages);
}

unsigned int vmalloc_check(void)
{
	unsigned int violations;

	spin_lock(&vmap_lock);
	violations = check_places();
	if (!violations) /* else the walk may lead anywhere */
		violations = check_mappings() + check_purge_list();
	spin_unlock(&vmap_lock);
	return violations;
}
