/*
 * slabmix: what an object allocator's choices cost in memory, on a load that is
 * real: the objects that Debian's Linux 6.1 holds when it has booted on a 4 GiB
 * machine (tests/oracle/pc-4G/slabinfo), a sixteenth of each kind. Their order, the
 * sizes asked of kmalloc and which of them die first follow from the seed alone: so
 * the allocators see the same calls.
 */
#include <lib/printk.h>
#include <lib/util.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <monitor/monitor.h>

#define SCALE       16
#define MIX_OBJECTS 3700
#define PERCENT     100

struct kind {
	const char *name; /* NULL: kmalloc, sizes above `least` up to size */
	unsigned int size, objects, least;
	unsigned long flags;
};

#define CACHE(n, size, objects)                                                        \
	{                                                                              \
		"mix-" n, size, objects, 0, SLAB_NO_MERGE                              \
	}
#define RECLAIM(n, size, objects)                                                      \
	{                                                                              \
		"mix-" n, size, objects, 0, SLAB_NO_MERGE | SLAB_RECLAIM_ACCOUNT       \
	}
#define KMALLOC(least, size, objects)                                                  \
	{                                                                              \
		NULL, size, objects, least, 0                                          \
	}

static const struct kind kinds[] = {
    RECLAIM("inode_cache", 416, 10659),
    RECLAIM("dentry", 128, 10784),
    CACHE("kernfs_node_cache", 80, 9843),
    CACHE("task_struct", 5248, 54),
    CACHE("lsm_file_cache", 16, 11008),
    CACHE("biovec-max", 3072, 50),
    CACHE("ftrace_event_field", 40, 3468),
    CACHE("trace_event_file", 56, 1460),
    RECLAIM("radix_tree_node", 304, 234),
    CACHE("sighand_cache", 1344, 48),
    RECLAIM("shmem_inode_cache", 488, 112),
    CACHE("signal_cache", 768, 60),
    RECLAIM("proc_dir_entry", 128, 288),
    CACHE("names_cache", 4096, 8),
    CACHE("perf_event", 848, 19),
    RECLAIM("proc_inode_cache", 456, 34),
    RECLAIM("sock_inode_cache", 640, 24),
    CACHE("biovec-128", 1536, 10),
    CACHE("pgd_cache", 32, 384),
    CACHE("maple_node", 256, 48),
    CACHE("cred_jar", 128, 64),
    KMALLOC(0, 32, 3296),
    KMALLOC(32, 64, 768),
    KMALLOC(64, 96, 294),
    KMALLOC(96, 128, 384),
    KMALLOC(128, 192, 231),
    KMALLOC(192, 256, 224),
    KMALLOC(256, 512, 288),
    KMALLOC(512, 1024, 160),
    KMALLOC(1024, 2048, 40),
    KMALLOC(2048, 4096, 16),
    KMALLOC(4096, 8192, 8),
};
#define NR_KINDS ARRAY_SIZE(kinds)

static struct kmem_cache *caches[NR_KINDS];
static struct mixed {
	void *object;
	unsigned int size;
	unsigned int kind;
} mix[MIX_OBJECTS];
static unsigned int nr_mixed;
static unsigned long bytes_asked;

/* Marsaglia, "Xorshift RNGs", 2003. */
static u32 next_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Who comes when: each kind's objects, shuffled (Knuth 3.4.2, algorithm P). */
static void plan(u32 *state)
{
	nr_mixed = 0;
	bytes_asked = 0;
	for (unsigned int k = 0; k < NR_KINDS; k++) {
		unsigned int objects = DIV_ROUND_UP(kinds[k].objects, SCALE);

		for (unsigned int i = 0; i < objects && nr_mixed < MIX_OBJECTS; i++)
			mix[nr_mixed++] = (struct mixed){.kind = k};
	}
	for (unsigned int i = nr_mixed - 1; i > 0; i--)
		swap(mix[i].kind, mix[next_random(state) % (i + 1)].kind);
}

