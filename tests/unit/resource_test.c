/*
 * The resource tree: by hand, against real Linux's /proc/iomem, and by random
 * insertions that are checked after every step.
 */
#include "ktest.h"
#include "said.h"

#include <asm/e820.h>
#include <lib/errno.h>
#include <lib/resource.h>
#include <lib/string.h>
#include <lib/util.h>
#include <lib/vsprintf.h>

#define TEXT_MAX 2048
#define NODES    64

static struct resource root;
static struct resource nodes[NODES];
static char text[TEXT_MAX];
static size_t text_len;

static void clear_tree(void)
{
	root = (struct resource){.start = 0, .end = UINT64_MAX, .name = "root"};
	memset(nodes, 0, sizeof(nodes));
}

static struct resource *node(unsigned int i, u64 start, u64 end, const char *name)
{
	nodes[i] = (struct resource){.start = start, .end = end, .name = name};
	return &nodes[i];
}

static void print_node(const struct resource *res, unsigned int depth, void *arg)
{
	(void)arg;
	text_len += (size_t)scnprintf(text + text_len, sizeof(text) - text_len,
	                              "%*s%08llx-%08llx : %s\n", (int)(2 * depth), "",
	                              res->start, res->end, res->name);
}

/* The tree as /proc/iomem shows it. */
static const char *tree(void)
{
	text_len = 0;
	text[0] = '\0';
	EXPECT_EQ(resource_check(&root), 0);
	resource_for_each(&root, print_node, NULL);
	return text;
}

/* Give nodes that came from the pool back. */
static void free_tree(void)
{
	while (root.child) {
		struct resource *res = root.child;

		while (res->child)
			res = res->child;
		release_resource(res);
		resource_free(res);
	}
}

TEST(resource, an_empty_tree_shows_nothing)
{
	clear_tree();
	EXPECT_STR(tree(), "");
}

TEST(resource, requests_are_kept_in_ascending_order)
{
	clear_tree();
	EXPECT_EQ(request_resource(&root, node(0, 0x300, 0x3ff, "c")), 0);
	EXPECT_EQ(request_resource(&root, node(1, 0x100, 0x1ff, "a")), 0);
	EXPECT_EQ(request_resource(&root, node(2, 0x200, 0x2ff, "b")), 0);
	EXPECT_STR(tree(), "00000100-000001ff : a\n"
	                   "00000200-000002ff : b\n"
	                   "00000300-000003ff : c\n");
}

TEST(resource, a_request_that_overlaps_by_one_byte_is_busy)
{
	clear_tree();
	request_resource(&root, node(0, 0x100, 0x1ff, "a"));
	EXPECT_EQ(request_resource(&root, node(1, 0x1ff, 0x2ff, "b")), -EBUSY);
	EXPECT_EQ(request_resource(&root, node(2, 0, 0x100, "c")), -EBUSY);
	EXPECT_EQ(request_resource(&root, node(3, 0x150, 0x150, "d")), -EBUSY);
	EXPECT_EQ(request_resource(&root, node(4, 0, 0xffff, "e")), -EBUSY);
	EXPECT_STR(tree(), "00000100-000001ff : a\n");
}

TEST(resource, a_request_outside_its_parent_is_invalid)
{
	clear_tree();
	request_resource(&root, node(0, 0x100, 0x1ff, "a"));
	EXPECT_EQ(request_resource(&nodes[0], node(1, 0x1f0, 0x200, "b")), -EINVAL);
	EXPECT_EQ(request_resource(&root, node(2, 0x30, 0x2f, "c")), -EINVAL);
	EXPECT_EQ(insert_resource(&nodes[0], node(3, 0xff, 0x110, "d")), -EINVAL);
	EXPECT_EQ(request_resource(&nodes[0], node(4, 0x100, 0x1ff, "e")), 0);
	EXPECT_STR(tree(), "00000100-000001ff : a\n"
	                   "  00000100-000001ff : e\n");
}

