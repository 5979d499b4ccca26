/*
 * From the boot loader's information to the borders of memory and the boot
 * allocator: which frames exist, where lowmem ends and highmem begins, what is
 * in use already. (Gorman ch. 5, "Initializing the Boot Memory Allocator"; the order of steps is in
 * kernel/main.c.)
 */
#include <asm/boot_entry.h>
#include <asm/multiboot.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <mm/bootmem.h>
#include <mm/memblock.h>
#include <mm/cma.h>

#define MIN_VMALLOC    (MiB(16) + VMALLOC_OFFSET)
#define BOOT_SLACK     MiB(4)

unsigned long min_low_pfn, max_low_pfn, max_pfn;
unsigned long highstart_pfn, highend_pfn;
void *high_memory;
unsigned long __VMALLOC_RESERVE = DEFAULT_VMALLOC_RESERVE;
struct pfn_range ram_ranges[MAX_RAM_RANGES];
unsigned int nr_ram_ranges;
struct boot_info boot_info;

static unsigned long highmem_pages = HIGHMEM_ALL;

static int __init highmem_param(const char *value)
{
	u64 size;

	if (!parse_size(value, &size) || PFN_DOWN(size) > MAX_ARCH_PFN)
		return -EINVAL;
	highmem_pages = PFN_DOWN(size);
	return 0;
}
early_param("highmem", highmem_param, "highmem=SIZE[KMG], how much of RAM to make highmem");

static int __init vmalloc_param(const char *value)
{
	u64 size;

	if (!parse_size(value, &size) || size < MIN_VMALLOC || size > MiB(768))
		return -EINVAL;
	__VMALLOC_RESERVE = (unsigned long)ALIGN(size, (u64)PMD_SIZE);
	return 0;
}
early_param("vmalloc", vmalloc_param,
	    "vmalloc=SIZE[KMG], the addresses above lowmem, 24M to 768M");

/* The loader's structures are read through the boot page tables. */
static const void *__init boot_phys(u32 phys, size_t len)
{
	if (phys > BOOT_MAPPED_BYTES || len > BOOT_MAPPED_BYTES - phys)
		return NULL;
	return __va(phys);
}

void __init copy_boot_info(void)
{
	const void *info = boot_phys(boot_info_phys, sizeof(u64));
	int error;

	if (boot_magic != MULTIBOOT2_BOOTLOADER_MAGIC &&
	    boot_magic != MULTIBOOT1_BOOTLOADER_MAGIC)
		panic("the boot loader is neither Multiboot2 nor Multiboot: eax was %#x",
		      boot_magic);
	if (!info)
		panic("the boot information at %#x lies above the first GiB",
		      boot_info_phys);
	if (boot_magic == MULTIBOOT2_BOOTLOADER_MAGIC)
		error = multiboot2_parse(info, BOOT_MAPPED_BYTES - boot_info_phys,
					 &boot_info);
	else
		error = multiboot1_parse(info, boot_phys, &boot_info);
	if (error)
		panic("the boot information at %#x makes no sense", boot_info_phys);
}

static unsigned long to_mib(unsigned long pages)
{
	return pages >> (20 - PAGE_SHIFT);
}

/* LAB 2.4 BEGIN
 * The contract stands in asm/setup.h. pr_err() why a wish is not granted.
 * START WITH
 * unsigned long find_max_low_pfn(unsigned long *end, unsigned long limit,
 *                                unsigned long highmem)
 * {
 *	(void)limit, (void)highmem;
 *	return *end;
 * }
 */
/* RAM of more than lowmem can hold: the rest is highmem, or what was asked. */
static unsigned long split_large(unsigned long *end, unsigned long limit,
				 unsigned long highmem)
{
	unsigned long rest = *end - limit;

	if (highmem == HIGHMEM_ALL)
		return limit;
	if (highmem > rest)
		pr_err("highmem=%luM is more than the %luM above lowmem: using those\n",
		       to_mib(highmem), to_mib(rest));
	*end = limit + min(highmem, rest);
	return limit;
}

