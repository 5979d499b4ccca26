/* What the files of vmalloc share. */
#ifndef MM_VMALLOC_INTERNAL_H
#define MM_VMALLOC_INTERNAL_H

#include <asm/window.h>
#include <lib/util.h>
#include <mm/vmalloc.h>
#include <sched/spinlock.h>

#define GUARD_SIZE PAGE_SIZE

/* What of a caller's mask also holds for descriptors and page tables. */
#define GFP_RECLAIM_MASK                                                               \
	(__GFP_WAIT | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | __GFP_REPEAT | \
	 __GFP_NORETRY | __GFP_NOMEMALLOC)

/* ---- area.c: the areas, under vmap_lock ---- */

extern spinlock_t vmap_lock;
extern struct list_head vmlist;  /* all areas, vmap_end last */
extern struct rb_root vmap_root;
extern struct vm_struct vmap_end; /* empty, at VMALLOC_END: holds the last gap */
extern struct list_head vmap_purge_list;
extern unsigned long vmap_lazy_pages; /* in all lazy areas */
extern unsigned long vmap_nr_areas;   /* in use */
extern unsigned long vmap_purges;

/* Nodes of the tree that were looked at, in debug builds: what a search costs. */
extern unsigned long vmap_nodes_visited;

/* What is asked of a new area. */
struct vm_request {
	unsigned long size;  /* bytes, whole pages, without the guard */
	unsigned long align; /* a power of two, a page at least */
	unsigned long flags;
	gfp_t gfp;
	const void *caller;
	unsigned long inline_pages; /* room for so many behind the descriptor */
};

/* The area, VM_UNINITIALIZED until vm_area_ready; NULL if there are no addresses
 * (a message) or there is no memory. May sleep. */
struct vm_struct *alloc_vm_area(const struct vm_request *request);
void vm_area_ready(struct vm_struct *area);

/* Give back an area that was never mapped: its addresses are free at once. */
void discard_vm_area(struct vm_struct *area);

/*
 * The area in use that starts at addr and is of that kind (0: of any),
 * VM_UNINITIALIZED from here on: its mappings are about to go. NULL if there is
 * none. Then, once nothing is mapped there, retire_vm_area: the descriptor is
 * no longer the caller's.
 */
struct vm_struct *claim_vm_area(const void *addr, unsigned long kind);
void retire_vm_area(struct vm_struct *area);

static inline unsigned long area_start(const struct vm_struct *area)
{
	return (unsigned long)area->addr;
}

static inline unsigned long area_end(const struct vm_struct *area)
{
	return (unsigned long)area->addr + area->size;
}

/* The end of what is mapped. */
static inline unsigned long area_guard(const struct vm_struct *area)
{
	/* LAB 8.1 BEGIN
	 * Nothing is mapped in the guard page.
	 * START WITH
	 *	return area_end(area);
	 */
	return area_end(area) - GUARD_SIZE;
	/* LAB 8.1 END */
}

static inline struct vm_struct *area_of(const struct rb_node *node)
{
	return container_of(node, struct vm_struct, rb_node);
}

/* ---- table.c: page tables of the window ---- */

extern unsigned long vmap_page_tables; /* pages that they take */

/* Make page tables for [start, end); false without memory. What was made stays. */
bool populate_page_tables(unsigned long start, unsigned long end, gfp_t gfp);

/* Fill entries, which are empty and whose tables exist. */
void map_pages(unsigned long start, unsigned long end, struct page **pages,
               pgprot_t prot);
void map_frames(unsigned long start, unsigned long end, unsigned long pfn,
                pgprot_t prot);

/* Empty entries; tables need not exist. The TLB still knows them. */
void unmap_range(unsigned long start, unsigned long end);

/* The entry of an address, or NULL if it has no page table. */
pte_t *vmap_pte(unsigned long address);

/* The first address at or behind start, below end, that is mapped; or end. */
unsigned long first_mapped(unsigned long start, unsigned long end);

/* ---- vmalloc.c ---- */

/* The array of an area's pages is walked in runs, since it may itself be an area:
 * so many entries lie in one page of it. */
#define PAGES_PER_RUN (PAGE_SIZE / sizeof(struct page *))

/* The entries from i on to the end of their run. */
static inline struct page **page_run(const struct vm_struct *area, unsigned long i)
{
	return window_address(area->pages + i);
}

void unmap_vm_area(const void *addr, unsigned long kind, const char *who);

/* vmalloc for somebody else: size in bytes, flags besides VM_ALLOC. */
void *__vmalloc_caller(unsigned long size, gfp_t gfp, pgprot_t prot, unsigned long flags,
                       const void *caller);

#endif
