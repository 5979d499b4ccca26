/*
 * memblock: RAM, and what of it is in use, as two sorted lists of byte ranges.
 * It answers questions about memory and allocates it until the page allocator
 * takes over. The interface is Linux 6.1's: names, orders of arguments, shapes
 * of structures, results.
 *
 * Addresses and sizes are physical and in bytes; a range that would reach beyond
 * 2^64 ends there. None of these sleeps and none takes a lock: one CPU runs, and
 * no interrupt handler allocates. An alignment must be a power of two.
 *
 * What returns int returns 0, or -ENOMEM if an array is full and cannot grow;
 * the range has not changed then.
 *
 * Source: "Boot time memory management" in Linux's core-api documentation.
 */
#ifndef MM_MEMBLOCK_H
#define MM_MEMBLOCK_H

#include <asm/page.h>
#include <lib/cache.h>
#include <lib/types.h>

#define INIT_MEMBLOCK_REGIONS          128
#define INIT_MEMBLOCK_MEMORY_REGIONS   INIT_MEMBLOCK_REGIONS
#define INIT_MEMBLOCK_RESERVED_REGIONS INIT_MEMBLOCK_REGIONS

#define PHYS_ADDR_MAX (~(phys_addr_t)0)

/* Ends of an allocation's range: memblock.current_limit (both of the first two:
 * there is no leak tracer here), and none. */
#define MEMBLOCK_ALLOC_ACCESSIBLE  0
#define MEMBLOCK_ALLOC_NOLEAKTRACE 1
#define MEMBLOCK_ALLOC_ANYWHERE    (~(phys_addr_t)0)
#define MEMBLOCK_LOW_LIMIT         0

/* Where memblock_alloc_low() ends: what a 32-bit bus master reaches. */
#define ARCH_LOW_ADDRESS_LIMIT 0xffffffffUL

/* All memory is node 0's. MAX_NUMNODES as a node means any, as once in Linux. */
#define NUMA_NO_NODE (-1)
#define MAX_NUMNODES 1

/* What kind of memory a region is. */
enum memblock_flags {
	MEMBLOCK_NONE = 0x0,
	MEMBLOCK_HOTPLUG = 0x1,        /* may be unplugged: see movable_node */
	MEMBLOCK_MIRROR = 0x2,         /* kept twice by the machine: preferred */
	MEMBLOCK_NOMAP = 0x4,          /* not for the direct map: never allocated */
	MEMBLOCK_DRIVER_MANAGED = 0x8, /* a driver's: never allocated */
};

struct memblock_region {
	phys_addr_t base;
	phys_addr_t size;
	enum memblock_flags flags;
};

/* Sorted by base; no two overlap, and two that touch differ in their flags. */
struct memblock_type {
	unsigned long cnt; /* 1 if there are none: then regions[0] is all zeros */
	unsigned long max;
	phys_addr_t total_size; /* bytes in all regions */
	struct memblock_region *regions;
	char *name;
};

struct memblock {
	bool bottom_up;            /* allocate from the low end; else from the high */
	phys_addr_t current_limit; /* allocations end here; 0: out of service */
	struct memblock_type memory;
	struct memblock_type reserved; /* may lie outside of memory; without flags */
};

extern struct memblock memblock;

/* Print every change and allocation: memblock=debug. */
extern bool memblock_debug;

/* Leave HOTPLUG memory alone when allocating: movable_node. */
extern bool movable_node_enabled;

/*
 * Changing the lists. Adding joins the range with what is there: where a region
 * is already it stays as it is, flags included. Removing takes out whatever part
 * of the range is there. memblock_free() takes an address in the direct map, or
 * NULL, and as memblock_phys_free() undoes memblock_reserve().
 */
int memblock_add(phys_addr_t base, phys_addr_t size);
int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid,
                      enum memblock_flags flags);
int memblock_remove(phys_addr_t base, phys_addr_t size);
int memblock_reserve(phys_addr_t base, phys_addr_t size);
int memblock_phys_free(phys_addr_t base, phys_addr_t size);
void memblock_free(void *ptr, size_t size);

/* From now on an array that is full moves into memory of twice its size. Before,
 * all memory that is in use must have been reserved. */
void memblock_allow_resize(void);

