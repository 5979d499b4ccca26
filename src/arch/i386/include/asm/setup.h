/*
 * What boot learns about the machine, and its steps that know the PC.
 */
#ifndef ASM_SETUP_H
#define ASM_SETUP_H

#include <asm/boot_info.h>
#include <mm/mmzone.h>

/* Borders of RAM, as frame numbers; each is the frame behind the last.
 * min_low_pfn: the first frame behind the kernel's image. */
extern unsigned long min_low_pfn, max_low_pfn, max_pfn;
extern unsigned long highstart_pfn, highend_pfn;

/* The address where lowmem ends: __va(max_low_pfn's frame). */
extern void *high_memory;

/* Bytes kept free above lowmem for vmalloc, kmap and fixmaps. vmalloc= */
extern unsigned long __VMALLOC_RESERVE;

/* Lowmem can have no frame at or behind this one. */
#define MAXMEM     (-PAGE_OFFSET - __VMALLOC_RESERVE)
#define MAXMEM_PFN PFN_DOWN(MAXMEM)

/* Where vmalloc's window begins when lowmem ends at that address. */
static inline unsigned long vmalloc_start(unsigned long lowmem_end)
{
	/* LAB 1.1 BEGIN
	 * The first multiple of VMALLOC_OFFSET that leaves a gap of at least as much.
	 * START WITH
	 *	return lowmem_end;
	 */
	return ALIGN(lowmem_end + VMALLOC_OFFSET, VMALLOC_OFFSET);
	/* LAB 1.1 END */
}

#define VMALLOC_START vmalloc_start((unsigned long)high_memory)

/* RAM as runs of whole frames below max_pfn, sorted, none below frame 1. */
#define MAX_RAM_RANGES E820_MAX
extern struct pfn_range ram_ranges[MAX_RAM_RANGES];
extern unsigned int nr_ram_ranges;

extern struct boot_info boot_info;

/* Copy and understand what the boot loader left; first of all, before anything
 * can overwrite it. Panics if it left nothing that can be understood. */
void copy_boot_info(void);

#define HIGHMEM_ALL    (~0UL)           /* highmem= was not given */
#define MIN_LOWMEM_PFN PFN_DOWN(MiB(8)) /* highmem= leaves at least this much */

/*
 * The frame at which lowmem ends, when RAM ends at *end and lowmem can reach to
 * `limit`. All that fits is lowmem, and the rest highmem. highmem, in pages, can ask
 * for less of it: then *end comes down, and what lies above is not used; or, where all
 * fits, for some: it comes off lowmem's end. If there is not as much above `limit`,
 * what is there has to do; if less than MIN_LOWMEM_PFN would be left, the wish is
 * ignored.
 */
unsigned long find_max_low_pfn(unsigned long *end, unsigned long limit,
			       unsigned long highmem);

/* Find the borders above from the e820 map, highmem= and vmalloc=. */
void setup_memory_limits(void);

/* Put bootmem into service over lowmem: RAM free, all that is in use reserved. */
void setup_bootmem_allocator(void);

/* Set memory aside for cma=, if mem_map still finds room. */
void setup_cma(void);

/* Fill the resource tree: e820, the kernel, ROMs, PCI, ACPI. */
void setup_resources(void);

/* The kernel's own page tables: lowmem with each part's rights, the windows for
 * kmap and fixmaps; loads CR3 and turns GLOBAL on. */
void paging_init(void);

/* Boot's identity map goes: below PAGE_OFFSET nothing is mapped any more. */
void drop_identity_map(void);

/* The frame where each zone ends, when lowmem ends at low_end and RAM at `end`. A zone
 * begins where the one before it ends, and may be empty. */
void find_zone_ends(unsigned long zone_end[MAX_NR_ZONES], unsigned long low_end,
		    unsigned long end);

/* Zones and mem_map. */
void zone_sizes_init(void);

/* Hand all free memory to the page allocator; the Memory: line and the layout. */
void mem_init(void);

/* Give back what only boot needed. */
void free_initmem(void);

/* How lowmem is mapped, in KiB, for /proc/meminfo. */
extern unsigned long direct_map_4k_kb, direct_map_large_kb;

#endif
