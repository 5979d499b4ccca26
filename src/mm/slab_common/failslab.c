/*
 * failslab: the object allocators' fault point (mm/fault_inject.h). The n-th form
 * counts every object that is asked for, the allocator's own among them: so a loop
 * over n reaches each failure path of kmem_cache_create.
 */
#include "internal.h"

#include <asm/irqflags.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <mm/fault_inject.h>

bool failslab_active;

static struct fault_point point = {.name = "failslab"};

static int __init failslab_param(const char *value)
{
	return fault_point_parse(&point, value);
}
early_param("failslab", failslab_param,
            "failslab=PROBABILITY,INTERVAL,TIMES (percent, 1.., -1: no limit)");

/* In one piece: a thread that was interrupted in between would write down an old
 * state. */
static void update(void)
{
	unsigned long flags;

	local_irq_save(flags);
	failslab_active = fault_point_active(&point);
	local_irq_restore(flags);
}

bool should_failslab(struct kmem_cache *cache, gfp_t gfp)
{
	enum fault fault;

	if (!failslab_active || (gfp & __GFP_NOFAIL))
		return false;
	fault = fault_point_ask(&point);
	if (fault == FAULT_NONE)
		return false;
	update();
	if (fault == FAULT_BY_CHANCE && !(gfp & __GFP_NOWARN))
		pr_info(
		    "failslab: allocation %lu, cache %s, mask %#x, fails on purpose\n",
		    point.stats.calls, cache ? kmem_cache_name(cache) : "kmalloc", gfp);
	return true;
}

void failslab_set(const struct fault_attr *attr, u64 seed)
{
	fault_point_set(&point, attr, seed);
	update();
}

void failslab_nth(unsigned long n)
{
	fault_point_nth(&point, n);
	update();
}

bool failslab_cancel(void)
{
	bool pending = point.nth != 0;

	failslab_nth(0);
	return pending;
}

struct fault_stats failslab_stats(void)
{
	return point.stats;
}

void failslab_announce(void)
{
	fault_point_announce(&point);
	update();
}
