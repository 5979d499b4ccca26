/*
 * The areas of the vmalloc window: which addresses are taken, where there is room,
 * and what happens to addresses that are given back.
 *
 * All areas, in use or lazily freed, hang in a red-black tree by address. Each
 * knows the gap of free bytes right below it, and the largest gap of its subtree:
 * so the lowest gap that is large enough is found on one way down from the root,
 * in O(log n) (Cormen et al., "Introduction to Algorithms", ch. 14, augmented
 * trees). An empty area at the end of the window holds the last gap, so that the
 * tree always has a root and each area a successor. The same areas form a list by
 * address, the book's vmlist; with it neighbours are known without a search.
 *
 * An area that is given back stays where it is, marked lazy, and melts together
 * with lazy neighbours; when lazily freed pages exceed lazy_max_pages, or no gap
 * is found, one flush of the TLB makes all of them gaps. Linux does the same since
 * 2.6.28, but keeps each lazy area by itself. 2.6.24 searches the list from the
 * start, O(n), and flushes at each vfree.
 *
 * An alignment above a page (ioremap's) is met by a gap that is larger by it; only
 * if there is no such gap, all gaps are tried in turn.
 *
 * Invariants (vmalloc_check): list and tree agree, areas do not overlap and lie in
 * the window, gaps and largest gaps are right, no two lazy areas touch, the counts
 * are those of the areas.
 */
#include "internal.h"

#include <lib/printk.h>
#include <mm/page_debug.h>
#include <mm/slab.h>
#include <mm/tlb.h>
#include <sched/sched.h>

#define LAZY_MAX_BYTES MiB(32) /* Linux's for one CPU; at most this part: */
#define LAZY_MAX_PART  4

DEFINE_SPINLOCK(vmap_lock);
LIST_HEAD(vmlist);
struct rb_root vmap_root;
struct vm_struct vmap_end;
LIST_HEAD(vmap_purge_list);
unsigned long vmap_lazy_pages, vmap_nr_areas, vmap_purges;
unsigned long vmap_nodes_visited;

static unsigned long lazy_max;

#ifdef CONFIG_DEBUG
static inline void count_visit(void)
{
	vmap_nodes_visited++;
}
#else
static inline void count_visit(void)
{
}
#endif

/* ---- The tree ---- */

static inline unsigned long subtree_gap(const struct rb_node *node)
{
	return node ? area_of(node)->subtree_gap : 0;
}

static inline bool update_gap(struct rb_node *node)
{
	struct vm_struct *area = area_of(node);
	unsigned long largest = area->gap, before = area->subtree_gap;

	count_visit();
	/* LAB 8.2 BEGIN
	 * largest: of the gaps of this area and of the two subtrees below it.
	 * START WITH
	 */
	if (node->rb_left && area_of(node->rb_left)->subtree_gap > largest)
		largest = area_of(node->rb_left)->subtree_gap;
	if (node->rb_right && area_of(node->rb_right)->subtree_gap > largest)
		largest = area_of(node->rb_right)->subtree_gap;
	/* LAB 8.2 END */
	area->subtree_gap = largest;
	return largest != before;
}

/* LAB 8.2 BEGIN
 * The area above the lowest gap of length bytes, or NULL: down from the root, by
 * subtree_gap.
 * START WITH
 * static struct vm_struct *lowest_gap(unsigned long length)
 * {
 *	return vmap_end.gap >= length ? &vmap_end : NULL;
 * }
 */
/* The area above the lowest gap of length bytes. */
static struct vm_struct *lowest_gap(unsigned long length)
{
	struct rb_node *node = vmap_root.rb_node;

	if (subtree_gap(node) < length)
		return NULL;
	for (;;) {
		count_visit();
		if (subtree_gap(node->rb_left) >= length)
			node = node->rb_left;
		else if (area_of(node)->gap >= length)
			return area_of(node);
		else
			node = node->rb_right;
	}
}
/* LAB 8.2 END */

/* LAB 8.2 BEGIN
 * The area above the lowest gap that has room for length bytes wherever it begins;
 * failing that, above the lowest that has, by where it does begin.
 * START WITH
 * static struct vm_struct *find_gap(unsigned long length, unsigned long align)
 * {
 *	return lowest_gap(length + (align - PAGE_SIZE));
 * }
 */
