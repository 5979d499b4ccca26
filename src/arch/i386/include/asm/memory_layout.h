/*
 * The map of the 4 GiB, from bottom to top. Every address that the kernel
 * gives a meaning to is named here and nowhere else. (The default 3G/1G split
 * with PAE is shown; boot prints the borders that are in force.)
 *
 *   virtual       what is there                              rights
 *   ------------------------------------------------------------------------
 *   0x00000000    a process; while there is none, nothing:   -
 *                 the boot's identity map is gone
 *   0xC0000000    PAGE_OFFSET: lowmem, the direct map of     rw, NX, global
 *                 physical 0 .. max_low_pfn (896 MiB)
 *   0xC0101000      _text .. _etext                          rx
 *                   __start_rodata .. __end_rodata           r, NX
 *   0xF8000000    high_memory: end of lowmem, when RAM
 *                 reaches that far
 *   + 8 MiB       VMALLOC_START (the gap catches overruns)   -
 *                 vmalloc, vmap, ioremap                     rw, NX, global
 *   0xFFBFE000    VMALLOC_END: two pages below the next
 *   0xFFC00000    PKMAP_BASE: kmap's slots                   rw, NX
 *   FIXADDR_START fixed mappings, one page each              rw, NX
 *   0xFFFFF000    FIXADDR_TOP: the last page stays unmapped, -
 *                 so that a pointer just below zero faults
 *
 * Sources: Gorman ch. 4, "Linear Address Space", and ch. 9; Professional Linux Kernel Architecture 3.4.2.
 */
#ifndef ASM_MEMORY_LAYOUT_H
#define ASM_MEMORY_LAYOUT_H

#include <asm/kmap_types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

#ifdef CONFIG_X86_PAE
#define PMD_SHIFT 21 /* one page of 512 entries maps 2 MiB */
#else
#define PMD_SHIFT 22 /* one page of 1024 entries maps 4 MiB */
#endif
#define PMD_SIZE (1UL << PMD_SHIFT)
#define PMD_MASK (~(PMD_SIZE - 1))

/* Physical addresses, as the firmware of every PC has them. */
#define VIDEO_RAM_START 0x000a0000UL
#define VIDEO_RAM_END   0x000c0000UL
#define VGA_TEXT_START  0x000b8000UL
#define BIOS_END        0x00100000UL
#define MAX_DMA_ADDRESS 0x01000000UL /* what an ISA DMA controller reaches */

/* The first frame that page tables of this format cannot name. */
#ifdef CONFIG_X86_PAE
#define MAX_ARCH_PFN (1UL << (36 - PAGE_SHIFT)) /* 64 GiB */
#else
#define MAX_ARCH_PFN (1UL << (32 - PAGE_SHIFT)) /* 4 GiB */
#endif

/* The split is one constant, set by the build: 3G/1G unless told otherwise. */
#ifndef CONFIG_PAGE_OFFSET
#define CONFIG_PAGE_OFFSET 0xC0000000
#endif
#define PAGE_OFFSET ((unsigned long)CONFIG_PAGE_OFFSET)
#define TASK_SIZE   PAGE_OFFSET

/* Where the boot loader puts the image, and where .boot runs. */
#define LOAD_PHYSICAL_ADDR 0x00100000UL

/* What stays free above lowmem for vmalloc, kmap and fixmap; vmalloc= sets it. */
#define DEFAULT_VMALLOC_RESERVE (128UL << 20)
#define VMALLOC_OFFSET          (8UL << 20)

#define FIXADDR_TOP   0xFFFFF000UL
#define FIXADDR_START (FIXADDR_TOP - (__end_of_fixed_addresses << PAGE_SHIFT))

#ifdef CONFIG_X86_PAE
#define LAST_PKMAP 512UL
#else
#define LAST_PKMAP 1024UL
#endif
#define PKMAP_BASE  ((FIXADDR_START - PAGE_SIZE * (LAST_PKMAP + 1)) & PMD_MASK)
#define PKMAP_END   (PKMAP_BASE + (LAST_PKMAP << PAGE_SHIFT))
#define VMALLOC_END (PKMAP_BASE - 2 * PAGE_SIZE)

#define THREAD_SIZE (2 * PAGE_SIZE)

/*
 * Slots of the fixmap, counted down from FIXADDR_TOP. A slot's address is a
 * compile-time constant; what it maps is set at run time.
 */
enum fixed_addresses {
	FIX_HOLE,
	FIX_APIC_BASE,
	FIX_IO_APIC_BASE,
	/* pt_walk: a page table that lies in highmem, while it is read */
	FIX_PT_WALK,
	/* kmap_atomic: slots of the types and of the stack, for each CPU; a guard
	 * above each in debug builds (asm/kmap_types.h) */
	FIX_KMAP_BEGIN,
	FIX_KMAP_END = FIX_KMAP_BEGIN + NR_KMAP_SLOTS * KMAP_SLOT_STRIDE - 1,
	/* early_ioremap: FIX_BTMAPS_SLOTS mappings of NR_FIX_BTMAPS pages each */
	FIX_BTMAP_END,
	FIX_BTMAP_BEGIN = FIX_BTMAP_END + 4 * 16 - 1,
	__end_of_fixed_addresses
};
#define NR_FIX_BTMAPS    16
#define FIX_BTMAPS_SLOTS 4

/* The same for a debugger, which knows variables but no macros. */
struct memory_layout {
	unsigned long page_offset;
	unsigned long vmalloc_end;
	unsigned long pkmap_base, pkmap_end;
	unsigned long fixaddr_start, fixaddr_top;
	unsigned long pmd_size;
};
extern const struct memory_layout memory_layout;

#endif