/* Set or clear a flag of all memory in the range. */
int memblock_mark_hotplug(phys_addr_t base, phys_addr_t size);
int memblock_clear_hotplug(phys_addr_t base, phys_addr_t size);
int memblock_mark_mirror(phys_addr_t base, phys_addr_t size);
int memblock_mark_nomap(phys_addr_t base, phys_addr_t size);
int memblock_clear_nomap(phys_addr_t base, phys_addr_t size);

/* Has any memory ever been marked as mirrored? */
bool memblock_has_mirror(void);

/* Shrink every memory region to multiples of align, and drop those without. */
void memblock_trim_memory(phys_addr_t align);

/* Keep the lowest `limit` bytes of memory and forget the rest, reservations
 * included; 0, or as much as there is, changes nothing. _remove_map keeps memory
 * that is NOMAP. */
void memblock_enforce_memory_limit(phys_addr_t limit);
void memblock_mem_limit_remove_map(phys_addr_t limit);

/* Forget all memory outside of the range but NOMAP, and reservations there. */
void memblock_cap_memory_range(phys_addr_t base, phys_addr_t size);

/* Allocation goes upward or downward (the default) from now on. */
static inline void memblock_set_bottom_up(bool enable)
{
	memblock.bottom_up = enable;
}

static inline bool memblock_bottom_up(void)
{
	return memblock.bottom_up;
}

void memblock_set_current_limit(phys_addr_t limit);
phys_addr_t memblock_get_current_limit(void);

/*
 * Allocating. The range lies in memory, free of reservations, and is reserved
 * afterwards; its address is a multiple of align, it is inside [min_addr,
 * max_addr), and as high (or low, see above) as it can be. The frame 0 is never
 * given out. An align of 0 is warned of and taken as SMP_CACHE_BYTES. Where
 * memory is mirrored, that is tried first.
 *
 * The phys functions return a physical address, 0 if nothing fits, and give up
 * no bound. The others return an address in the direct map, NULL if nothing
 * fits; they end at current_limit whatever max_addr says, and forget min_addr
 * rather than fail. They zero the memory, the raw ones do not touch it. A node
 * that has no free memory, as every one but 0, falls back to any, except with
 * exact_nid.
 */
phys_addr_t memblock_find_in_range_node(phys_addr_t size, phys_addr_t align,
                                        phys_addr_t start, phys_addr_t end, int nid,
                                        enum memblock_flags flags);
phys_addr_t memblock_find_in_range(phys_addr_t start, phys_addr_t end, phys_addr_t size,
                                   phys_addr_t align);
phys_addr_t memblock_alloc_range_nid(phys_addr_t size, phys_addr_t align,
                                     phys_addr_t start, phys_addr_t end, int nid,
                                     bool exact_nid);
phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align,
                                      phys_addr_t start, phys_addr_t end);
phys_addr_t memblock_phys_alloc_try_nid(phys_addr_t size, phys_addr_t align, int nid);

void *memblock_alloc_exact_nid_raw(phys_addr_t size, phys_addr_t align,
                                   phys_addr_t min_addr, phys_addr_t max_addr, int nid);
void *memblock_alloc_try_nid_raw(phys_addr_t size, phys_addr_t align,
                                 phys_addr_t min_addr, phys_addr_t max_addr, int nid);
void *memblock_alloc_try_nid(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
                             phys_addr_t max_addr, int nid);

static inline phys_addr_t memblock_phys_alloc(phys_addr_t size, phys_addr_t align)
{
	return memblock_phys_alloc_range(size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE);
}

static inline void *memblock_alloc(phys_addr_t size, phys_addr_t align)
{
	return memblock_alloc_try_nid(size, align, MEMBLOCK_LOW_LIMIT,
	                              MEMBLOCK_ALLOC_ACCESSIBLE, NUMA_NO_NODE);
}

static inline void *memblock_alloc_raw(phys_addr_t size, phys_addr_t align)
{
	return memblock_alloc_try_nid_raw(size, align, MEMBLOCK_LOW_LIMIT,
	                                  MEMBLOCK_ALLOC_ACCESSIBLE, NUMA_NO_NODE);
}

static inline void *memblock_alloc_from(phys_addr_t size, phys_addr_t align,
                                        phys_addr_t min_addr)
{
	return memblock_alloc_try_nid(size, align, min_addr, MEMBLOCK_ALLOC_ACCESSIBLE,
	                              NUMA_NO_NODE);
}

