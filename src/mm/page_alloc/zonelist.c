/*
 * Where an allocation looks: for each best zone, that zone and the ones below
 * it, empty ones left out. The lower a zone, the dearer: DMA comes last.
 * (Gorman ch. 2, "Zones"; Professional Linux Kernel Architecture 3.4.1)
 */
#include "internal.h"

#include <lib/errno.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <lib/string.h>

bool page_group_by_mobility_disabled;
unsigned int mobility_mask = GFP_MOVABLE_MASK >> GFP_MOVABLE_SHIFT;

static bool mobility_off;

static int __init mobility_param(const char *value)
{
	if (!value || (strcmp(value, "on") && strcmp(value, "off")))
		return -EINVAL;
	mobility_off = strcmp(value, "off") == 0;
	return 0;
}
early_param("page_group_by_mobility", mobility_param,
	    "page_group_by_mobility=on|off, to compare fragmentation");

static void build_zonelist(enum zone_type best)
{
	struct zonelist *list = &contig_page_data.node_zonelists[best];
	struct zoneref *z = list->_zonerefs;

	list->classzone_idx = best;
	for (int type = (int)best; type >= 0; type--) {
		struct zone *zone = &contig_page_data.node_zones[type];

		if (populated_zone(zone))
			*z++ = (struct zoneref){zone, (enum zone_type)type};
	}
	z->zone = NULL;
}

/* A machine without a zone that low still needs a zone to look at. */
static void complete_empty_lists(void)
{
	for (int best = 0; best < MAX_NR_ZONES; best++) {
		struct zonelist *list = &contig_page_data.node_zonelists[best];

		if (!list->_zonerefs[0].zone)
			list->_zonerefs[0] = (struct zoneref){
				&contig_page_data.node_zones[best], (enum zone_type)best};
	}
}

void build_all_zonelists(void)
{
	unsigned long present = contig_page_data.node_present_pages;

	for (int best = 0; best < MAX_NR_ZONES; best++)
		build_zonelist((enum zone_type)best);
	complete_empty_lists();
	page_group_by_mobility_disabled =
		mobility_off || present < pageblock_nr_pages * MIGRATE_TYPES;
	mobility_mask = page_group_by_mobility_disabled
				? 0
				: GFP_MOVABLE_MASK >> GFP_MOVABLE_SHIFT;
	pr_info("Built 1 zonelists, mobility grouping %s.  Total pages: %lu\n",
		page_group_by_mobility_disabled ? "off" : "on", present);
}
