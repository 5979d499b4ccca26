/*
 * The machine that the page allocator has on the host: 192 MiB, the arena, with
 * highmem from 128 MiB and a hole of a few frames that are not RAM. Tests may
 * build it anew to start from known lists.
 */

#include <asm/page.h>
#include <asm/pageattr.h>
#include <asm/pgtable.h>
#include <asm/pkmap.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/window.h>
#include <kernel/thread_stack.h>
#include <lib/bug.h>
#include <mm/page_debug.h>
#include <mm/page_owner.h>
#include <mm/slab.h>
#include <mm/tlb.h>
#include <mm/vmalloc.h>

#include "machine.h"

#define FRAMES      (HOST_ARENA_SIZE >> PAGE_SHIFT)
#define OWNER_BYTES (1UL << 20) /* at least page_owner_bytes(FRAMES) */

unsigned long host_kmap_slots[NR_KMAP_SLOTS];
pte_t pkmap_page_table[LAST_PKMAP];

/* The window for vmalloc lies where the kernel has it; nothing is ever read through
 * its addresses. */
#define HOST_LOWMEM_END 0xF8000000UL

static struct page page_map[FRAMES];
static char owner_memory[OWNER_BYTES] __aligned(8);

static const struct pfn_range ram[] = {
	{1, 0x9f}, {0x100, PFN_DOWN(HOST_ARENA_SIZE) - 32}};

/* ---- Page tables that no CPU walks ---- */

pteval_t __supported_pte_mask = (pteval_t)~0ULL;
pgd_t swapper_pg_dir[PTRS_PER_PGD] __aligned(PAGE_SIZE);
void *high_memory = (void *)HOST_LOWMEM_END;
struct cpuinfo_x86 boot_cpu_data = {.phys_bits = 36};

static void host_page_tables_init(void)
{
	static pmd_t pmds[PTRS_PER_PGD][PTRS_PER_PMD] __aligned(PAGE_SIZE);

	__builtin_memset(pmds, 0, sizeof(pmds));
	for (unsigned long i = 0; i < PTRS_PER_PGD; i++) {
		pud_t *pud = (pud_t *)&swapper_pg_dir[i];

		__clear_entry((pteval_t *)pud);
		pud_populate(pud, __pa(pmds[i]));
	}
}

bool is_window_address(const void *addr)
{
	return is_vmalloc_addr(addr);
}

unsigned long window_pfn(const void *addr)
{
	return vmalloc_to_pfn(addr);
}

void host_machine_init(void)
{
	const unsigned long zone_end[MAX_NR_ZONES] = {
		[ZONE_DMA] = PFN_DOWN(MAX_DMA_ADDRESS),
		[ZONE_NORMAL] = PFN_DOWN(HOST_HIGHMEM_START),
		[ZONE_HIGHMEM] = ram[1].end_pfn,
		[ZONE_MOVABLE] = ram[1].end_pfn,
	};
	struct zone *zone;

	for_each_zone (zone) {
		const char *name = zone->name;

		__builtin_memset(zone, 0, sizeof(*zone));
		zone->name = name;
	}
	contig_page_data.node_present_pages = 0;
	mem_map = page_map;
	page_owner_memory = owner_memory;
	__asan_unpoison_memory_region(host_arena, HOST_ARENA_SIZE);
	free_area_init(ram, 2, zone_end);
	build_all_zonelists();
	BUG_ON(page_owner_bytes(max_mapnr) > OWNER_BYTES);
	page_debug_init();
	for (int i = 0; i < 2; i++)
		free_reserved_range(ram[i].start_pfn, ram[i].end_pfn);
	init_per_zone_pages_min();
	kmem_cache_init();
	host_page_tables_init();
	vmalloc_init();
}

/* ---- The TLB that there is not ---- */

DEFINE_PER_CPU(tlb_counts_t, tlb_counts);
bool tlb_check;

void flush_tlb_kernel_range(unsigned long start, unsigned long end, enum tlb_reason why)
{
	(void)start, (void)end;
	__get_cpu_var(tlb_counts)[why].ranges++;
}

void __tlb_check_unmapped(unsigned long start, unsigned long end)
{
	(void)start, (void)end;
}

/* ---- Threads' stacks ---- */

void *alloc_thread_stack(void)
{
	return alloc_pages_exact(THREAD_SIZE, GFP_KERNEL);
}

/* A thread leaves its last frames without returning from them. */
void free_thread_stack(void *stack)
{
	__asan_unpoison_memory_region(stack, THREAD_SIZE);
	free_pages_exact(stack, THREAD_SIZE);
}