static unsigned long place_in_gap(const struct vm_struct *above, unsigned long align)
{
	return ALIGN(area_start(above) - above->gap, align);
}

/* All gaps in turn: one may fit by the luck of where it begins. */
static struct vm_struct *lowest_aligned_gap(unsigned long length, unsigned long align)
{
	struct vm_struct *above;

	list_for_each_entry (above, &vmlist, list)
		if (above->gap >= length &&
		    place_in_gap(above, align) <= area_start(above) - length)
			return above;
	return NULL;
}

static struct vm_struct *find_gap(unsigned long length, unsigned long align)
{
	struct vm_struct *above = lowest_gap(length + (align - PAGE_SIZE));

	if (above || align == PAGE_SIZE)
		return above;
	return lowest_aligned_gap(length, align);
}
/* LAB 8.2 END */

/* Hang an area whose gap is known, and whose neighbour's is, into the tree. */
static void link_area(struct vm_struct *area, struct rb_node *parent,
                      struct rb_node **link)
{
	rb_link_node(&area->rb_node, parent, link);
	for (struct rb_node *node = &area->rb_node; node; node = node->rb_parent)
		update_gap(node);
	rb_insert_augmented(&area->rb_node, &vmap_root, update_gap);
}

/* Take the lowest part of the gap below `above`. The place in the tree is the
 * last of its left subtree, which is where the list's predecessor is. */
static void insert_below(struct vm_struct *area, struct vm_struct *above,
                         unsigned long align)
{
	unsigned long bottom = area_start(above) - above->gap;
	struct rb_node *parent = &above->rb_node, **link = &parent->rb_left;

	if (*link) {
		parent = &list_prev_entry(above, list)->rb_node;
		link = &parent->rb_right;
	}
	/* LAB 8.1 BEGIN
	 * The lowest aligned place in the gap, and the gaps below the area and above it.
	 * START WITH
	 *	(void)align;
	 *	area->addr = (void *)bottom;
	 *	area->gap = 0;
	 *	above->gap -= area->size;
	 */
	area->addr = (void *)ALIGN(bottom, align);
	area->gap = area_start(area) - bottom;
	above->gap = area_start(above) - area_end(area);
	/* LAB 8.1 END */
	list_add_tail(&area->list, &above->list);
	link_area(area, parent, link);
}

/* Its addresses and the gap below it become part of the next area's gap. */
static void erase_area(struct vm_struct *area)
{
	struct vm_struct *above = list_next_entry(area, list);

	/* LAB 8.1 BEGIN
	 * Make the gap below `above` right, and the largest gaps that hang on it.
	 * START WITH
	 *	(void)above;
	 */
	above->gap += area->size + area->gap;
	rb_propagate(&above->rb_node, update_gap);
	/* LAB 8.1 END */
	list_del(&area->list);
	rb_erase_augmented(&area->rb_node, &vmap_root, update_gap);
}

/* The lowest area whose start is address or above; vmap_end if none is. */
static struct vm_struct *lower_bound(unsigned long address)
{
	struct rb_node *node = vmap_root.rb_node;
	struct vm_struct *found = &vmap_end;

	while (node) {
		struct vm_struct *area = area_of(node);

		count_visit();
		if (area_start(area) < address) {
			node = node->rb_right;
			continue;
		}
		found = area;
		if (area_start(area) == address)
			break;
		node = node->rb_left;
	}
	return found;
}

/* ---- The lazy end ---- */

unsigned long lazy_max_pages(void)
{
	return lazy_max;
}

/* LAB 8.4 BEGIN
 * Forget all of vmap_purge_list in the TLB by one flush (vmap_purges counts it), look
 * by tlb_check_unmapped() whether it was done, make gaps of the areas, and let the list
 * and vmap_lazy_pages say so. An empty list needs no flush. Under vmap_lock.
 * START WITH
 * static noinline void purge_lazy_areas(void)
 * {
 * }
 */
/* One flush from the first to the last of them; areas between lose nothing but
 * time. */
