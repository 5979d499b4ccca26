/*
 * slabcost: what a call costs, in cycles of the TSC. Under QEMU's -icount shift=0
 * that is instructions, and the same from run to run. The loop's own cost is
 * measured and taken off.
 */
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <lib/math64.h>
#include <lib/printk.h>
#include <lib/util.h>
#include <mm/slab.h>
#include <monitor/monitor.h>

#define ROUNDS    64
#define BATCH     256
#define CALLS     (ROUNDS * BATCH)
#define TENTHS    10
#define LOAD_SIZE 100

static void *taken[BATCH];
static struct kmem_cache *cache;

struct cost {
	u64 pair;  /* cycles of CALLS pairs: taken, and at once given back */
	u64 batch; /* the same in rounds: BATCH taken, then BATCH given back */
};

/* In line, so that a constant size is one for kmalloc too. */
#define PAIRS(TAKE, PUT)                                                               \
	for (unsigned int i = 0; i < CALLS; i++) {                                     \
		void *object = TAKE;                                                   \
		__asm__ volatile("" : "+r"(object));                                   \
		PUT;                                                                   \
	}
#define BATCHES(TAKE, PUT)                                                             \
	for (unsigned int round = 0; round < ROUNDS; round++) {                        \
		for (unsigned int i = 0; i < BATCH; i++)                               \
			taken[i] = TAKE;                                               \
		for (unsigned int i = 0; i < BATCH; i++) {                             \
			void *object = taken[i];                                       \
			__asm__ volatile("" : "+r"(object));                           \
			PUT;                                                           \
		}                                                                      \
	}
#define MEASURE(name, TAKE, PUT)                                                       \
	static struct cost measure_##name(void)                                        \
	{                                                                              \
		u64 start, middle;                                                     \
		PAIRS(TAKE, PUT)                                                       \
		start = rdtsc();                                                       \
		PAIRS(TAKE, PUT)                                                       \
		middle = rdtsc();                                                      \
		BATCHES(TAKE, PUT)                                                     \
		return (struct cost){middle - start, rdtsc() - middle};                \
	}

MEASURE(nothing, taken[0], (void)object)
MEASURE(cache_120, kmem_cache_alloc(cache, GFP_KERNEL), kmem_cache_free(cache, object))
MEASURE(kmalloc_32, kmalloc(32, GFP_KERNEL), kfree(object))
MEASURE(kmalloc_128, kmalloc(128, GFP_KERNEL), kfree(object))
MEASURE(kmalloc_512, kmalloc(512, GFP_KERNEL), kfree(object))
MEASURE(kmalloc_1024, kmalloc(1024, GFP_KERNEL), kfree(object))
MEASURE(kmalloc_4096, kmalloc(4096, GFP_KERNEL), kfree(object))
MEASURE(kmalloc_8192, kmalloc(8192, GFP_KERNEL), kfree(object))
MEASURE(unknown_100, __kmalloc(100, GFP_KERNEL), kfree(object))

static const struct {
	const char *name;
	struct cost (*measure)(void);
} rows[] = {
    {"kmem_cache_alloc, 120 bytes", measure_cache_120},
    {"kmalloc(32)", measure_kmalloc_32},
    {"kmalloc(128)", measure_kmalloc_128},
    {"kmalloc(512)", measure_kmalloc_512},
    {"kmalloc(1024)", measure_kmalloc_1024},
    {"kmalloc(4096)", measure_kmalloc_4096},
    {"kmalloc(8192)", measure_kmalloc_8192},
    {"__kmalloc(100), size unknown", measure_unknown_100},
};

static void print_tenths(u64 cycles, u64 idle)
{
	u64 tenths = div_u64((cycles > idle ? cycles - idle : 0) * TENTHS, CALLS);
	u32 rest;
	u64 whole = div_u64_rem(tenths, TENTHS, &rest);

	console_printf("%8llu.%u", (unsigned long long)whole, rest);
}

/* ---- A load: every other object of so many, so that there are holes ---- */

struct load {
	struct load *next;
	char rest[LOAD_SIZE - sizeof(struct load *)];
};

static void free_load(struct load *load)
{
	while (load) {
		struct load *next = load->next;

		kfree(load);
		load = next;
	}
}

static struct load *take_load(u64 objects)
{
	struct load *kept = NULL, *holes = NULL;

	for (u64 i = 0; i < objects; i++) {
		struct load **list = i % 2 ? &holes : &kept;
		struct load *load = kmalloc(sizeof(*load), GFP_KERNEL);

		if (!load)
			break;
		load->next = *list;
		*list = load;
	}
	free_load(holes);
	return kept;
}

static void measure_all(void)
{
	struct cost idle = measure_nothing();
	unsigned long flags;

	console_printf("%-30s%10s%10s\n", slab_allocator_name, "pair", "batches");
	for (unsigned int i = 0; i < ARRAY_SIZE(rows) && !monitor_interrupted(); i++) {
		struct cost cost;

		local_irq_save(flags);
		cost = rows[i].measure();
		local_irq_restore(flags);
		console_printf("%-30s", rows[i].name);
		print_tenths(cost.pair, idle.pair);
		print_tenths(cost.batch, idle.batch);
		console_printf("\n");
	}
}

static int slabcost_command(int argc, char **argv)
{
	struct load *load;
	u64 objects = 0;

	if (argc > 2)
		return monitor_usage();
	if (argc == 2 &&
	    !monitor_parse_number(argv[1], "OBJECTS", 0, UINT32_MAX, &objects))
		return 1;
	cache = kmem_cache_create("cost-120", 120, 0, SLAB_NO_MERGE, NULL);
	if (!cache)
		return 1;
	load = take_load(objects);
	measure_all();
	free_load(load);
	kmem_cache_destroy(cache);
	return 0;
}
MONITOR_COMMAND(
    slabcost, slabcost_command, "slabcost [OBJECTS]", "measure what an object costs",
    "Cycles of the TSC for one allocation and its free: by pairs, and in\n"
    "batches of 256. Under QEMU's \"-icount shift=0,sleep=off\" these are\n"
    "instructions. With OBJECTS, that many of 100 bytes are taken before, and\n"
    "every other one given back.");
