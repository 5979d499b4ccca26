/*
 * slab: the object allocator at a glance, or one cache drawn: its slabs, the state
 * of each object, the colours in use. slabinfo: a cache's tunables, as one writes
 * them to /proc/slabinfo.
 */
#include <lib/errno.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <monitor/monitor.h>

#define ROW_OBJECTS 64 /* objects drawn in a line */
#define COLOURS_MAX 64 /* different ones that are told apart */
#define INDENT      "            "

static const char marks[] = {
    [OBJECT_FREE] = '.',
    [OBJECT_USED] = '#',
    [OBJECT_CACHED] = 'c',
};

/* What a walk over one cache's slabs has seen. */
static struct drawing {
	struct kmem_cache *cache;
	unsigned long slabs, count[OBJECT_CACHED + 1];
	unsigned int nr_colours;
	struct {
		unsigned int offset;
		unsigned long slabs;
	} colours[COLOURS_MAX];
	unsigned long more; /* slabs of yet other colours */
} drawing;

static void note_colour(struct drawing *d, unsigned int offset)
{
	unsigned int at = 0;

	while (at < d->nr_colours && d->colours[at].offset < offset)
		at++;
	if (at < d->nr_colours && d->colours[at].offset == offset) {
		d->colours[at].slabs++;
		return;
	}
	if (d->nr_colours == COLOURS_MAX) {
		d->more++;
		return;
	}
	memmove(&d->colours[at + 1], &d->colours[at],
	        (d->nr_colours - at) * sizeof(d->colours[0]));
	d->colours[at].offset = offset;
	d->colours[at].slabs = 1;
	d->nr_colours++;
}

static void draw_slab(const struct slab_view *slab, void *arg)
{
	struct drawing *d = arg;

	d->slabs++;
	note_colour(d, slab->colour_offset);
	if (monitor_interrupted())
		return;
	console_printf("0x%08lx  %-7s +%-4u %3u of %3u", slab->page_address, slab->list,
	               slab->colour_offset, slab->inuse, slab->objects);
	for (unsigned int n = 0; n < slab->objects; n++) {
		enum object_state state = slab_object_state(d->cache, slab, n);

		d->count[state]++;
		if (n % ROW_OBJECTS == 0)
			console_printf("\n" INDENT);
		console_write(&marks[state], 1);
	}
	console_printf("\n");
}

static void print_colours(const struct drawing *d)
{
	console_printf("colours in use:");
	for (unsigned int i = 0; i < d->nr_colours; i++)
		console_printf(" +%u (%lu slab%s)", d->colours[i].offset,
		               d->colours[i].slabs,
		               d->colours[i].slabs == 1 ? "" : "s");
	if (d->more)
		console_printf(" others (%lu)", d->more);
	console_printf("\n");
}

static void print_geometry(const struct kmem_cache *cache, const struct slabinfo *info)
{
	console_printf("%s, by %s: objects of ", kmem_cache_name(cache),
	               slab_allocator_name);
	if (!kmem_cache_size(cache)) {
		console_printf("any size\n");
		return;
	}
	console_printf("%zu bytes, %u as they lie there; %u in a slab of %u page%s\n",
	               kmem_cache_size(cache), info->object_size,
	               info->objects_per_slab, info->pages_per_slab,
	               info->pages_per_slab == 1 ? "" : "s");
}

/* cache_chain_mutex held. */
static int draw_cache(const char *name)
{
	struct kmem_cache *cache = kmem_cache_find(name);
	struct drawing *d = &drawing;
	struct slabinfo info;

	if (!cache) {
		console_printf("slab: %.64s: no such cache; /proc/slabinfo has them\n",
		               name);
		return 1;
	}
	*d = (struct drawing){.cache = cache};
	get_slabinfo(cache, &info);
	print_geometry(cache, &info);
	kmem_cache_for_each_slab(cache, draw_slab, d);
	if (monitor_interrupted())
		return MONITOR_INTERRUPTED;
	if (d->slabs > info.num_slabs)
		console_printf(
		    "these pages are of all caches, each mark 32 bytes of them\n");
	console_printf("%lu slab%s: # %lu used, c %lu free in an array, . %lu free\n",
	               d->slabs, d->slabs == 1 ? "" : "s", d->count[OBJECT_USED],
	               d->count[OBJECT_CACHED], d->count[OBJECT_FREE]);
	if (d->slabs)
		print_colours(d);
	return 0;
}

