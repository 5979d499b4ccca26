/*
 * The arithmetic of the marks, reserves and per-CPU lists, fed with the managed
 * pages that a real Linux printed on thirteen machines, must give what it
 * printed; and zone_watermark_ok on zones made by hand.
 */
#include "../../src/mm/page_alloc/internal.h"
#include "ktest.h"
#include "watermark_oracle.h"

#include <lib/string.h>

/* Init sections and the initramfs, which went to Normal after Linux had set its
 * marks: tests/oracle/README.md. */
#define FREED_LATER 492

/* With fewer pages, Linux runs calculate_min_free_kbytes once, else twice: the
 * second time without the high marks of the first. */
#define TWICE_FROM (MiB(512) >> PAGE_SHIFT)

static void managed_then(const struct oracle_machine *machine,
			 unsigned long managed[MAX_NR_ZONES])
{
	for (int i = 0; i < MAX_NR_ZONES; i++)
		managed[i] = machine->zones[i].managed;
	managed[ZONE_NORMAL] -= FREED_LATER;
}

/* ZONE_MOVABLE is of the kind of the highest zone with frames. */
static bool is_high(const struct oracle_machine *machine, int zone)
{
	return zone == ZONE_HIGHMEM ||
	       (zone == ZONE_MOVABLE && machine->zones[ZONE_HIGHMEM].managed);
}

static bool right(const char *name, int zone, const char *what, unsigned long actual,
		  unsigned long expected)
{
	if (actual == expected)
		return true;
	ktest_printf("%s, zone %d: %s %lu, Linux %lu\n", name, zone, what, actual,
		     expected);
	return false;
}

TEST(watermark, min_free_kbytes_is_linux_s_on_every_machine)
{
	for (size_t i = 0; i < ARRAY_SIZE(oracle); i++) {
		unsigned long managed[MAX_NR_ZONES], low, high = 0, kb;

		managed_then(&oracle[i], managed);
		low = managed[ZONE_DMA] + managed[ZONE_NORMAL];
		kb = calculate_min_free_kbytes(low);
		if (low + managed[ZONE_HIGHMEM] >= TWICE_FROM) {
			for (int z = ZONE_DMA; z <= ZONE_NORMAL; z++)
				high += calculate_zone_marks(kb, managed[z], low, false)
						.high;
			kb = calculate_min_free_kbytes(low - high);
		}
		EXPECT(right(oracle[i].name, 0, "min_free_kbytes", kb,
			     oracle[i].min_free_kbytes));
	}
}

TEST(watermark, marks_are_linux_s_on_every_machine)
{
	for (size_t i = 0; i < ARRAY_SIZE(oracle); i++) {
		const struct oracle_machine *machine = &oracle[i];
		unsigned long managed[MAX_NR_ZONES], low;

		managed_then(machine, managed);
		low = managed[ZONE_DMA] + managed[ZONE_NORMAL];
		for (int z = 0; z < MAX_NR_ZONES; z++) {
			const struct oracle_zone *linux_s = &machine->zones[z];
			struct zone_marks m =
				calculate_zone_marks(machine->min_free_kbytes, managed[z],
						     low, is_high(machine, z));

			EXPECT(right(machine->name, z, "min", m.min, linux_s->min));
			EXPECT(right(machine->name, z, "low", m.low, linux_s->low));
			EXPECT(right(machine->name, z, "high", m.high, linux_s->high));
		}
	}
}

TEST(watermark, protections_are_linux_s_on_every_machine)
{
	for (size_t i = 0; i < ARRAY_SIZE(oracle); i++) {
		unsigned long managed[MAX_NR_ZONES], reserve[MAX_NR_ZONES][MAX_NR_ZONES];

		managed_then(&oracle[i], managed);
		calculate_lowmem_reserve(managed, reserve);
		for (int z = 0; z < MAX_NR_ZONES; z++)
			for (int j = 0; j < MAX_NR_ZONES; j++)
				EXPECT(right(oracle[i].name, z, "protection",
					     reserve[z][j],
					     oracle[i].zones[z].protection[j]));
	}
}

TEST(watermark, per_cpu_lists_are_linux_s_on_every_machine)
{
	for (size_t i = 0; i < ARRAY_SIZE(oracle); i++) {
		unsigned long managed[MAX_NR_ZONES];

		managed_then(&oracle[i], managed);
		for (int z = 0; z < MAX_NR_ZONES; z++) {
			const struct oracle_zone *linux_s = &oracle[i].zones[z];
			struct per_cpu_pages pcp = {0};

			if (!linux_s->batch)
				continue;
			setup_pcp(&pcp, linux_s->low, managed[z]);
			EXPECT(right(oracle[i].name, z, "batch", (unsigned long)pcp.batch,
				     (unsigned long)linux_s->batch));
			EXPECT(right(oracle[i].name, z, "high", (unsigned long)pcp.high,
				     (unsigned long)linux_s->pcp_high));
		}
	}
}

