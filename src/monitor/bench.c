/*
 * bench: what the memory manager's operations cost, in ticks of the TSC. In an
 * emulator that counts one tick an instruction (QEMU's -icount shift=0; ./k896
 * bench starts it so) these are guest instructions, and the same in every run.
 * Names and definitions are those of tests/bench/README.md, where a real Linux's
 * figures stand.
 *
 * A figure is the median of ten batches of n operations, less the empty loop, after
 * a warm-up of n / 4. Interrupts are off, except for what may sleep.
 */
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <lib/math64.h>
#include <lib/printk.h>
#include <lib/sort.h>
#include <lib/string.h>
#include <lib/util.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <monitor/monitor.h>

#define BATCHES      10
#define TENTHS       10
#define PAGES_MAX    16384
#define FIRST_MAPS   2048 /* distinct pages for kmap_first_*: four times the slots */
#define SMALL_PCP    252
#define OBJECT_BYTES 120

static struct page **pages; /* PAGES_MAX of them */
static struct page *high[2];
static struct kmem_cache *cache;
static void *volatile vmalloc_address;

/* ---- Loops: each runs n operations and returns the ticks that count ---- */

#define LOOP(name, body)                                                               \
	static u64 name(unsigned int n)                                                \
	{                                                                              \
		u64 start = rdtsc();                                                   \
		for (unsigned int i = 0; i < n; i++) {                                 \
			body;                                                          \
			barrier();                                                     \
		}                                                                      \
		return rdtsc() - start;                                                \
	}
#define PAGE_LOOP(name, gfp, order) LOOP(name, __free_pages(alloc_pages(gfp, order), order))
#define KMALLOC_LOOP(size) LOOP(kmalloc_##size##_pair, kfree(kmalloc(size, GFP_KERNEL)))
#define VMALLOC_LOOP(name, size) LOOP(vmalloc_##name##_pair, vfree(vmalloc(size)))

LOOP(nothing, )
PAGE_LOOP(page_order0_pair, GFP_KERNEL, 0)
PAGE_LOOP(page_order0_atomic_pair, GFP_ATOMIC, 0)
PAGE_LOOP(page_highuser_pair, GFP_HIGHUSER, 0)
PAGE_LOOP(page_highuser_zero_pair, GFP_HIGHUSER | __GFP_ZERO, 0)
PAGE_LOOP(page_dma_pair, GFP_KERNEL | GFP_DMA, 0)
PAGE_LOOP(page_order1_pair, GFP_KERNEL, 1)
PAGE_LOOP(page_order2_pair, GFP_KERNEL, 2)
PAGE_LOOP(page_order3_pair, GFP_KERNEL, 3)
PAGE_LOOP(page_order4_pair, GFP_KERNEL, 4)
PAGE_LOOP(page_order5_pair, GFP_KERNEL, 5)
PAGE_LOOP(page_order9_pair, GFP_KERNEL, 9)
PAGE_LOOP(page_order10_pair, GFP_KERNEL, 10)
KMALLOC_LOOP(32)
KMALLOC_LOOP(64)
KMALLOC_LOOP(128)
KMALLOC_LOOP(256)
KMALLOC_LOOP(1024)
KMALLOC_LOOP(4096)
KMALLOC_LOOP(8192)
LOOP(kmem_cache_120_pair, kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL)))
LOOP(kmap_atomic_pair, kunmap_atomic(kmap_atomic(high[0])))
LOOP(kmap_hot_pair, kmap(high[0]); kunmap(high[0]))
LOOP(clear_highpage_loop, clear_highpage(high[0]))
LOOP(copy_highpage_loop, copy_highpage(high[1], high[0]))
LOOP(vmalloc_to_page_loop, (void)vmalloc_to_page(vmalloc_address))
VMALLOC_LOOP(4k, KiB(4))
VMALLOC_LOOP(64k, KiB(64))
VMALLOC_LOOP(1m, MiB(1))
VMALLOC_LOOP(8m, MiB(8))

static u64 take_pages(unsigned int n, gfp_t gfp)
{
	u64 start = rdtsc();

	for (unsigned int i = 0; i < n; i++)
		pages[i] = alloc_page(gfp);
	return rdtsc() - start;
}

static u64 give_pages(unsigned int n)
{
	u64 start = rdtsc();

	for (unsigned int i = 0; i < n; i++)
		__free_page(pages[i]);
	return rdtsc() - start;
}

static u64 page_batch_alloc(unsigned int n)
{
	u64 ticks = take_pages(n, GFP_KERNEL);

	give_pages(n);
	return ticks;
}