/* RAM that fits into lowmem: highmem only if it was asked for. */
static unsigned long split_small(unsigned long end, unsigned long highmem)
{
	if (highmem == HIGHMEM_ALL)
		return end;
	if (highmem >= end || end - highmem < MIN_LOWMEM_PFN) {
		pr_err("highmem=%luM leaves too little lowmem of %luM: ignored\n",
		       to_mib(highmem), to_mib(end));
		return end;
	}
	return end - highmem;
}

unsigned long find_max_low_pfn(unsigned long *end, unsigned long limit,
			       unsigned long highmem)
{
	if (*end > limit)
		return split_large(end, limit, highmem);
	return split_small(*end, highmem);
}
/* LAB 2.4 END */

static void __init list_ram(void)
{
	unsigned long start, end;
	unsigned int i;

	nr_ram_ranges = 0;
	for_each_ram_range (&e820, max_pfn, i, start, end)
		ram_ranges[nr_ram_ranges++] = (struct pfn_range){start, end};
}

void __init setup_memory_limits(void)
{
	unsigned long limit = MAX_ARCH_PFN;

	if (boot_cpu_data.phys_bits < 36 && PAGETABLE_LEVELS == 3)
		limit = 1UL << (boot_cpu_data.phys_bits - PAGE_SHIFT);
	max_pfn = e820_last_pfn(limit);
	min_low_pfn = PFN_UP(__pa(_end));
	if (max_pfn <= min_low_pfn)
		panic("RAM ends at %#llx, inside the kernel's image",
		      (unsigned long long)PFN_PHYS(max_pfn));
	max_low_pfn = find_max_low_pfn(&max_pfn, MAXMEM_PFN, highmem_pages);
	highstart_pfn = max_low_pfn;
	highend_pfn = max_pfn;
	list_ram();
	pr_notice("%luMB HIGHMEM available.\n", to_mib(highend_pfn - highstart_pfn));
	pr_notice("%luMB LOWMEM available.\n", to_mib(max_low_pfn));
	pr_info("  mapped low ram: 0 - %08llx\n",
		(unsigned long long)PFN_PHYS(max_low_pfn));
}

/* The first module that [start, end) runs into, or NULL. */
static const struct boot_module *__init module_in(u64 start, u64 end)
{
	for (unsigned int i = 0; i < boot_info.nr_modules; i++) {
		const struct boot_module *m = &boot_info.modules[i];

		if (m->start < end && start < m->end)
			return m;
	}
	return NULL;
}

/* A place for bootmem's bitmap behind the kernel, in RAM, clear of modules: the
 * loader likes to put those right there. */
static unsigned long __init place_bootmap(unsigned long pages)
{
	unsigned long pfn = min_low_pfn;
	unsigned long limit = min(max_low_pfn, PFN_DOWN(BOOT_MAPPED_BYTES));

	while (pfn + pages <= limit) {
		phys_addr_t start = PFN_PHYS(pfn), end = PFN_PHYS(pfn + pages);
		const struct boot_module *m = module_in(start, end);

		if (m)
			pfn = PFN_UP(m->end);
		else if (e820_all_of_type(&e820, start, end, E820_RAM))
			return pfn;
		else
			pfn++;
	}
	panic("no room for bootmem's bitmap: wanted %lu pages between frames %#lx and %#lx",
	      pages, min_low_pfn, limit);
}

static void __init free_low_ram(void)
{
	for (unsigned int i = 0; i < nr_ram_ranges; i++) {
		unsigned long start = ram_ranges[i].start_pfn;
		unsigned long end = min(ram_ranges[i].end_pfn, max_low_pfn);

		if (start < end)
			free_bootmem(PFN_PHYS(start), PFN_PHYS(end - start));
	}
}