TEST(watermark, what_memavailable_leaves_out_is_linux_s_on_every_machine)
{
	static struct zone zone;

	for (size_t i = 0; i < ARRAY_SIZE(oracle); i++) {
		unsigned long managed[MAX_NR_ZONES], sum = 0;

		managed_then(&oracle[i], managed);
		for (int z = 0; z < MAX_NR_ZONES; z++) {
			zone.managed_pages = managed[z];
			zone.pages_high = oracle[i].zones[z].high;
			memcpy(zone.lowmem_reserve, oracle[i].zones[z].protection,
			       sizeof(zone.lowmem_reserve));
			sum += zone_reserve_pages(&zone);
		}
		EXPECT(right(oracle[i].name, 0, "reserve", sum, oracle[i].reserve));
	}
}

TEST(watermark, the_table_has_thirteen_machines)
{
	EXPECT_EQ(ARRAY_SIZE(oracle), 13);
}

TEST(watermark, min_free_kbytes_keeps_its_bounds)
{
	EXPECT_EQ(calculate_min_free_kbytes(0), 128);
	EXPECT_EQ(calculate_min_free_kbytes(256), 128);     /* sqrt(1024 * 16) */
	EXPECT_EQ(calculate_min_free_kbytes(1024), 256);    /* 4 MiB */
	EXPECT_EQ(calculate_min_free_kbytes(229376), 3831); /* 896 MiB: 3831.56 */
	EXPECT_EQ(calculate_min_free_kbytes(1UL << 20), 8192);
}

TEST(watermark, marks_of_zones_worked_by_hand)
{
	/* 16 MiB, all of it DMA: 512 kB, 128 pages; a quarter more, and once more */
	struct zone_marks m = calculate_zone_marks(512, 4096, 4096, false);

	EXPECT_EQ(m.min, 128);
	EXPECT_EQ(m.low, 160);
	EXPECT_EQ(m.high, 192);
	/* a large share of little: the step is a thousandth of the zone instead */
	m = calculate_zone_marks(512, 200000, 204096, false);
	EXPECT_EQ(m.min, 125); /* 128 * 200000 / 204096 = 125.4 */
	EXPECT_EQ(m.low, 325);
	EXPECT_EQ(m.high, 525);
	/* nothing managed at all */
	m = calculate_zone_marks(128, 0, 0, false);
	EXPECT_EQ(m.high, 0);
}

TEST(watermark, highmem_s_min_is_clamped_and_its_step_is_not)
{
	/* 1 GiB high over 256 MiB low, 2048 kB: the share is 512 * 4 = 2048 pages */
	struct zone_marks m = calculate_zone_marks(2048, 262144, 65536, true);

	EXPECT_EQ(m.min, 128); /* 262144 / 1024 = 256, more than the most */
	EXPECT_EQ(m.low, 128 + 512);
	EXPECT_EQ(m.high, 128 + 1024);
	m = calculate_zone_marks(2048, 65536, 65536, true);
	EXPECT_EQ(m.min, 64);
	m = calculate_zone_marks(2048, 1000, 65536, true);
	EXPECT_EQ(m.min, 32);
}

TEST(watermark, a_zone_is_protected_from_the_ones_above_it_only)
{
	const unsigned long managed[MAX_NR_ZONES] = {2560, 64000, 96000, 32000};
	unsigned long r[MAX_NR_ZONES][MAX_NR_ZONES];

	calculate_lowmem_reserve(managed, r);
	EXPECT_EQ(r[ZONE_DMA][ZONE_DMA], 0);
	EXPECT_EQ(r[ZONE_DMA][ZONE_NORMAL], 250);   /* 64000 / 256 */
	EXPECT_EQ(r[ZONE_DMA][ZONE_HIGHMEM], 625);  /* 160000 / 256 */
	EXPECT_EQ(r[ZONE_DMA][ZONE_MOVABLE], 750);  /* 192000 / 256 */
	EXPECT_EQ(r[ZONE_NORMAL][ZONE_DMA], 0);
	EXPECT_EQ(r[ZONE_NORMAL][ZONE_NORMAL], 0);
	EXPECT_EQ(r[ZONE_NORMAL][ZONE_HIGHMEM], 3000); /* 96000 / 32 */
	EXPECT_EQ(r[ZONE_NORMAL][ZONE_MOVABLE], 4000); /* 128000 / 32 */
	EXPECT_EQ(r[ZONE_HIGHMEM][ZONE_MOVABLE], 0);
}

