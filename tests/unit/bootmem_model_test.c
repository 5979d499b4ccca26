/*
 * bootmem against a model that does everything page by page, in the plainest
 * way: a byte for each page, searches by trying every address.
 */
#include "ktest.h"

#include <lib/errno.h>
#include <lib/string.h>
#include <lib/util.h>
#include <mm/bootmem.h>

#define MAP_LONGS   (PAGE_SIZE / sizeof(unsigned long))
#define START_PFN   37UL /* not a multiple of a word of the bitmap */
#define NODE_PAGES  4411UL
#define END_PFN     (START_PFN + NODE_PAGES) /* above ISA DMA's 4096 */
#define NONE        (~0ULL)
#define STEPS       6000
#define CHECK_EVERY 16
#define NR_NODES    3

static struct bootmem_data node;
static unsigned long map[MAP_LONGS];

static struct {
	u8 reserved[END_PFN];
	u8 released[END_PFN];
	unsigned long last_page; /* of the last allocation */
	unsigned long used;      /* bytes of it, 0: all */
} model;

/* The model's rules. */

static bool model_all_free(unsigned long start, unsigned long end)
{
	for (unsigned long pfn = start; pfn < end; pfn++) {
		if (pfn < START_PFN || pfn >= END_PFN || model.reserved[pfn])
			return false;
	}
	return true;
}

static bool model_any_free(unsigned long start, unsigned long end)
{
	for (unsigned long pfn = start; pfn < end; pfn++) {
		if (!model.reserved[pfn])
			return true;
	}
	return false;
}

static unsigned long model_nr_free(void)
{
	unsigned long nr = 0;

	for (unsigned long pfn = START_PFN; pfn < END_PFN; pfn++)
		nr += !model.reserved[pfn];
	return nr;
}

static phys_addr_t model_try(const struct bootmem_request *req, phys_addr_t floor)
{
	unsigned long end = END_PFN;
	unsigned long pages = (req->size >> 12) + ((req->size & 4095) != 0);
	phys_addr_t tail = NONE;
	phys_addr_t addr;

	if (req->limit && req->limit < (phys_addr_t)end << 12)
		end = (unsigned long)(req->limit >> 12);
	if (model.used && req->align < 4096 && model.last_page < end) {
		tail = ((phys_addr_t)model.last_page << 12) + model.used;
		while (tail & (req->align - 1))
			tail++;
		if (tail < floor || tail >> 12 != model.last_page)
			tail = NONE;
	}
	if (tail != NONE && (tail + req->size - 1) >> 12 == model.last_page)
		return tail;
	for (unsigned long pfn = START_PFN; pfn + pages <= end; pfn++) {
		addr = (phys_addr_t)pfn << 12;
		if (addr < floor || (addr & (req->align - 1)))
			continue;
		if (!model_all_free(pfn, pfn + pages))
			continue;
		return tail != NONE && pfn == model.last_page + 1 ? tail : addr;
	}
	return NONE;
}

static phys_addr_t model_place(const struct bootmem_request *req)
{
	phys_addr_t addr = NONE;
	phys_addr_t end;

	if (req->goal < (phys_addr_t)END_PFN << 12)
		addr = model_try(req, req->goal);
	if (addr == NONE)
		addr = model_try(req, 0);
	if (addr == NONE)
		return NONE;
	end = addr + req->size;
	model.last_page = (unsigned long)((end - 1) >> 12);
	model.used = (unsigned long)(end & 4095);
	for (unsigned long pfn = (unsigned long)(addr >> 12); pfn <= model.last_page;
	     pfn++)
		model.reserved[pfn] = 1;
	return addr;
}

/* Random operations, done by both. */

struct byte_range {
	phys_addr_t addr;
	phys_addr_t size;
};

static struct byte_range random_range(u64 *random)
{
	u32 node_bytes = (u32)(NODE_PAGES << 12);
	u32 size =
	    1 + ktest_random_below(random, 1u << (1 + ktest_random_below(random, 20)));
	u32 offset = ktest_random_below(random, node_bytes - size + 1);

	if (ktest_random_below(random, 2))
		offset &= ~4095u;
	return (struct byte_range){(START_PFN << 12) + offset, size};
}

static void free_it(void *range)
{
	const struct byte_range *r = range;

	free_bootmem_core(&node, r->addr, r->size);
}

static void random_free(u64 *random)
{
	struct byte_range r = random_range(random);
	unsigned long start = (unsigned long)((r.addr + 4095) >> 12);
	unsigned long end = (unsigned long)((r.addr + r.size) >> 12);

	if (model_any_free(start, end)) {
		EXPECT_BUG(free_it, &r);
		return;
	}
	free_it(&r);
	for (unsigned long pfn = start; pfn < end; pfn++) {
		model.reserved[pfn] = 0;
		if (pfn == model.last_page)
			model.used = 0;
	}
}