static u64 page_batch_free(unsigned int n)
{
	take_pages(n, GFP_KERNEL);
	return give_pages(n);
}

/* Each of n pages that have no slot, with the flushes that this needs. */
static u64 kmap_first_map(unsigned int n)
{
	u64 ticks = 0;

	kmap_flush_unused();
	for (unsigned int i = 0; i < n; i++) {
		u64 start = rdtsc();

		kmap(pages[i]);
		ticks += rdtsc() - start;
		kunmap(pages[i]);
	}
	return ticks;
}

/* ---- The table ---- */

enum kind {
	ATOMIC,   /* interrupts off */
	SLEEPS,   /* and on */
	SMALLPCP, /* off, with short per-CPU lists */
	HIGH,     /* on, with n pages of highmem in pages[] */
};

static const struct bench {
	const char *name;
	u64 (*loop)(unsigned int n);
	unsigned int n;
	enum kind kind;
} benches[] = {
	{"page_order0_pair", page_order0_pair, 10000, ATOMIC},
	{"page_order0_atomic_pair", page_order0_atomic_pair, 10000, ATOMIC},
	{"page_highuser_pair", page_highuser_pair, 10000, ATOMIC},
	{"page_highuser_zero_pair", page_highuser_zero_pair, 1000, ATOMIC},
	{"page_dma_pair", page_dma_pair, 10000, ATOMIC},
	{"page_order1_pair", page_order1_pair, 10000, ATOMIC},
	{"page_order2_pair", page_order2_pair, 10000, ATOMIC},
	{"page_order3_pair", page_order3_pair, 10000, ATOMIC},
	{"page_order4_pair", page_order4_pair, 10000, ATOMIC},
	{"page_order5_pair", page_order5_pair, 10000, ATOMIC},
	{"page_order9_pair", page_order9_pair, 1000, ATOMIC},
	{"page_order10_pair", page_order10_pair, 1000, ATOMIC},
	{"page_batch512_alloc_per_page", page_batch_alloc, 512, ATOMIC},
	{"page_batch512_free_per_page", page_batch_free, 512, ATOMIC},
	{"page_batch16384_alloc_per_page", page_batch_alloc, PAGES_MAX, ATOMIC},
	{"page_batch16384_free_per_page", page_batch_free, PAGES_MAX, ATOMIC},
	{"page_batch512_smallpcp_alloc_per_page", page_batch_alloc, 512, SMALLPCP},
	{"page_batch512_smallpcp_free_per_page", page_batch_free, 512, SMALLPCP},
	{"page_batch16384_smallpcp_alloc_per_page", page_batch_alloc, PAGES_MAX, SMALLPCP},
	{"page_batch16384_smallpcp_free_per_page", page_batch_free, PAGES_MAX, SMALLPCP},
	{"kmalloc_32_pair", kmalloc_32_pair, 10000, ATOMIC},
	{"kmalloc_64_pair", kmalloc_64_pair, 10000, ATOMIC},
	{"kmalloc_128_pair", kmalloc_128_pair, 10000, ATOMIC},
	{"kmalloc_256_pair", kmalloc_256_pair, 10000, ATOMIC},
	{"kmalloc_1024_pair", kmalloc_1024_pair, 10000, ATOMIC},
	{"kmalloc_4096_pair", kmalloc_4096_pair, 10000, ATOMIC},
	{"kmalloc_8192_pair", kmalloc_8192_pair, 10000, ATOMIC},
	{"kmem_cache_120_pair", kmem_cache_120_pair, 10000, ATOMIC},
	{"kmap_atomic_pair", kmap_atomic_pair, 10000, ATOMIC},
	{"kmap_hot_pair", kmap_hot_pair, 10000, SLEEPS},
	{"kmap_first_map", kmap_first_map, FIRST_MAPS, HIGH},
	{"clear_highpage", clear_highpage_loop, 1000, ATOMIC},
	{"copy_highpage", copy_highpage_loop, 1000, ATOMIC},
	{"vmalloc_4k_pair", vmalloc_4k_pair, 10000, SLEEPS},
	{"vmalloc_64k_pair", vmalloc_64k_pair, 2000, SLEEPS},
	{"vmalloc_1m_pair", vmalloc_1m_pair, 200, SLEEPS},
	{"vmalloc_8m_pair", vmalloc_8m_pair, 40, SLEEPS},
	{"vmalloc_to_page", vmalloc_to_page_loop, 10000, ATOMIC},
};