TEST(watermark, a_batch_is_one_less_than_a_power_of_two)
{
	EXPECT_EQ(zone_batchsize(0), 1);
	EXPECT_EQ(zone_batchsize(3998), 1);
	EXPECT_EQ(zone_batchsize(12288), 3);  /* 12 / 4 = 3, and a half: 4, less 1 */
	EXPECT_EQ(zone_batchsize(25600), 7);  /* 25 / 4 = 6, and a half: 9 -> 8, less 1 */
	EXPECT_EQ(zone_batchsize(262143), 63);
	EXPECT_EQ(zone_batchsize(262144), 63); /* 256 / 4 = 64, and a half: 96 -> 64 */
	EXPECT_EQ(zone_batchsize(~0UL), 63);
}

TEST(watermark, a_list_s_high_is_the_low_mark_or_four_batches)
{
	struct per_cpu_pages pcp = {0};

	setup_pcp(&pcp, 1000, 262144);
	EXPECT_EQ(pcp.high, 1000 / NR_CPUS);
	setup_pcp(&pcp, 100, 262144);
	EXPECT_EQ(pcp.high, 4 * 63);
}

/* ---- zone_watermark_ok ---- */

#define MARK 40

static struct zone by_hand;

/* A zone with that many free blocks of orders 0, 1 and 2, and no other. */
static const struct zone *zone_of(unsigned long order0, unsigned long order1,
				  unsigned long order2)
{
	memset(&by_hand, 0, sizeof(by_hand));
	by_hand.free_area[0].nr_free = order0;
	by_hand.free_area[1].nr_free = order1;
	by_hand.free_area[2].nr_free = order2;
	by_hand.vm_stat[NR_FREE_PAGES] = order0 + 2 * order1 + 4 * order2;
	return &by_hand;
}

static bool ok(const struct zone *zone, unsigned int order)
{
	return zone_watermark_ok(zone, order, MARK, ZONE_NORMAL, 0);
}

TEST(watermark, a_single_page_is_given_while_more_than_the_mark_is_free)
{
	EXPECT(ok(zone_of(41, 0, 0), 0));
	EXPECT(!ok(zone_of(40, 0, 0), 0));
	EXPECT(ok(zone_of(0, 0, 11), 0));
	EXPECT(!ok(zone_of(0, 0, 10), 0));
	EXPECT(!ok(zone_of(0, 0, 0), 0));
}

TEST(watermark, a_block_counts_with_all_its_pages_but_one)
{
	EXPECT(ok(zone_of(0, 21, 0), 1));  /* 42 - 1 = 41 */
	EXPECT(!ok(zone_of(1, 20, 0), 1)); /* 41 - 1 = 40 */
	EXPECT(ok(zone_of(0, 0, 11), 2));  /* 44 - 3 = 41 */
	EXPECT(!ok(zone_of(3, 0, 10), 2)); /* 43 - 3 = 40 */
}

TEST(watermark, half_of_the_mark_must_lie_in_blocks_of_order_1_and_above)
{
	/* order 1: 2 * n1 - 1 must be more than 20, whatever single pages there are */
	EXPECT(ok(zone_of(1000, 11, 0), 1));
	EXPECT(!ok(zone_of(1000, 10, 0), 1));
	/* order 2: 24 - 3 = 21 is more than 20, 22 - 3 = 19 is not */
	EXPECT(ok(zone_of(1000, 4, 4), 2));
	EXPECT(!ok(zone_of(1000, 3, 4), 2));
}

TEST(watermark, a_quarter_of_the_mark_must_lie_in_blocks_of_order_2_and_above)
{
	/* 4 * n2 - 3 must be more than 10 */
	EXPECT(ok(zone_of(1000, 1000, 4), 2));
	EXPECT(!ok(zone_of(1000, 1000, 3), 2));
}

TEST(watermark, without_a_large_enough_block_no_mark_is_low_enough)
{
	EXPECT(!zone_watermark_ok(zone_of(1000, 1000, 0), 2, 0, ZONE_NORMAL, 0));
	EXPECT(zone_watermark_ok(zone_of(1000, 1000, 1), 2, 0, ZONE_NORMAL, 0));
	EXPECT(!zone_watermark_ok(zone_of(1000, 1000, 1000), 10, 0, ZONE_NORMAL, 0));
}

