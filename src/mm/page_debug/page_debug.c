/*
 * The hooks of page debugging, and what turns them on. Each option is a file of
 * its own; here is the order in which they see a page. A page that is taken is
 * mapped, its poison checked, then its new owner is written down: so a report can
 * still name the old one. A page that comes back goes the other way.
 *
 * Linux hides each option behind a static branch, code that is patched at boot.
 * Here all of them share one bit of the mask and one flag, which the allocator
 * looks at anyway or nearly so.
 */
#include "internal.h"

#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/kstrtox.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/highmem.h>

#include <asm/pageattr.h>

/* Linux's bound: larger guards would leave nothing to allocate. */
#define MAX_GUARD_MINORDER (MAX_ORDER / 2)

struct page_debug_options page_debug;

static bool owner_wanted;

/* ---- Parameters ---- */

static int __init parse_switch(const char *value, bool *on)
{
	if (!value)
		return -EINVAL;
	if (strcmp(value, "on") == 0 || strcmp(value, "1") == 0)
		*on = true;
	else if (strcmp(value, "off") == 0 || strcmp(value, "0") == 0)
		*on = false;
	else
		return -EINVAL;
	return 0;
}

static int __init debug_pagealloc_param(const char *value)
{
	return parse_switch(value, &page_debug.pagealloc);
}
early_param("debug_pagealloc", debug_pagealloc_param,
            "debug_pagealloc=on|off, free pages are not mapped");

static int __init guard_minorder_param(const char *value)
{
	unsigned long order;

	if (!value || kstrtoul(value, 10, &order) || order > MAX_GUARD_MINORDER)
		return -EINVAL;
	page_debug.guard_minorder = (unsigned int)order;
	return 0;
}
early_param("debug_guardpage_minorder", guard_minorder_param,
            "debug_guardpage_minorder=0..5, guard pages up to that order");

static int __init page_poison_param(const char *value)
{
	return parse_switch(value, &page_debug.poison);
}
early_param("page_poison", page_poison_param,
            "page_poison=on|off, fill free pages and check them");

static int __init page_owner_param(const char *value)
{
	return parse_switch(value, &owner_wanted);
}
early_param("page_owner", page_owner_param,
            "page_owner=on|off, record who took a page");

static int __init init_on_alloc_param(const char *value)
{
	return parse_switch(value, &page_debug.init_on_alloc);
}
early_param("init_on_alloc", init_on_alloc_param, "init_on_alloc=0|1, clear new pages");

static int __init init_on_free_param(const char *value)
{
	return parse_switch(value, &page_debug.init_on_free);
}
early_param("init_on_free", init_on_free_param, "init_on_free=0|1, clear freed pages");

bool debug_pagealloc_enabled(void)
{
	return page_debug.pagealloc;
}

bool page_poisoning_enabled(void)
{
	return page_debug.poison;
}

bool page_init_on_alloc(void)
{
	return page_debug.init_on_alloc;
}

bool page_init_on_free(void)
{
	return page_debug.init_on_free;
}

unsigned int debug_guardpage_minorder(void)
{
	return page_debug.guard_minorder;
}

/* ---- Hooks ---- */

static void clear_pages(struct page *page, unsigned int order)
{
	for (unsigned long i = 0; i < 1UL << order; i++)
		clear_highpage(page + i);
}

unsigned int page_debug_order(unsigned int order)
{
	return max(order, page_debug.guard_minorder);
}

void page_debug_guard(struct page *page, unsigned int order)
{
	if (page_debug.guard_minorder)
		set_page_guards(page, order);
}

void page_debug_alloc(struct page *page, unsigned int order, gfp_t gfp)
{
	if (page_debug.pagealloc)
		kernel_map_pages(page, 1 << order, 1);
	if (page_debug.poison)
		check_poison(page, order);
	if (page_debug.owner)
		page_owner_alloc(page, order, gfp);
	if (page_debug.init_on_alloc && !(gfp & __GFP_ZERO))
		clear_pages(page, order);
}

bool page_debug_free(struct page *page, unsigned int order)
{
	if (page_debug.owner)
		page_owner_free(page, order);
	if (page_debug.poison)
		poison_pages(page, order);
	else if (page_debug.init_on_free)
		clear_pages(page, order);
	if (page_debug.pagealloc)
		kernel_map_pages(page, 1 << order, 0);
	return page_debug.guard_minorder && guard_free(page, order);
}

void page_debug_handover(struct page *page, unsigned int order)
{
	if (page_debug.owner)
		page_owner_forget(page, order);
	page_debug_free(page, order);
}

void page_debug_split(struct page *page, unsigned int order)
{
	if (page_debug.owner)
		page_owner_split(page, order);
}

void page_debug_dump(const struct page *page)
{
	if (page_debug.owner)
		page_owner_dump(page);
}

/* ---- Boot ---- */

void page_debug_update_hooks(void)
{
	const struct page_debug_options *on = &page_debug;
	bool both = on->pagealloc || on->poison || on->owner;

	gfp_always = both || on->init_on_alloc || on->fault ? __GFP_HOOKS : 0;
	free_hooks = both || on->init_on_free;
}

static void __init resolve_conflicts(void)
{
	if (page_debug.guard_minorder && !page_debug.pagealloc) {
		pr_err("debug_guardpage_minorder=%u does nothing without "
		       "debug_pagealloc=on: ignored\n",
		       page_debug.guard_minorder);
		page_debug.guard_minorder = 0;
	}
	if (page_debug.init_on_free && page_debug.poison) {
		pr_err("init_on_free=1 would spoil page_poison=on: ignored\n");
		page_debug.init_on_free = false;
	}
}

static void __init announce(void)
{
	const struct page_debug_options *on = &page_debug;

	if (on->pagealloc)
		pr_info("debug_pagealloc: free pages are not mapped; guard pages up to "
		        "order %u\n",
		        on->guard_minorder);
	if (on->poison)
		pr_info("page_poison: free pages are filled with %#x\n", PAGE_POISON);
	if (on->owner)
		pr_info(
		    "page_owner: recording costs %luK: %zu bytes a frame and %u call "
		    "chains\n",
		    page_owner_bytes(max_mapnr) >> 10,
		    (size_t)(page_owner_bytes(2) - page_owner_bytes(1)),
		    PAGE_OWNER_CHAINS);
	if (on->init_on_alloc || on->init_on_free)
		pr_info("mem auto-init: heap alloc:%s, heap free:%s\n",
		        on->init_on_alloc ? "on" : "off",
		        on->init_on_free ? "on" : "off");
}

void __init page_debug_init(void)
{
	resolve_conflicts();
	page_debug.owner = owner_wanted && page_owner_start();
	fault_hook = page_debug.pagealloc ? explain_fault : NULL;
	announce();
	fault_inject_announce();
	page_debug_update_hooks();
}