static int show_totals(void)
{
	unsigned long pages, bytes, caches = 0;
	struct kmem_cache *cache = NULL;
	unsigned int violations;

	down(&cache_chain_mutex);
	while ((cache = kmem_cache_next(cache)) != NULL)
		caches++;
	up(&cache_chain_mutex);
	slab_totals(&pages, &bytes);
	console_printf(
	    "%s: %lu caches, %lu pages (%lu of them reclaimable), %lu bytes in "
	    "use",
	    slab_allocator_name, caches, pages, slab_nr_pages(true), bytes);
	if (pages)
		console_printf(": %lu%%", bytes / (pages * (PAGE_SIZE / 100)));
	violations = slab_check();
	console_printf("\nslab_check: %u violations\n", violations);
	return violations ? 1 : 0;
}

static int slab_command(int argc, char **argv)
{
	int status;

	if (argc > 2)
		return monitor_usage();
	if (argc == 1)
		return show_totals();
	down(&cache_chain_mutex);
	status = draw_cache(argv[1]);
	up(&cache_chain_mutex);
	return status;
}
MONITOR_COMMAND(
    slab, slab_command, "slab [NAME]", "draw a cache's slabs, or check all",
    "With a cache's name: each of its slabs with its list, its colour (the\n"
    "first object's offset) and its objects: # used, . free, c free in a\n"
    "per-CPU or shared array. Without: how many pages all caches hold and how\n"
    "many bytes of them are in use; then every invariant is verified.");

/* ---- slabinfo ---- */

static bool tunable(const char *word, const char *name, int *value)
{
	u64 number;

	if (!monitor_parse_number(word, name, 0, INT32_MAX, &number))
		return false;
	*value = (int)number;
	return true;
}

/* As slabinfo_tune, and -ENOENT. */
static int tune(const char *name, int limit, int batchcount, int shared)
{
	struct kmem_cache *cache;
	int error = -ENOENT;

	down(&cache_chain_mutex);
	cache = kmem_cache_find(name);
	if (cache)
		error = slabinfo_tune(cache, limit, batchcount, shared);
	up(&cache_chain_mutex);
	return error;
}

static int slabinfo_command(int argc, char **argv)
{
	int limit, batchcount, shared, error;

	if (argc != 5)
		return monitor_usage();
	if (!tunable(argv[2], "LIMIT", &limit) ||
	    !tunable(argv[3], "BATCH", &batchcount) ||
	    !tunable(argv[4], "SHARED", &shared))
		return 1;
	error = tune(argv[1], limit, batchcount, shared);
	if (error == -ENOENT)
		console_printf(
		    "slabinfo: %.64s: no such cache; /proc/slabinfo has them\n",
		    argv[1]);
	else if (error == -EINVAL)
		console_printf("slabinfo: BATCH is from 1 to LIMIT\n");
	else if (error == -ENOSYS)
		console_printf("slabinfo: %s has no tunables\n", slab_allocator_name);
	else if (error)
		console_printf("slabinfo: no memory for the arrays; nothing changed\n");
	return error ? 1 : 0;
}
MONITOR_COMMAND(
    slabinfo, slabinfo_command, "slabinfo NAME LIMIT BATCH SHARED",
    "set a cache's tunables",
    "As writing these four words to /proc/slabinfo: how many free objects a\n"
    "CPU keeps, how many move at a time, and how many batches the array has\n"
    "that the CPUs share.");