static inline void *memblock_alloc_low(phys_addr_t size, phys_addr_t align)
{
	return memblock_alloc_try_nid(size, align, MEMBLOCK_LOW_LIMIT,
	                              ARCH_LOW_ADDRESS_LIMIT, NUMA_NO_NODE);
}

static inline void *memblock_alloc_node(phys_addr_t size, phys_addr_t align, int nid)
{
	return memblock_alloc_try_nid(size, align, MEMBLOCK_LOW_LIMIT,
	                              MEMBLOCK_ALLOC_ACCESSIBLE, nid);
}

/* Questions. Is this byte memory, reserved, memory in the direct map? */
bool memblock_is_memory(phys_addr_t addr);
bool memblock_is_reserved(phys_addr_t addr);
bool memblock_is_map_memory(phys_addr_t addr);

/* Does all of the range lie in one memory region; is any of it reserved? */
bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size);
bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size);

/* Do two ranges, or a range and any region of a list, have a byte in common? */
bool memblock_addrs_overlap(phys_addr_t base1, phys_addr_t size1, phys_addr_t base2,
                            phys_addr_t size2);
bool memblock_overlaps_region(struct memblock_type *type, phys_addr_t base,
                              phys_addr_t size);

/* Bytes in all; the first byte of memory and the one behind the last. */
phys_addr_t memblock_phys_mem_size(void);
phys_addr_t memblock_reserved_size(void);
phys_addr_t memblock_start_of_DRAM(void);
phys_addr_t memblock_end_of_DRAM(void);

static inline bool memblock_is_hotpluggable(struct memblock_region *m)
{
	return m->flags & MEMBLOCK_HOTPLUG;
}

static inline bool memblock_is_mirror(struct memblock_region *m)
{
	return m->flags & MEMBLOCK_MIRROR;
}

static inline bool memblock_is_nomap(struct memblock_region *m)
{
	return m->flags & MEMBLOCK_NOMAP;
}

static inline bool memblock_is_driver_managed(struct memblock_region *m)
{
	return m->flags & MEMBLOCK_DRIVER_MANAGED;
}

/* One node: every region is its, and stays it. */
static inline int memblock_get_region_node(const struct memblock_region *r)
{
	(void)r;
	return 0;
}

static inline int memblock_set_node(phys_addr_t base, phys_addr_t size,
                                    struct memblock_type *type, int nid)
{
	(void)base, (void)size, (void)type, (void)nid;
	return 0;
}

/*
 * Iteration, upward unless _rev or _reverse. The list must not change meanwhile.
 *
 *	struct memblock_region *region;      every region of a list
 *	for_each_mem_region(region) ...
 *
 *	u64 i;                               memory; free memory: not reserved
 *	phys_addr_t start, end;
 *	for_each_mem_range(i, &start, &end) ...
 *	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL) ...
 *
 *	int i;                               memory, in whole pages
 *	unsigned long start_pfn, end_pfn;
 *	for_each_mem_pfn_range(i, NUMA_NO_NODE, &start_pfn, &end_pfn, NULL) ...
 *
 * NOMAP and DRIVER_MANAGED memory is passed over unless `flags` names it; with
 * MIRROR, other memory is. A pointer to a result may be NULL.
 */
void __next_mem_range(u64 *idx, int nid, enum memblock_flags flags,
                      struct memblock_type *type_a, struct memblock_type *type_b,
                      phys_addr_t *out_start, phys_addr_t *out_end, int *out_nid);
void __next_mem_range_rev(u64 *idx, int nid, enum memblock_flags flags,
                          struct memblock_type *type_a, struct memblock_type *type_b,
                          phys_addr_t *out_start, phys_addr_t *out_end, int *out_nid);
void __next_mem_pfn_range(int *idx, int nid, unsigned long *out_start_pfn,
                          unsigned long *out_end_pfn, int *out_nid);

#define MEMBLOCK_NO_MORE (~0ULL)

/* What is in type_a and not in type_b (or NULL). */
#define __for_each_mem_range(i, type_a, type_b, nid, flags, p_start, p_end, p_nid)     \
	for ((i) = 0,                                                                  \
	    __next_mem_range(&(i), nid, flags, type_a, type_b, p_start, p_end, p_nid); \
	     (i) != MEMBLOCK_NO_MORE; __next_mem_range(&(i), nid, flags, type_a,       \
	                                               type_b, p_start, p_end, p_nid))