TEST(resource, an_insertion_goes_down_to_the_deepest_that_contains_it)
{
	clear_tree();
	insert_resource(&root, node(0, 0x0, 0xfff, "a"));
	insert_resource(&root, node(1, 0x100, 0x8ff, "b"));
	EXPECT_EQ(insert_resource(&root, node(2, 0x200, 0x2ff, "c")), 0);
	EXPECT_STR(tree(), "00000000-00000fff : a\n"
	                   "  00000100-000008ff : b\n"
	                   "    00000200-000002ff : c\n");
}

TEST(resource, an_insertion_becomes_the_parent_of_all_that_it_contains)
{
	clear_tree();
	insert_resource(&root, node(0, 0x100, 0x1ff, "a"));
	insert_resource(&root, node(1, 0x200, 0x2ff, "b"));
	insert_resource(&root, node(2, 0x400, 0x4ff, "d"));
	insert_resource(&root, node(3, 0x220, 0x22f, "b1"));
	EXPECT_EQ(insert_resource(&root, node(4, 0x100, 0x3ff, "outer")), 0);
	EXPECT_STR(tree(), "00000100-000003ff : outer\n"
	                   "  00000100-000001ff : a\n"
	                   "  00000200-000002ff : b\n"
	                   "    00000220-0000022f : b1\n"
	                   "00000400-000004ff : d\n");
}

/* Linux shows "000f0000-000fffff : Reserved" above System ROM this way. */
TEST(resource, the_same_range_again_becomes_the_parent)
{
	clear_tree();
	insert_resource(&root, node(0, 0xf0000, 0xfffff, "System ROM"));
	EXPECT_EQ(insert_resource(&root, node(1, 0xf0000, 0xfffff, "Reserved")), 0);
	EXPECT_STR(tree(), "000f0000-000fffff : Reserved\n"
	                   "  000f0000-000fffff : System ROM\n");
}

TEST(resource, an_insertion_that_cuts_another_is_busy_and_changes_nothing)
{
	clear_tree();
	insert_resource(&root, node(0, 0x100, 0x1ff, "a"));
	insert_resource(&root, node(1, 0x300, 0x3ff, "b"));
	EXPECT_EQ(insert_resource(&root, node(2, 0x80, 0x37f, "x")), -EBUSY);
	EXPECT_EQ(insert_resource(&root, node(3, 0x180, 0x3ff, "y")), -EBUSY);
	EXPECT_EQ(nodes[2].parent, NULL);
	EXPECT_STR(tree(), "00000100-000001ff : a\n"
	                   "00000300-000003ff : b\n");
}

TEST(resource, an_expanding_insertion_grows_around_what_it_cuts)
{
	clear_tree();
	insert_resource(&root, node(0, 0x100, 0x1ff, "a"));
	insert_resource(&root, node(1, 0x300, 0x3ff, "b"));
	EXPECT_EQ(insert_resource_expand_to_fit(&root, node(2, 0x180, 0x37f, "x")), 0);
	EXPECT_STR(tree(), "00000100-000003ff : x\n"
	                   "  00000100-000001ff : a\n"
	                   "  00000300-000003ff : b\n");
}

TEST(resource, a_released_node_takes_its_children_along)
{
	clear_tree();
	insert_resource(&root, node(0, 0x100, 0x1ff, "a"));
	insert_resource(&root, node(1, 0x110, 0x11f, "a1"));
	insert_resource(&root, node(2, 0x300, 0x3ff, "b"));
	EXPECT_EQ(release_resource(&nodes[0]), 0);
	EXPECT_STR(tree(), "00000300-000003ff : b\n");
	EXPECT_EQ(nodes[0].child, &nodes[1]);
	EXPECT_EQ(release_resource(&nodes[0]), -EINVAL);
	EXPECT_EQ(release_resource(&root), -EINVAL);
}