static void flush_lazy_areas(void)
{
	unsigned long start = VMALLOC_END, end = 0;
	struct vm_struct *area;

	list_for_each_entry (area, &vmap_purge_list, purge) {
		start = min(start, area_start(area));
		end = max(end, area_end(area));
	}
	flush_tlb_kernel_range(start, end, TLB_VMALLOC);
	vmap_purges++;
	list_for_each_entry (area, &vmap_purge_list, purge)
		tlb_check_unmapped(area_start(area), area_end(area));
}

/* Under vmap_lock. */
static noinline void purge_lazy_areas(void)
{
	struct vm_struct *area, *next;

	if (list_empty(&vmap_purge_list))
		return;
	flush_lazy_areas();
	list_for_each_entry_safe (area, next, &vmap_purge_list, purge) {
		erase_area(area);
		kfree(area);
	}
	INIT_LIST_HEAD(&vmap_purge_list);
	vmap_lazy_pages = 0;
}
/* LAB 8.4 END */

void vm_unmap_aliases(void)
{
	spin_lock(&vmap_lock);
	purge_lazy_areas();
	spin_unlock(&vmap_lock);
}

static bool is_lazy(const struct vm_struct *area)
{
	return area->flags & VM_LAZY;
}

/* LAB 8.4 BEGIN
 * Keep the area's addresses, marked VM_LAZY, on vmap_purge_list, until vmap_lazy_pages
 * are more than lazy_max; those that touch become one.
 * START WITH
 * void retire_vm_area(struct vm_struct *area)
 * {
 *	spin_lock(&vmap_lock);
 *	vmap_nr_areas--;
 *	flush_tlb_kernel_range(area_start(area), area_end(area), TLB_VMALLOC);
 *	erase_area(area);
 *	spin_unlock(&vmap_lock);
 *	kfree(area);
 * }
 */
/*
 * Two lazy areas that touch become one; returns which of the descriptors it has.
 * A node with two children is costly to take out of the tree, but its neighbours
 * have at most one.
 */
static struct vm_struct *merge_lazy(struct vm_struct *low, struct vm_struct *high)
{
	bool keep_high = high->rb_node.rb_left && high->rb_node.rb_right;
	struct vm_struct *kept = keep_high ? high : low, *gone = keep_high ? low : high;

	kept->size += gone->size;
	kept->addr = low->addr;
	if (keep_high) {
		high->gap = low->gap;
		rb_propagate(&high->rb_node, update_gap);
	}
	list_del(&gone->purge);
	list_del(&gone->list);
	rb_erase_augmented(&gone->rb_node, &vmap_root, update_gap);
	kfree(gone);
	return kept;
}

/* The area waits for the flush; those that touch it and wait too become one with
 * it. */
static void make_lazy(struct vm_struct *area)
{
	struct vm_struct *above = list_next_entry(area, list);

	area->flags = VM_LAZY;
	list_add_tail(&area->purge, &vmap_purge_list);
	if (is_lazy(above) && !above->gap)
		area = merge_lazy(area, above);
	if (area->list.prev != &vmlist && is_lazy(list_prev_entry(area, list)) && !area->gap)
		merge_lazy(list_prev_entry(area, list), area);
}

void retire_vm_area(struct vm_struct *area)
{
	spin_lock(&vmap_lock);
	vmap_nr_areas--;
	vmap_lazy_pages += area->size >> PAGE_SHIFT;
	make_lazy(area);
	if (unlikely(vmap_lazy_pages > lazy_max))
		purge_lazy_areas();
	spin_unlock(&vmap_lock);
}
/* LAB 8.4 END */

/* ---- Taking and giving back ---- */

static bool insert_area(struct vm_struct *area, unsigned long align)
{
	struct vm_struct *above;

	spin_lock(&vmap_lock);
	above = find_gap(area->size, align);
	if (unlikely(!above)) {
		purge_lazy_areas();
		above = find_gap(area->size, align);
	}
	if (likely(above)) {
		insert_below(area, above, align);
		vmap_nr_areas++;
	}
	spin_unlock(&vmap_lock);
	return above;
}

static noinline void warn_no_addresses(const struct vm_request *request)
{
	if (!(request->gfp & __GFP_NOWARN))
		pr_warn("vmalloc: no addresses for %lu bytes: out of vmalloc space - use "
		        "vmalloc=<size> to increase size\n", request->size);
}

