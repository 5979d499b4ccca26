/*
 * Multiboot2 information, as GRUB writes it and as a broken
 * loader might. Each case builds it in a buffer; the parser gets to know exactly the
 * bytes that are there, so that the sanitizers see every step beyond.
 */
#include "ktest.h"
#include "said.h"

#include <asm/boot_info.h>
#include <asm/multiboot.h>
#include <lib/errno.h>
#include <lib/string.h>
#include <lib/util.h>

#define INFO_MAX     40000
#define DAMAGED_MAX  512
#define LONG_ENTRIES 1500 /* more than a map has */

static u8 info[INFO_MAX];
static size_t info_len;
static struct boot_info boot;

static void put(const void *data, size_t len)
{
	memcpy(info + info_len, data, len);
	info_len += len;
}

static void put_u32(u32 value)
{
	put(&value, sizeof(value));
}

static void put_u64(u64 value)
{
	put(&value, sizeof(value));
}

static void set_u32(size_t offset, u32 value)
{
	memcpy(info + offset, &value, sizeof(value));
}

static void begin(void)
{
	info_len = 0;
	memset(info, 0xa5, sizeof(info));
	put_u32(0);
	put_u32(0);
	said_nothing_yet();
}

static void pad(void)
{
	while (info_len % MULTIBOOT2_TAG_ALIGN)
		info[info_len++] = 0xa5;
}

static void tag(u32 type, const void *data, size_t len)
{
	pad();
	put_u32(type);
	put_u32((u32)(8 + len));
	put(data, len);
}

static void tag_of_text(u32 type, const char *text)
{
	tag(type, text, strlen(text) + 1);
}

static void tag_module(u32 start, u32 end, const char *cmdline)
{
	pad();
	put_u32(MULTIBOOT2_TAG_MODULE);
	put_u32((u32)(16 + strlen(cmdline) + 1));
	put_u32(start);
	put_u32(end);
	put(cmdline, strlen(cmdline) + 1);
}

/* The head of a memory map whose entries, nr of them, are put next. */
static void tag_mmap(u32 entry_size, unsigned int nr)
{
	pad();
	put_u32(MULTIBOOT2_TAG_MMAP);
	put_u32(16 + nr * entry_size);
	put_u32(entry_size);
	put_u32(0);
}

static void mmap_entry(u64 addr, u64 len, u32 type)
{
	put_u64(addr);
	put_u64(len);
	put_u32(type);
	put_u32(0xffffffff);
}

static int parse(void)
{
	set_u32(0, (u32)info_len);
	return multiboot2_parse(info, info_len, &boot);
}

static int end_and_parse(void)
{
	tag(MULTIBOOT2_TAG_END, NULL, 0);
	return parse();
}

TEST(multiboot, what_grub_says_is_all_there)
{
	static const u8 rsdp1[ACPI_RSDP_V1_SIZE] = "RSD PTR one";
	static const u8 rsdp2[ACPI_RSDP_V2_SIZE] = "RSD PTR two";

	begin();
	tag_of_text(MULTIBOOT2_TAG_CMDLINE, "mem=1G quiet");
	tag_of_text(MULTIBOOT2_TAG_LOADER_NAME, "GRUB 2.06-13");
	tag(10, "APM, which nobody reads", 20);
	tag_module(0x400000, 0x400123, "initrd root=none");
	tag_mmap(24, 2);
	mmap_entry(0x100000, 0xbfee0000, 1);
	mmap_entry(0, 0x9fc00, 1);
	pad();
	put_u32(MULTIBOOT2_TAG_BASIC_MEMINFO);
	put_u32(16);
	put_u32(639);
	put_u32(3144576);
	tag(MULTIBOOT2_TAG_ACPI_NEW, rsdp2, sizeof(rsdp2));
	tag(MULTIBOOT2_TAG_ACPI_OLD, rsdp1, sizeof(rsdp1));
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT_STR(boot.cmdline, "mem=1G quiet");
	EXPECT(!boot.cmdline_truncated);
	EXPECT_STR(boot.loader, "GRUB 2.06-13");
	ASSERT_EQ(boot.nr_modules, 1);
	EXPECT_EQ(boot.modules[0].start, 0x400000);
	EXPECT_EQ(boot.modules[0].end, 0x400123);
	EXPECT_STR(boot.modules[0].cmdline, "initrd root=none");
	EXPECT(boot.has_map);
	ASSERT_EQ(boot.map.nr, 2);
	EXPECT_EQ(boot.map.entries[0].addr, 0x100000);
	EXPECT_EQ(boot.map.entries[0].size, 0xbfee0000);
	EXPECT_EQ(boot.map.entries[1].type, E820_RAM);
	EXPECT(boot.has_basic);
	EXPECT_EQ(boot.mem_lower_kb, 639);
	EXPECT_EQ(boot.mem_upper_kb, 3144576);
	EXPECT_EQ(boot.rsdp_len, ACPI_RSDP_V2_SIZE);
	EXPECT(!memcmp(boot.rsdp, rsdp2, sizeof(rsdp2)));
	EXPECT(!said("multiboot"));
}