/* ---- Measuring ---- */

static u64 run_batch(const struct bench *bench, unsigned int n)
{
	unsigned long flags;
	u64 ticks;

	if (bench->kind == SLEEPS || bench->kind == HIGH)
		return bench->loop(n);
	local_irq_save(flags);
	ticks = bench->loop(n);
	local_irq_restore(flags);
	return ticks;
}

/* What is not the operation: the loop, or a pair of looks at the TSC each time. */
static u64 overhead(const struct bench *bench)
{
	u64 start = rdtsc();

	return bench->kind == HIGH ? bench->n * (rdtsc() - start) : nothing(bench->n);
}

static void print_tenths(u64 ticks, u64 less, unsigned int n)
{
	u64 tenths = div_u64((ticks > less ? ticks - less : 0) * TENTHS, n);
	u32 rest;
	u64 whole = div_u64_rem(tenths, TENTHS, &rest);

	console_printf(" %9llu.%u", (unsigned long long)whole, rest);
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void measure(const struct bench *bench)
{
	u64 batches[BATCHES], less;

	run_batch(bench, bench->n / 4);
	for (int i = 0; i < BATCHES; i++)
		batches[i] = run_batch(bench, bench->n);
	less = overhead(bench);
	sort(batches, BATCHES, sizeof(batches[0]), compare, NULL);
	console_printf("%-40s", bench->name);
	print_tenths(batches[BATCHES / 2], less, bench->n);
	print_tenths(batches[0], less, bench->n);
	print_tenths(batches[BATCHES - 1], less, bench->n);
	console_printf("\n");
}

/* ---- What a kind needs around it ---- */

static struct per_cpu_pages *normal_pcp(void)
{
	return zone_pcp(&contig_page_data.node_zones[ZONE_NORMAL]);
}

static bool take_high(unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		pages[i] = alloc_page(GFP_HIGHUSER | __GFP_NOWARN);
		if (pages[i] && PageHighMem(pages[i]))
			continue;
		if (pages[i])
			__free_page(pages[i]);
		give_pages(i);
		return false;
	}
	return true;
}

static void run(const struct bench *bench)
{
	int before = normal_pcp()->high;

	if (bench->kind == HIGH && !take_high(bench->n)) {
		console_printf("%-40s needs highmem\n", bench->name);
		return;
	}
	if (bench->kind == SMALLPCP) {
		drain_all_pages();
		normal_pcp()->high = SMALL_PCP;
	}
	measure(bench);
	normal_pcp()->high = before;
	if (bench->kind == HIGH)
		give_pages(bench->n);
}

static bool prepare(void)
{
	pages = vmalloc(PAGES_MAX * sizeof(*pages));
	high[0] = alloc_page(GFP_HIGHUSER);
	high[1] = alloc_page(GFP_HIGHUSER);
	cache = kmem_cache_create("bench-120", OBJECT_BYTES, 0,
				  SLAB_HWCACHE_ALIGN | SLAB_NO_MERGE, NULL);
	vmalloc_address = vmalloc(PAGE_SIZE);
	return pages && high[0] && high[1] && cache && vmalloc_address;
}

static void clean_up(void)
{
	vfree(vmalloc_address);
	if (cache)
		kmem_cache_destroy(cache);
	for (int i = 0; i < 2; i++)
		if (high[i])
			__free_page(high[i]);
	vfree(pages);
	vm_unmap_aliases();
}

/* Those whose name begins so; "": all. Returns how many. */
static unsigned int run_those(const char *name)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < ARRAY_SIZE(benches); i++) {
		if (monitor_interrupted())
			break;
		if (strncmp(benches[i].name, name, strlen(name)))
			continue;
		run(&benches[i]);
		nr++;
	}
	return nr;
}

static int bench_command(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	unsigned int nr = 0;

	if (argc > 2)
		return monitor_usage();
	if (prepare()) {
		console_printf("%-40s %11s %11s %11s\n", "per operation", "median", "least",
			       "most");
		nr = run_those(name);
		if (!nr)
			console_printf("bench: nothing begins with \"%.40s\"\n", name);
	} else {
		console_printf("bench: no memory\n");
	}
	clean_up();
	return nr ? 0 : 1;
}
MONITOR_COMMAND(bench, bench_command, "bench [NAME]", "count what operations cost",
		"Runs those whose name begins with NAME, or all, and prints the ticks of\n"
		"the TSC per operation. ./k896 bench starts an emulator in which a tick is\n"
		"an instruction. Ctrl-C ends it after the figure that runs.");