/* Byte-exact first, then whole pages: the module's last page may hold more. */
static void __init reserve_modules(void)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < boot_info.nr_modules; i++) {
		struct boot_module m = boot_info.modules[i];

		if (m.end > PFN_PHYS(max_low_pfn)) {
			pr_err("module \"%s\" [mem 0x%08llx-0x%08llx] lies above lowmem: "
			       "refused\n", m.cmdline, (unsigned long long)m.start,
			       (unsigned long long)m.end - 1);
			continue;
		}
		pr_info("module \"%s\" [mem 0x%08llx-0x%08llx]\n", m.cmdline,
			(unsigned long long)m.start, (unsigned long long)m.end - 1);
		reserve_bootmem(m.start, m.end - m.start, BOOTMEM_DEFAULT);
		boot_info.modules[kept++] = m;
	}
	boot_info.nr_modules = kept;
}

static void __init reserve_image_and_modules(void)
{
	reserve_bootmem(__pa(PAGE_OFFSET + LOAD_PHYSICAL_ADDR),
			__pa(_end) - LOAD_PHYSICAL_ADDR, BOOTMEM_DEFAULT);
	reserve_modules();
}

static void __init setup_bitmap(void)
{
	unsigned long pages = bootmem_bootmap_pages(max_low_pfn);
	unsigned long map_pfn = place_bootmap(pages);

	init_bootmem(map_pfn, max_low_pfn);
	free_low_ram();
	reserve_image_and_modules();
	reserve_bootmem(PFN_PHYS(map_pfn), PFN_PHYS(pages), BOOTMEM_DEFAULT);
}

/* All RAM, highmem too. What is in use comes first: memblock's arrays may grow
 * into whatever it knows as free. Until paging_init, only where we can write. */
static void __init setup_memblock(void)
{
	memblock_set_current_limit(
		min(PFN_PHYS(max_low_pfn), (phys_addr_t)BOOT_MAPPED_BYTES));
	reserve_image_and_modules();
	memblock_allow_resize();
	for (unsigned int i = 0; i < nr_ram_ranges; i++) {
		unsigned long start = ram_ranges[i].start_pfn;
		unsigned long end = ram_ranges[i].end_pfn;

		if (memblock_add(PFN_PHYS(start), PFN_PHYS(end - start)))
			pr_err("memblock has no room for RAM at %#llx: not used\n",
			       (unsigned long long)PFN_PHYS(start));
	}
	memblock_dump_all();
}

void __init setup_bootmem_allocator(void)
{
	if (boot_allocator == &memblock_allocator)
		setup_memblock();
	else
		setup_bitmap();
}

/* What must still fit into one run of lowmem when CMA has its area: mem_map, and
 * page tables. */
static phys_addr_t __init boot_needs(void)
{
	return (phys_addr_t)ALIGN(max_pfn, MAX_ORDER_NR_PAGES) * sizeof(struct page) +
	       BOOT_SLACK;
}

static bool __init claim_lowmem(phys_addr_t start, phys_addr_t size)
{
	if (reserve_bootmem(start, size, BOOTMEM_EXCLUSIVE))
		return false;
	if (PFN_PHYS(bootmem_longest_run()) >= boot_needs())
		return true;
	free_bootmem(start, size);
	return false;
}

/* bootmem knows nothing of highmem: mem_init leaves out what is kept here. */
static bool __init claim_highmem(unsigned long start_pfn, unsigned long end_pfn)
{
	for (unsigned int i = 0; i < nr_ram_ranges; i++)
		if (start_pfn >= ram_ranges[i].start_pfn &&
		    end_pfn <= ram_ranges[i].end_pfn)
			return true;
	return false;
}

static bool __init claim_frames(unsigned long start_pfn, unsigned long end_pfn)
{
	if (start_pfn >= max_low_pfn)
		return claim_highmem(start_pfn, end_pfn);
	return claim_lowmem(PFN_PHYS(start_pfn), PFN_PHYS(end_pfn - start_pfn));
}

void __init setup_cma(void)
{
	const struct cma_machine machine = {.dma_end = PFN_DOWN(MAX_DMA_ADDRESS),
					    .lowmem_end = max_low_pfn,
					    .end = max_pfn,
					    .claim = claim_frames};

	cma_reserve(&machine);
}