TEST(multiboot, the_result_does_not_point_into_the_loaders_memory)
{
	begin();
	tag_of_text(MULTIBOOT2_TAG_CMDLINE, "quiet");
	tag_module(1, 2, "m");
	EXPECT_EQ(end_and_parse(), 0);
	memset(info, 0xff, sizeof(info));
	EXPECT_STR(boot.cmdline, "quiet");
	EXPECT_STR(boot.modules[0].cmdline, "m");
}

TEST(multiboot, no_tag_at_all_is_an_empty_answer)
{
	begin();
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT(!boot.has_map && !boot.has_basic && !boot.nr_modules && !boot.rsdp_len);
	EXPECT_STR(boot.cmdline, "");
	EXPECT(!said("multiboot"));
}

TEST(multiboot, information_shorter_than_its_header_is_refused)
{
	begin();
	memset(&boot, 0xff, sizeof(boot));
	EXPECT_EQ(multiboot2_parse(info, 7, &boot), -EINVAL);
	EXPECT_EQ(boot.nr_modules, 0);
	set_u32(0, 7);
	EXPECT_EQ(multiboot2_parse(info, sizeof(info), &boot), -EINVAL);
	set_u32(0, 0);
	EXPECT_EQ(multiboot2_parse(info, sizeof(info), &boot), -EINVAL);
	EXPECT(said("multiboot2: boot information of 0 bytes: ignored"));
}

TEST(multiboot, a_total_size_beyond_the_limit_is_cut)
{
	begin();
	tag_of_text(MULTIBOOT2_TAG_CMDLINE, "quiet");
	set_u32(0, 0xffffffff);
	EXPECT_EQ(multiboot2_parse(info, info_len, &boot), 0);
	EXPECT_STR(boot.cmdline, "quiet");
	EXPECT(said("boot information of 4294967295 bytes"));
	EXPECT(said("has no end tag"));
}

TEST(multiboot, a_missing_end_tag_is_said)
{
	begin();
	tag_of_text(MULTIBOOT2_TAG_CMDLINE, "quiet");
	EXPECT_EQ(parse(), 0);
	EXPECT_STR(boot.cmdline, "quiet");
	EXPECT(said("has no end tag"));
}

TEST(multiboot, a_tag_of_no_size_does_not_last_for_ever)
{
	begin();
	tag_of_text(MULTIBOOT2_TAG_CMDLINE, "quiet");
	pad();
	put_u32(99);
	put_u32(0);
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT_STR(boot.cmdline, "quiet");
	EXPECT(said("tag 99 of 0 bytes at"));
}

TEST(multiboot, a_tag_longer_than_the_rest_is_not_read)
{
	static const u32 sizes[] = {0xffffffff, 0xfffffff9, 0x7fffffff, INFO_MAX, 25};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		begin();
		pad();
		put_u32(MULTIBOOT2_TAG_CMDLINE);
		put_u32(sizes[i]);
		put("quiet", 6);
		EXPECT_EQ(end_and_parse(), 0);
		EXPECT_STR(boot.cmdline, "");
		EXPECT(said("tag 1 of"));
	}
}

TEST(multiboot, a_text_without_an_end_stops_with_its_tag)
{
	begin();
	tag(MULTIBOOT2_TAG_CMDLINE, "quiet!!!", 8);
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT_STR(boot.cmdline, "quiet!!!");
	EXPECT(said("tag 1 has a text without an end"));
}