static bool take(struct mixed *m, u32 *state)
{
	const struct kind *kind = &kinds[m->kind];

	m->size = kind->size;
	if (!kind->name)
		m->size =
		    kind->least + 1 + next_random(state) % (kind->size - kind->least);
	m->object = kind->name ? kmem_cache_alloc(caches[m->kind], GFP_KERNEL)
	                       : kmalloc(m->size, GFP_KERNEL);
	if (!m->object)
		return false;
	bytes_asked += m->size;
	return true;
}

static void put(struct mixed *m)
{
	if (!m->object)
		return;
	if (kinds[m->kind].name)
		kmem_cache_free(caches[m->kind], m->object);
	else
		kfree(m->object);
	m->object = NULL;
	bytes_asked -= m->size;
}

static void shrink_all(void)
{
	struct kmem_cache *cache = NULL;

	down(&cache_chain_mutex);
	while ((cache = kmem_cache_next(cache)) != NULL)
		kmem_cache_shrink(cache);
	up(&cache_chain_mutex);
}

static unsigned long pages_held(void)
{
	return slab_nr_pages(true) + slab_nr_pages(false);
}

static void print_row(const char *what, unsigned int objects, unsigned long pages)
{
	unsigned long kib = pages << (PAGE_SHIFT - 10);

	console_printf("%-34s%8u%12lu%8lu%8lu", what, objects, bytes_asked, pages, kib);
	if (bytes_asked)
		console_printf("%9lu%%", (pages * PAGE_SIZE - bytes_asked) /
		                             (bytes_asked / PERCENT));
	console_printf("\n");
}

static bool create_caches(void)
{
	for (unsigned int k = 0; k < NR_KINDS; k++) {
		if (!kinds[k].name)
			continue;
		caches[k] = kmem_cache_create(kinds[k].name, kinds[k].size, 0,
		                              kinds[k].flags, NULL);
		if (!caches[k])
			return false;
	}
	return true;
}

static void destroy_caches(void)
{
	for (unsigned int k = 0; k < NR_KINDS; k++) {
		if (caches[k])
			kmem_cache_destroy(caches[k]);
		caches[k] = NULL;
	}
}

static bool run_mix(u32 *state, unsigned long before)
{
	for (unsigned int i = 0; i < nr_mixed; i++)
		if (!take(&mix[i], state))
			return false;
	print_row("all of them", nr_mixed, pages_held() - before);
	for (unsigned int i = 0; i < nr_mixed; i += 2)
		put(&mix[i]);
	shrink_all();
	print_row("every other one freed, shrunk", nr_mixed / 2, pages_held() - before);
	for (unsigned int i = 0; i + 2 < nr_mixed; i += 2) /* others take their place */
		swap(mix[i].kind, mix[i + 2].kind);
	for (unsigned int i = 0; i < nr_mixed; i += 2)
		if (!take(&mix[i], state))
			return false;
	print_row("as many again", nr_mixed, pages_held() - before);
	return true;
}

static int slabmix_command(int argc, char **argv)
{
	unsigned long before;
	u64 seed = 1;
	u32 state;
	bool worked;

	if (argc > 2)
		return monitor_usage();
	if (argc == 2 && !monitor_parse_number(argv[1], "SEED", 1, UINT32_MAX, &seed))
		return 1;
	state = (u32)seed;
	plan(&state);
	shrink_all();
	before = pages_held();
	console_printf("%-34s%8s%12s%8s%8s%10s\n", slab_allocator_name, "objects",
	               "bytes", "pages", "KiB", "overhead");
	worked = create_caches() && run_mix(&state, before);
	for (unsigned int i = 0; i < nr_mixed; i++)
		put(&mix[i]);
	shrink_all();
	if (worked)
		print_row("none left, shrunk", 0, pages_held() - before);
	else
		console_printf("slabmix: no memory for it\n");
	destroy_caches();
	shrink_all(); /* the caches' own descriptors are objects too */
	return worked ? 0 : 1;
}
MONITOR_COMMAND(
    slabmix, slabmix_command, "slabmix [SEED]",
    "measure the allocator's memory on a real load",
    "Takes a sixteenth of the objects that a Linux holds after it has booted,\n"
    "in an order that SEED (1) determines, frees half of them, and takes as many\n"
    "again: the bytes that were asked for, the pages that the allocator holds\n"
    "for them, and how much more these are.");