TEST(resource, a_region_is_split_around_what_is_there)
{
	clear_tree();
	insert_resource(&root, node(0, 0x100, 0x1ff, "a"));
	insert_resource(&root, node(1, 0x300, 0x3ff, "b"));
	EXPECT_EQ(reserve_region_with_split(&root, 0x80, 0x4ff, "gap"), 3);
	EXPECT_STR(tree(), "00000080-000000ff : gap\n"
	                   "00000100-000001ff : a\n"
	                   "00000200-000002ff : gap\n"
	                   "00000300-000003ff : b\n"
	                   "00000400-000004ff : gap\n");
	free_tree();
}

TEST(resource, a_region_that_is_covered_is_left_alone)
{
	clear_tree();
	insert_resource(&root, node(0, 0x100, 0x1ff, "a"));
	insert_resource(&root, node(1, 0x200, 0x3ff, "b"));
	EXPECT_EQ(reserve_region_with_split(&root, 0x110, 0x2ff, "gap"), 0);
	EXPECT_EQ(reserve_region_with_split(&root, 0x300, 0x2ff, "gap"), 0);
	EXPECT_STR(tree(), "00000100-000001ff : a\n"
	                   "00000200-000003ff : b\n");
}

TEST(resource, a_region_is_cut_at_its_roots_ends)
{
	clear_tree();
	root.start = 0x1000;
	root.end = 0x1fff;
	EXPECT_EQ(reserve_region_with_split(&root, 0, UINT64_MAX, "all"), 1);
	EXPECT_STR(tree(), "00001000-00001fff : all\n");
	free_tree();
}

TEST(resource, a_node_can_end_at_the_last_byte_of_all)
{
	clear_tree();
	insert_resource(&root, node(0, UINT64_MAX - 15, UINT64_MAX, "top"));
	EXPECT_EQ(reserve_region_with_split(&root, UINT64_MAX - 31, UINT64_MAX, "gap"),
	          1);
	EXPECT_STR(tree(), "ffffffffffffffe0-ffffffffffffffef : gap\n"
	                   "fffffffffffffff0-ffffffffffffffff : top\n");
	free_tree();
}

TEST(resource, the_pool_keeps_names_and_takes_nodes_back)
{
	char name[] = "0000:00:02.0";
	struct resource *first = resource_alloc(name), *second;

	ASSERT(first);
	name[0] = 'x';
	EXPECT_STR(first->name, "0000:00:02.0");
	resource_free(first);
	second = resource_alloc("a name that is longer than the pool keeps");
	EXPECT_EQ(second, first);
	EXPECT_STR(second->name, "a name that is longer than ");
	resource_free(second);
	resource_free(NULL);
	resource_free(&nodes[0]);
}

TEST(resource, an_empty_pool_says_so_once_and_gives_null)
{
	static struct resource *taken[RESOURCE_POOL];
	unsigned int i, nr = 0;

	said_nothing_yet();
	while (nr < RESOURCE_POOL && (taken[nr] = resource_alloc("filler")))
		nr++;
	EXPECT(nr <= RESOURCE_POOL);
	EXPECT_EQ(resource_alloc("one more"), NULL);
	EXPECT_EQ(resource_alloc("and more"), NULL);
	EXPECT(times_said("nodes are in use") <= 1);
	for (i = 0; i < nr; i++)
		resource_free(taken[i]);
	EXPECT(resource_alloc("x") == taken[0]);
	resource_free(taken[0]);
}

TEST(resource, the_check_finds_each_kind_of_damage)
{
	clear_tree();
	insert_resource(&root, node(0, 0x100, 0x1ff, "a"));
	insert_resource(&root, node(1, 0x110, 0x11f, "a1"));
	insert_resource(&root, node(2, 0x300, 0x3ff, "b"));
	EXPECT_EQ(resource_check(&root), 0);
	nodes[1].end = 0x200;
	EXPECT_EQ(resource_check(&root), 1);
	nodes[1].end = 0x10f;
	EXPECT_EQ(resource_check(&root), 1);
	nodes[1].end = 0x11f;
	nodes[0].end = 0x300;
	EXPECT_EQ(resource_check(&root), 1);
	nodes[0].end = 0x1ff;
	EXPECT_EQ(resource_check(&root), 0);
}