TEST(multiboot, an_empty_text_tag_is_an_empty_text)
{
	begin();
	tag(MULTIBOOT2_TAG_CMDLINE, NULL, 0);
	tag(MULTIBOOT2_TAG_LOADER_NAME, "", 1);
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT_STR(boot.cmdline, "");
	EXPECT_STR(boot.loader, "");
}

TEST(multiboot, a_command_line_that_is_too_long_is_cut_and_marked)
{
	static char text[COMMAND_LINE_SIZE + 10];

	memset(text, 'x', sizeof(text) - 1);
	begin();
	tag_of_text(MULTIBOOT2_TAG_CMDLINE, text);
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT(boot.cmdline_truncated);
	EXPECT_EQ(strlen(boot.cmdline), COMMAND_LINE_SIZE - 1);
	text[COMMAND_LINE_SIZE - 1] = '\0';
	begin();
	tag_of_text(MULTIBOOT2_TAG_CMDLINE, text);
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT(!boot.cmdline_truncated);
	EXPECT_EQ(strlen(boot.cmdline), COMMAND_LINE_SIZE - 1);
}

TEST(multiboot, a_memory_map_with_small_entries_is_ignored)
{
	static const u32 sizes[] = {0, 1, 20, 23};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		begin();
		tag_mmap(sizes[i], 1);
		mmap_entry(0, 0x1000, 1);
		set_u32(12, 40);
		EXPECT_EQ(end_and_parse(), 0);
		EXPECT(!boot.has_map);
		EXPECT(said("memory map with entries of"));
	}
}

TEST(multiboot, a_memory_map_with_larger_entries_is_stepped_through)
{
	begin();
	tag_mmap(32, 2);
	mmap_entry(0x1000, 0x2000, 1);
	put_u64(0);
	mmap_entry(0x8000, 0x1000, 3);
	put_u64(0);
	EXPECT_EQ(end_and_parse(), 0);
	ASSERT_EQ(boot.map.nr, 2);
	EXPECT_EQ(boot.map.entries[1].addr, 0x8000);
	EXPECT_EQ(boot.map.entries[1].type, E820_ACPI);
}

TEST(multiboot, an_entry_that_is_cut_short_is_left_out)
{
	begin();
	tag_mmap(24, 2);
	mmap_entry(0x1000, 0x2000, 1);
	put_u64(0x8000);
	set_u32(12, 16 + 24 + 8);
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT_EQ(boot.map.nr, 1);
	EXPECT(said("ends within an entry"));
}

TEST(multiboot, an_entry_size_larger_than_the_map_reads_nothing)
{
	begin();
	tag_mmap(0xffffffff, 0);
	mmap_entry(0x1000, 0x2000, 1);
	set_u32(12, 40);
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT_EQ(boot.map.nr, 0);
}

TEST(multiboot, tags_too_short_for_their_fields_are_ignored)
{
	begin();
	tag(MULTIBOOT2_TAG_MODULE, "1234567", 7);
	tag(MULTIBOOT2_TAG_BASIC_MEMINFO, "1234", 4);
	tag(MULTIBOOT2_TAG_MMAP, "1234", 4);
	tag(MULTIBOOT2_TAG_MMAP, NULL, 0);
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT(!boot.has_basic && !boot.has_map && !boot.nr_modules);
	EXPECT_EQ(times_said("is too short"), 4);
}

TEST(multiboot, a_module_without_a_command_line_is_a_module)
{
	begin();
	tag(MULTIBOOT2_TAG_MODULE, "\x00\x10\x00\x00\x00\x20\x00\x00", 8);
	EXPECT_EQ(end_and_parse(), 0);
	ASSERT_EQ(boot.nr_modules, 1);
	EXPECT_EQ(boot.modules[0].end, 0x2000);
	EXPECT_STR(boot.modules[0].cmdline, "");
}

TEST(multiboot, modules_that_are_empty_or_too_many_are_named)
{
	unsigned int i;

	begin();
	tag_module(0x2000, 0x2000, "empty");
	tag_module(0x3000, 0x2fff, "backwards");
	for (i = 0; i < BOOT_MODULES_MAX + 2; i++)
		tag_module(0x100000 + i, 0x100001 + i, "m");
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT_EQ(boot.nr_modules, BOOT_MODULES_MAX);
	EXPECT_EQ(boot.dropped_modules, 2);
	EXPECT_EQ(times_said("is empty"), 2);
	EXPECT(said("module at 0x100011-0x100012 is one more than 16"));
}