/* Two constant sizes: the compiler finds their classes. */
static struct vm_struct *alloc_descriptor(unsigned long inline_pages, gfp_t gfp)
{
	if (likely(inline_pages <= VM_FEW_PAGES))
		return kmalloc(offsetof(struct vm_struct, inline_pages[VM_FEW_PAGES]),
			       gfp & GFP_RECLAIM_MASK);
	BUG_ON(inline_pages > VM_INLINE_PAGES);
	return kmalloc(offsetof(struct vm_struct, inline_pages[VM_INLINE_PAGES]),
		       gfp & GFP_RECLAIM_MASK);
}

struct vm_struct *alloc_vm_area(const struct vm_request *request)
{
	struct vm_struct *area;

	might_sleep();
	BUG_ON(in_interrupt());
	if (unlikely(!request->size))
		return NULL;
	if (unlikely(request->size >= VMALLOC_END - VMALLOC_START)) {
		warn_no_addresses(request);
		return NULL;
	}
	area = alloc_descriptor(request->inline_pages, request->gfp);
	if (unlikely(!area))
		return NULL;
	/* LAB 8.1 BEGIN
	 * The bytes of the area, its guard page included.
	 * START WITH
	 *	area->size = request->size;
	 */
	area->size = request->size + GUARD_SIZE;
	/* LAB 8.1 END */
	area->flags = request->flags | VM_UNINITIALIZED;
	area->pages = NULL;
	area->nr_pages = 0;
	area->phys_addr = 0;
	area->caller = request->caller;
	if (likely(insert_area(area, request->align)))
		return area;
	kfree(area);
	warn_no_addresses(request);
	return NULL;
}

void vm_area_ready(struct vm_struct *area)
{
	area->flags &= ~VM_UNINITIALIZED;
}

void discard_vm_area(struct vm_struct *area)
{
	spin_lock(&vmap_lock);
	vmap_nr_areas--;
	erase_area(area);
	spin_unlock(&vmap_lock);
	kfree(area);
}

struct vm_struct *claim_vm_area(const void *addr, unsigned long kind)
{
	struct vm_struct *area;

	spin_lock(&vmap_lock);
	area = lower_bound((unsigned long)addr);
	/* LAB 8.1 BEGIN
	 * NULL unless it is an area in use, starts at addr, and is of that kind.
	 * START WITH
	 *	(void)kind;
	 *	if (unlikely(area->addr != addr || area == &vmap_end))
	 *		area = NULL;
	 */
	if (unlikely(area->addr != addr || area == &vmap_end ||
	             area->flags & (VM_LAZY | VM_UNINITIALIZED) ||
	             (kind && !(area->flags & kind))))
		area = NULL;
	/* LAB 8.1 END */
	if (likely(area))
		area->flags |= VM_UNINITIALIZED;
	spin_unlock(&vmap_lock);
	return area;
}

/* ---- Boot and state ---- */

void vmalloc_init(void)
{
	unsigned long size = VMALLOC_END - VMALLOC_START;

	vmap_root = RB_ROOT;
	INIT_LIST_HEAD(&vmlist);
	INIT_LIST_HEAD(&vmap_purge_list);
	vmap_lazy_pages = vmap_nr_areas = vmap_purges = vmap_page_tables = 0;
	if (debug_pagealloc_enabled()) /* whoever touches what he gave back shall fault */
		lazy_max = 0;
	else
		lazy_max = min((unsigned long)LAZY_MAX_BYTES, size / LAZY_MAX_PART) >>
			   PAGE_SHIFT;

	vmap_end = (struct vm_struct){.addr = (void *)VMALLOC_END, .gap = size};
	list_add(&vmap_end.list, &vmlist);
	link_area(&vmap_end, NULL, &vmap_root.rb_node);
}

bool vm_area_next(unsigned long after, struct vm_area_view *view)
{
	const struct vm_struct *area;

	spin_lock(&vmap_lock);
	area = lower_bound(after);
	*view = (struct vm_area_view){
		.start = area_start(area),
		.end = area_end(area),
		.flags = area->flags,
		.nr_pages = is_lazy(area) ? 0 : area->nr_pages,
		.lazy = is_lazy(area),
		.phys = is_lazy(area) ? 0 : area->phys_addr,
		.caller = is_lazy(area) ? NULL : area->caller,
	};
	spin_unlock(&vmap_lock);
	return area != &vmap_end;
}
