/*
 * fail_page_alloc: the page allocator's fault point (mm/fault_inject.h).
 */
#include "internal.h"

#include <lib/params.h>
#include <lib/printk.h>
#include <mm/fault_inject.h>

static struct fault_point point = {.name = "fail_page_alloc"};

static int __init fail_page_alloc_param(const char *value)
{
	return fault_point_parse(&point, value);
}
early_param("fail_page_alloc", fail_page_alloc_param,
            "fail_page_alloc=PROBABILITY,INTERVAL,TIMES (percent, 1.., -1: no limit)");

/* The state is looked at and written down in one piece, or a thread that was
 * interrupted in between would write down an old one. */
static void update(void)
{
	unsigned long flags;

	local_irq_save(flags);
	page_debug.fault = fault_point_active(&point);
	page_debug_update_hooks();
	local_irq_restore(flags);
}

bool should_fail_alloc_page(gfp_t gfp, unsigned int order)
{
	enum fault fault;

	if (!page_debug.fault || (gfp & __GFP_NOFAIL))
		return false;
	fault = fault_point_ask(&point);
	if (fault == FAULT_NONE)
		return false;
	update();
	if (fault == FAULT_BY_CHANCE && !(gfp & __GFP_NOWARN))
		pr_info("fail_page_alloc: allocation %lu, order %u, mask %#x, fails on "
		        "purpose\n",
		        point.stats.calls, order, gfp & ~__GFP_HOOKS);
	return true;
}

void fault_inject_set(const struct fault_attr *attr, u64 seed)
{
	fault_point_set(&point, attr, seed);
	update();
}

void fault_inject_nth(unsigned long n)
{
	fault_point_nth(&point, n);
	update();
}

bool fault_inject_cancel(void)
{
	bool pending = point.nth != 0;

	fault_inject_nth(0);
	return pending;
}

struct fault_stats fault_inject_stats(void)
{
	return point.stats;
}

void fault_inject_announce(void)
{
	fault_point_announce(&point);
	page_debug.fault = fault_point_active(&point);
}