TEST(multiboot, an_rsdp_of_any_length_fits)
{
	static const u8 long_rsdp[100] = "RSD PTR ";

	begin();
	tag(MULTIBOOT2_TAG_ACPI_OLD, "RSD", 3);
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT_EQ(boot.rsdp_len, 3);
	begin();
	tag(MULTIBOOT2_TAG_ACPI_NEW, long_rsdp, sizeof(long_rsdp));
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT_EQ(boot.rsdp_len, ACPI_RSDP_V2_SIZE);
}

TEST(multiboot, information_at_an_odd_address_is_read)
{
	static u8 odd[DAMAGED_MAX + 1];

	begin();
	tag_of_text(MULTIBOOT2_TAG_CMDLINE, "quiet");
	tag_mmap(24, 1);
	mmap_entry(0x1000, 0x2000, 1);
	end_and_parse();
	ASSERT(info_len <= DAMAGED_MAX);
	memcpy(odd + 1, info, info_len);
	EXPECT_EQ(multiboot2_parse(odd + 1, info_len, &boot), 0);
	EXPECT_STR(boot.cmdline, "quiet");
	EXPECT_EQ(boot.map.nr, 1);
}

/* Good information with random bytes changed: nothing is read or written beyond,
 * and every text has its end. */
TEST(multiboot, damaged_information_does_no_harm)
{
	static u8 good[DAMAGED_MAX];
	u64 state = ktest_seed();
	unsigned int round, i;
	size_t good_len;

	begin();
	tag_of_text(MULTIBOOT2_TAG_CMDLINE, "mem=1G quiet");
	tag_module(0x400000, 0x400123, "module");
	tag_mmap(24, 3);
	for (i = 0; i < 3; i++)
		mmap_entry(i * 0x10000, 0x8000, 1);
	end_and_parse();
	ASSERT(info_len <= DAMAGED_MAX);
	memcpy(good, info, info_len);
	good_len = info_len;
	for (round = 0; round < 300; round++) {
		memcpy(info, good, good_len);
		for (i = 0; i < 3; i++)
			info[ktest_random_below(&state, (u32)good_len)] =
			    (u8)ktest_random(&state);
		multiboot2_parse(info, ktest_random_below(&state, (u32)good_len + 1),
		                 &boot);
		ASSERT(strnlen(boot.cmdline, COMMAND_LINE_SIZE) < COMMAND_LINE_SIZE);
		ASSERT(boot.map.nr <= E820_MAX && boot.nr_modules <= BOOT_MODULES_MAX);
	}
}

TEST(multiboot, more_entries_than_a_map_has_are_joined_and_none_is_lost)
{
	unsigned int i;

	begin();
	tag_mmap(24, LONG_ENTRIES);
	for (i = 0; i < LONG_ENTRIES; i++)
		mmap_entry(i * 0x1000ULL, 0x1000, 1);
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT_EQ(boot.dropped_entries, 0);
	EXPECT_EQ(e820_ram_bytes(&boot.map), LONG_ENTRIES * 0x1000ULL);
}

/* The map is full of RAM when the reserved ranges come, each over one of them. */
TEST(multiboot, more_entries_than_a_map_has_are_counted_and_make_no_ram)
{
	unsigned int i;

	begin();
	tag_mmap(24, LONG_ENTRIES);
	for (i = 0; i < E820_MAX; i++)
		mmap_entry(i * 0x4000ULL, 0x2000, 1);
	for (i = 0; i < LONG_ENTRIES - E820_MAX; i++)
		mmap_entry(i * 0x4000ULL, 0x1000, 2);
	EXPECT_EQ(end_and_parse(), 0);
	EXPECT_EQ(boot.dropped_entries, LONG_ENTRIES - E820_MAX);
	EXPECT_EQ(boot.map.nr, E820_MAX);
	EXPECT_EQ(e820_ram_bytes(&boot.map),
	          E820_MAX * 0x2000ULL - (LONG_ENTRIES - E820_MAX) * 0x1000ULL);
}