static void random_reserve(u64 *random)
{
	struct byte_range r = random_range(random);
	unsigned long start = (unsigned long)(r.addr >> 12);
	unsigned long end = (unsigned long)((r.addr + r.size + 4095) >> 12);
	int flags = (int)ktest_random_below(random, 2);
	bool refused = flags == BOOTMEM_EXCLUSIVE && !model_all_free(start, end);

	EXPECT_EQ(reserve_bootmem_core(&node, r.addr, r.size, flags),
	          refused ? -EBUSY : 0);
	for (unsigned long pfn = start; pfn < end && !refused; pfn++)
		model.reserved[pfn] = 1;
}

static void random_alloc(u64 *random)
{
	static const phys_addr_t limits[] = {0, 0, MAX_DMA_ADDRESS, 0x800000, 0x234567};
	static const phys_addr_t goals[] = {0,        MAX_DMA_ADDRESS, MAX_DMA_ADDRESS,
	                                    0x600000, 0x700123,        1ULL << 40};
	struct bootmem_request req = {
	    .size = 1 + ktest_random_below(random,
	                                   1u << (1 + ktest_random_below(random, 17))),
	    .align = 1UL << ktest_random_below(random, 8),
	    .goal = goals[ktest_random_below(random, ARRAY_SIZE(goals))],
	    .limit = limits[ktest_random_below(random, ARRAY_SIZE(limits))],
	};
	phys_addr_t addr;
	phys_addr_t expected;

	if (ktest_random_below(random, 4) == 0)
		req.align = 1UL << ktest_random_below(random, 25);
	expected = model_place(&req);
	if (!bootmem_place(&node, &req, &addr))
		addr = NONE;
	if (!EXPECT_EQ(addr, expected))
		ktest_printf("size %lu align %lu goal %llx limit %llx", req.size,
		             req.align, req.goal, req.limit);
}

static void compare_all(void)
{
	struct bootmem_run run = {0};
	unsigned long covered = START_PFN;

	EXPECT_EQ(bootmem_check_core(&node), 0);
	EXPECT_EQ(bootmem_nr_free(&node), model_nr_free());
	while (bootmem_next_run(&node, &run)) {
		EXPECT_EQ(run.start_pfn, covered);
		covered = run.end_pfn;
		for (unsigned long pfn = run.start_pfn; pfn < run.end_pfn; pfn++) {
			if (model.reserved[pfn] != run.reserved) {
				EXPECT_EQ(run.reserved, model.reserved[pfn]);
				return;
			}
		}
	}
	EXPECT_EQ(covered, END_PFN);
}

static void note_block(unsigned long pfn, unsigned int order)
{
	EXPECT(order <= 10);
	EXPECT_EQ(pfn & ((1UL << order) - 1), 0);
	for (unsigned long i = 0; i < 1UL << order; i++)
		model.released[pfn + i]++;
}

/* Largest blocks: no two buddies were handed over apart. */
static unsigned int blocks_seen;

static void count_block(unsigned long pfn, unsigned int order)
{
	blocks_seen++;
	note_block(pfn, order);
}

/* How many blocks the free pages need at least: split every run greedily. */
static unsigned int model_nr_blocks(void)
{
	unsigned int nr = 0;

	for (unsigned long pfn = START_PFN; pfn < END_PFN;) {
		unsigned long size = 1024;

		if (model.reserved[pfn]) {
			pfn++;
			continue;
		}
		while ((pfn & (size - 1)) || !model_all_free(pfn, pfn + size))
			size >>= 1;
		pfn += size;
		nr++;
	}
	return nr;
}

static void hand_over_and_compare(void)
{
	unsigned int blocks = model_nr_blocks();
	unsigned long free = model_nr_free();

	blocks_seen = 0;
	EXPECT_EQ(free_all_bootmem_core(&node, count_block), free);
	EXPECT_EQ(blocks_seen, blocks);
	for (unsigned long pfn = 0; pfn < END_PFN; pfn++) {
		if (model.released[pfn] != !model.reserved[pfn]) {
			EXPECT_EQ(model.released[pfn], !model.reserved[pfn]);
			ktest_printf("frame %lu", pfn);
			return;
		}
	}
}

static void run_node(u64 *random)
{
	memset(&model, 0, sizeof(model));
	memset(model.reserved, 1, sizeof(model.reserved));
	memset(&node, 0, sizeof(node));
	init_bootmem_map(&node, map, START_PFN, END_PFN);

	for (int step = 0; step < STEPS && !ktest_failed(); step++) {
		switch (ktest_random_below(random, 5)) {
		case 0:
			random_reserve(random);
			break;
		case 1:
		case 2:
			random_free(random);
			break;
		default:
			random_alloc(random);
		}
		if (step % CHECK_EVERY == 0)
			compare_all();
		if (ktest_failed())
			ktest_printf("at step %d", step);
	}
	compare_all();
	if (!ktest_failed())
		hand_over_and_compare();
}

TEST(bootmem, random_operations_agree_with_a_page_by_page_model)
{
	u64 random = ktest_seed();

	for (int i = 0; i < NR_NODES && !ktest_failed(); i++)
		run_node(&random);
}