/* The least number of free single pages with which the zone gives one more. */
static unsigned long least_free(unsigned long mark, enum zone_type classzone,
				unsigned int alloc_flags)
{
	unsigned long free = 0;

	while (free < 5000) {
		by_hand.vm_stat[NR_FREE_PAGES] = free;
		by_hand.free_area[0].nr_free = free;
		if (zone_watermark_ok(&by_hand, 0, mark, classzone, alloc_flags))
			break;
		free++;
	}
	return free;
}

TEST(watermark, high_takes_half_of_the_mark_and_harder_a_quarter_of_the_rest)
{
	zone_of(0, 0, 0);
	EXPECT_EQ(least_free(100, ZONE_NORMAL, 0), 101);
	EXPECT_EQ(least_free(100, ZONE_NORMAL, ALLOC_HARDER), 76);
	EXPECT_EQ(least_free(100, ZONE_NORMAL, ALLOC_HIGH), 51);
	EXPECT_EQ(least_free(100, ZONE_NORMAL, ALLOC_HIGH | ALLOC_HARDER), 39);
	/* odd marks round towards keeping: 101 - 50, 101 - 25, 51 - 12 */
	EXPECT_EQ(least_free(101, ZONE_NORMAL, ALLOC_HIGH), 52);
	EXPECT_EQ(least_free(101, ZONE_NORMAL, ALLOC_HARDER), 77);
	EXPECT_EQ(least_free(101, ZONE_NORMAL, ALLOC_HIGH | ALLOC_HARDER), 40);
	EXPECT_EQ(least_free(0, ZONE_NORMAL, ALLOC_HIGH | ALLOC_HARDER), 1);
}

TEST(watermark, the_reserve_against_higher_zones_comes_on_top_and_is_never_halved)
{
	zone_of(0, 0, 0);
	by_hand.lowmem_reserve[ZONE_HIGHMEM] = 1000;
	by_hand.lowmem_reserve[ZONE_MOVABLE] = 2000;
	EXPECT_EQ(least_free(100, ZONE_NORMAL, 0), 101);
	EXPECT_EQ(least_free(100, ZONE_HIGHMEM, 0), 1101);
	EXPECT_EQ(least_free(100, ZONE_MOVABLE, 0), 2101);
	EXPECT_EQ(least_free(100, ZONE_HIGHMEM, ALLOC_HIGH), 1051);
	EXPECT_EQ(least_free(100, ZONE_HIGHMEM, ALLOC_HIGH | ALLOC_HARDER), 1039);
}

TEST(watermark, cma_s_free_pages_count_for_movable_allocations_only)
{
	zone_of(0, 0, 0);
	by_hand.vm_stat[NR_FREE_CMA_PAGES] = 300;
	EXPECT_EQ(least_free(100, ZONE_NORMAL, 0), 401);
	EXPECT_EQ(least_free(100, ZONE_NORMAL, ALLOC_HIGH), 351);
	EXPECT_EQ(least_free(100, ZONE_NORMAL, ALLOC_CMA), 101);
}

TEST(watermark, a_zone_s_reserve_is_at_most_all_that_it_manages)
{
	zone_of(0, 0, 0);
	by_hand.managed_pages = 3840;
	by_hand.pages_high = 24;
	EXPECT_EQ(zone_reserve_pages(&by_hand), 24);
	by_hand.lowmem_reserve[ZONE_NORMAL] = 812;
	EXPECT_EQ(zone_reserve_pages(&by_hand), 836);
	by_hand.lowmem_reserve[ZONE_HIGHMEM] = 4012;
	EXPECT_EQ(zone_reserve_pages(&by_hand), 3840);
}

/* ---- The zones of the machine that runs this ---- */

TEST(watermark, the_zones_in_force_follow_from_their_managed_pages)
{
	unsigned long low = 0, managed[MAX_NR_ZONES];
	unsigned long reserve[MAX_NR_ZONES][MAX_NR_ZONES];
	struct zone *zone;

	for_each_zone (zone) {
		managed[zone_idx(zone)] = zone->managed_pages;
		low += is_highmem(zone) ? 0 : zone->managed_pages;
	}
	calculate_lowmem_reserve(managed, reserve);
	for_each_zone (zone) {
		struct zone_marks m =
			calculate_zone_marks(min_free_kbytes, zone->managed_pages, low,
					     is_highmem(zone));

		EXPECT_EQ(zone->pages_min, m.min);
		EXPECT_EQ(zone->pages_low, m.low);
		EXPECT_EQ(zone->pages_high, m.high);
		EXPECT_EQ(memcmp(zone->lowmem_reserve, reserve[zone_idx(zone)],
				 sizeof(zone->lowmem_reserve)), 0);
		EXPECT_EQ(zone->pageset[0].pcp.batch, zone_batchsize(zone->managed_pages));
	}
}
