/*
 * /proc/slabinfo, version 2.1, in Linux's columns. Where an allocator has no such
 * thing, it is 0: SLUB and SLOB have no tunables, and SLOB's caches no slabs.
 */
#include <lib/errno.h>
#include <mm/slab.h>
#include <proc/proc.h>

static void show_cache(struct seq_file *m, struct kmem_cache *cache)
{
	struct slabinfo i;

	get_slabinfo(cache, &i);
	seq_printf(m, "%-17s %6lu %6lu %6u %4u %4u", kmem_cache_name(cache),
	           i.active_objs, i.num_objs, i.object_size, i.objects_per_slab,
	           i.pages_per_slab);
	seq_printf(m, " : tunables %4u %4u %4u", i.limit, i.batchcount, i.shared);
	seq_printf(m, " : slabdata %6lu %6lu %6lu\n", i.active_slabs, i.num_slabs,
	           i.shared_avail);
}

static int slabinfo_show(struct seq_file *m)
{
	struct kmem_cache *cache = NULL;

	seq_puts(m, "slabinfo - version: 2.1\n");
	seq_puts(m, "# name            <active_objs> <num_objs> <objsize> <objperslab> "
	            "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : "
	            "slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	down(&cache_chain_mutex);
	while (!seq_stopped(m) && (cache = kmem_cache_next(cache)) != NULL)
		show_cache(m, cache);
	up(&cache_chain_mutex);
	return seq_stopped(m) ? -EINTR : 0;
}
PROC_FILE(slabinfo, slabinfo_show);