#define __for_each_mem_range_rev(i, type_a, type_b, nid, flags, p_start, p_end, p_nid) \
	for ((i) = MEMBLOCK_NO_MORE,                                                   \
	    __next_mem_range_rev(&(i), nid, flags, type_a, type_b, p_start, p_end,     \
	                         p_nid);                                               \
	     (i) != MEMBLOCK_NO_MORE; __next_mem_range_rev(                            \
		 &(i), nid, flags, type_a, type_b, p_start, p_end, p_nid))

#define for_each_mem_range(i, p_start, p_end)                                          \
	__for_each_mem_range(i, &memblock.memory, NULL, NUMA_NO_NODE,                  \
	                     MEMBLOCK_HOTPLUG | MEMBLOCK_DRIVER_MANAGED, p_start,      \
	                     p_end, NULL)

#define for_each_mem_range_rev(i, p_start, p_end)                                      \
	__for_each_mem_range_rev(i, &memblock.memory, NULL, NUMA_NO_NODE,              \
	                         MEMBLOCK_HOTPLUG | MEMBLOCK_DRIVER_MANAGED, p_start,  \
	                         p_end, NULL)

#define for_each_reserved_mem_range(i, p_start, p_end)                                 \
	__for_each_mem_range(i, &memblock.reserved, NULL, NUMA_NO_NODE, MEMBLOCK_NONE, \
	                     p_start, p_end, NULL)

#define for_each_free_mem_range(i, nid, flags, p_start, p_end, p_nid)                  \
	__for_each_mem_range(i, &memblock.memory, &memblock.reserved, nid, flags,      \
	                     p_start, p_end, p_nid)

#define for_each_free_mem_range_reverse(i, nid, flags, p_start, p_end, p_nid)          \
	__for_each_mem_range_rev(i, &memblock.memory, &memblock.reserved, nid, flags,  \
	                         p_start, p_end, p_nid)

#define for_each_mem_pfn_range(i, nid, p_start, p_end, p_nid)                          \
	for ((i) = -1, __next_mem_pfn_range(&(i), nid, p_start, p_end, p_nid);         \
	     (i) >= 0; __next_mem_pfn_range(&(i), nid, p_start, p_end, p_nid))

#define for_each_mem_region(region)                                                    \
	for ((region) = memblock.memory.regions;                                       \
	     (region) < memblock.memory.regions + memblock.memory.cnt; (region)++)

#define for_each_reserved_mem_region(region)                                           \
	for ((region) = memblock.reserved.regions;                                     \
	     (region) < memblock.reserved.regions + memblock.reserved.cnt; (region)++)

/* Frames of a region: of memory those that lie in it, of a reservation those
 * that it touches. */
static inline unsigned long
memblock_region_memory_base_pfn(const struct memblock_region *reg)
{
	return PFN_UP(reg->base);
}

static inline unsigned long
memblock_region_memory_end_pfn(const struct memblock_region *reg)
{
	return PFN_DOWN(reg->base + reg->size);
}

static inline unsigned long
memblock_region_reserved_base_pfn(const struct memblock_region *reg)
{
	return PFN_DOWN(reg->base);
}

static inline unsigned long
memblock_region_reserved_end_pfn(const struct memblock_region *reg)
{
	return PFN_UP(reg->base + reg->size);
}

/* ---- The end of the boot ---- */

/*
 * Hand all free pages below current_limit to the page allocator, in the largest
 * aligned blocks, and go out of service: the lists stay, allocating fails. A
 * page that is reserved in part is not free. Returns the number of pages.
 */
unsigned long memblock_free_all(void);

/* The same with another taker of the frames [start_pfn, end_pfn), who returns
 * how many pages he took. */
typedef unsigned long (*memblock_release_t)(unsigned long start_pfn,
                                            unsigned long end_pfn);
unsigned long memblock_release_all(memblock_release_t release);

/* Afterwards: forget everything; arrays that had grown go to the page allocator,
 * or to `release`. Returns their pages. */
unsigned long memblock_discard(void);
unsigned long memblock_release_arrays(memblock_release_t release);

/* Print both lists, if memblock=debug. */
void memblock_dump_all(void);

/*
 * Verify the invariants that memblock.c lists; returns the number of violations,
 * each of which is printed.
 */
unsigned int memblock_check(void);

#endif