/* Whatever is inserted, the tree stays sound, and a refusal changes nothing. */
TEST(resource, random_insertions_keep_the_tree_sound)
{
	u64 state = ktest_seed();
	unsigned int round, i;

	for (round = 0; round < 200 && !ktest_failed(); round++) {
		unsigned int inside = 0;

		clear_tree();
		for (i = 0; i < NODES; i++) {
			u64 start = ktest_random_below(&state, 1000);
			u64 len = 1 + ktest_random_below(&state, 1000) / (1 + i / 4);

			node(i, start, start + len - 1, "r");
			switch (ktest_random_below(&state, 4)) {
			case 0:
				inside +=
				    !insert_resource_expand_to_fit(&root, &nodes[i]);
				break;
			case 1:
				inside += !request_resource(&root, &nodes[i]);
				break;
			default:
				inside += !insert_resource(&root, &nodes[i]);
			}
			ASSERT_EQ(resource_check(&root), 0);
		}
		for (i = 0; i < NODES; i++)
			inside -= nodes[i].parent != NULL;
		EXPECT_EQ(inside, 0);
	}
}

/* tests/oracle/pc-4G/iomem, without what only ACPI bytecode or the bus knows;
 * the kernel's own lines are those of that Linux. */
static const char iomem_4g[] = "00000000-00000fff : Reserved\n"
			       "00001000-0009fbff : System RAM\n"
			       "0009fc00-0009ffff : Reserved\n"
			       "000a0000-000bffff : Video RAM area\n"
			       "000f0000-000fffff : Reserved\n"
			       "  000f0000-000fffff : System ROM\n"
			       "00100000-bffdffff : System RAM\n"
			       "  01000000-01933eff : Kernel code\n"
			       "  01934000-01c50fff : Kernel rodata\n"
			       "  01c52000-01d8e67f : Kernel data\n"
			       "  01e94000-01f0afff : Kernel bss\n"
			       "bffe0000-bfffffff : Reserved\n"
			       "fd000000-fdffffff : 0000:00:02.0\n"
			       "fffc0000-ffffffff : Reserved\n"
			       "100000000-13fffffff : System RAM\n";

static const struct kernel_sections linux_sections = {
    .text = 0x1000000,
    .text_end = 0x1933f00,
    .rodata = 0x1934000,
    .rodata_end = 0x1c51000,
    .data = 0x1c52000,
    .data_end = 0x1d8e680,
    .bss = 0x1e94000,
    .bss_end = 0x1f0b000,
};
static struct e820_map map;

TEST(resource, the_4g_machines_map_makes_linuxs_iomem)
{
	clear_tree();
	map.nr = 0;
	e820_add(&map, 0, 0x1000, E820_RESERVED);
	e820_add(&map, 0x1000, 0x9ec00, E820_RAM);
	e820_add(&map, 0x9fc00, 0x400, E820_RESERVED);
	e820_add(&map, 0xf0000, 0x10000, E820_RESERVED);
	e820_add(&map, 0x100000, 0xbfee0000, E820_RAM);
	e820_add(&map, 0xbffe0000, 0x20000, E820_RESERVED);
	e820_add(&map, 0xfffc0000, 0x40000, E820_RESERVED);
	e820_add(&map, 0x100000000, 0x40000000, E820_RAM);
	insert_resource(&root, node(0, 0xf0000, 0xfffff, "System ROM"));
	e820_reserve_resources(&map, &root, &linux_sections);
	insert_resource(&root, node(1, 0xfd000000, 0xfdffffff, "0000:00:02.0"));
	e820_reserve_resources_late(&map, &root);
	EXPECT_STR(tree(), iomem_4g);
	free_tree();
}

static const struct kernel_sections no_sections;

/* What the late half makes of RAM alone: what is reserved behind it. */
static const char *behind_ram(u64 start, u64 end)
{
	map.nr = 0;
	e820_add(&map, start, end - start, E820_RAM);
	e820_reserve_resources_late(&map, &root);
	tree();
	free_tree();
	return text;
}

TEST(resource, a_ram_buffer_below_1_mib_reaches_to_the_next_64_kib)
{
	clear_tree();
	EXPECT_STR(behind_ram(0, 0x98000), "00098000-0009ffff : RAM buffer\n");
	EXPECT_STR(behind_ram(0x1000, 0x9fc00), "0009fc00-0009ffff : RAM buffer\n");
}

TEST(resource, a_ram_buffer_below_16_mib_reaches_to_the_next_mib)
{
	clear_tree();
	EXPECT_STR(behind_ram(0x100000, 0x180000), "00180000-001fffff : RAM buffer\n");
	EXPECT_STR(behind_ram(0x100000, 0xf00001), "00f00001-00ffffff : RAM buffer\n");
}

TEST(resource, a_ram_buffer_above_16_mib_reaches_to_the_next_64_mib)
{
	clear_tree();
	EXPECT_STR(behind_ram(0x100000, 0x12c00000), "12c00000-13ffffff : RAM buffer\n");
	EXPECT_STR(behind_ram(0x100000000, 0x13e000000),
	           "13e000000-13fffffff : RAM buffer\n");
}

TEST(resource, ram_that_ends_at_such_a_boundary_has_no_buffer)
{
	clear_tree();
	EXPECT_STR(behind_ram(0, 0xa0000), "");
	EXPECT_STR(behind_ram(0x100000, 0x300000), "");
	EXPECT_STR(behind_ram(0x100000, 0x14000000), "");
}

TEST(resource, a_ram_buffer_goes_around_what_is_there)
{
	clear_tree();
	map.nr = 0;
	e820_add(&map, 0x1000000, 0x11c00000, E820_RAM);
	request_resource(&root, node(0, 0x13000000, 0x130fffff, "device"));
	e820_reserve_resources_late(&map, &root);
	EXPECT_STR(tree(), "12c00000-12ffffff : RAM buffer\n"
	                   "13000000-130fffff : device\n"
	                   "13100000-13ffffff : RAM buffer\n");
	free_tree();
}

TEST(resource, what_the_firmware_reserves_goes_around_a_device)
{
	clear_tree();
	map.nr = 0;
	e820_add(&map, 0xfec00000, 0x1000, E820_RESERVED);
	e820_add(&map, 0xfed10000, 0x8000, E820_RESERVED);
	insert_resource(&root, node(0, 0xfec00000, 0xfec003ff, "inside"));
	insert_resource(&root, node(1, 0xfed14000, 0xfed1bfff, "across"));
	e820_reserve_resources(&map, &root, &no_sections);
	e820_reserve_resources_late(&map, &root);
	EXPECT_STR(tree(), "000a0000-000bffff : Video RAM area\n"
	                   "fec00000-fec00fff : Reserved\n"
	                   "  fec00000-fec003ff : inside\n"
	                   "fed10000-fed1bfff : Reserved\n"
	                   "  fed14000-fed1bfff : across\n");
	free_tree();
}

TEST(resource, all_types_have_their_lines_and_the_video_area_yields)
{
	clear_tree();
	map.nr = 0;
	e820_add(&map, 0x90000, 0x20000, E820_RESERVED);
	e820_add(&map, 0x200000, 0x1000, E820_ACPI);
	e820_add(&map, 0x201000, 0x1000, E820_NVS);
	e820_add(&map, 0x202000, 0x1000, E820_UNUSABLE);
	e820_add(&map, 0x203000, 0x1000, 20);
	e820_reserve_resources(&map, &root, &no_sections);
	e820_reserve_resources_late(&map, &root);
	EXPECT_STR(tree(), "00090000-000affff : Reserved\n"
	                   "00200000-00200fff : ACPI Tables\n"
	                   "00201000-00201fff : ACPI Non-volatile Storage\n"
	                   "00202000-00202fff : Unusable memory\n"
	                   "00203000-00203fff : Unknown E820 type\n");
	free_tree();
}
