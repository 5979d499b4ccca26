/*
 * The PCI scan on a configuration space in memory that behaves as the
 * specification says: address bits below a register's size stay zero, the rest
 * of the header keeps what firmware put there.
 */
#include "ktest.h"

#include <asm/pci.h>
#include <lib/string.h>
#include <lib/util.h>

#define NONE 0xffffffffU

#define COMMAND_IO     1U
#define COMMAND_MEMORY 2U

struct fake {
	u8 bus, devfn;
	u32 reg[16];
	u32 writable[16]; /* the bits that a write changes */
};

#define FAKES_MAX 8
static struct fake fakes[FAKES_MAX];
static unsigned int nr_fakes;
static unsigned int reads;
static unsigned int measured_while_decoding;

static struct fake *fake_at(u8 bus, u8 devfn)
{
	for (unsigned int i = 0; i < nr_fakes; i++) {
		if (fakes[i].bus == bus && fakes[i].devfn == devfn)
			return &fakes[i];
	}
	return NULL;
}

static u32 fake_read(u8 bus, u8 devfn, u8 reg)
{
	struct fake *f = fake_at(bus, devfn);

	reads++;
	return f ? f->reg[reg / 4] : NONE;
}

static void fake_write(u8 bus, u8 devfn, u8 reg, u32 value)
{
	struct fake *f = fake_at(bus, devfn);
	u32 mask;

	if (!f)
		return;
	mask = f->writable[reg / 4];
	if (reg != 0x04 && (f->reg[1] & COMMAND_MEMORY))
		measured_while_decoding++;
	f->reg[reg / 4] = (f->reg[reg / 4] & ~mask) | (value & mask);
}

static const struct pci_ops ops = {fake_read, fake_write};

/* --- what the scan reported --- */

static char log[512];
static struct pci_region regions[32];
static unsigned int nr_functions, nr_regions;

static void note_function(const struct pci_function *f, void *arg)
{
	char name[PCI_NAME_SIZE];

	(void)arg;
	nr_functions++;
	if (strlen(log) + PCI_NAME_SIZE < sizeof(log)) {
		size_t len = strlen(log);

		strlcpy(log + len, pci_name(f, name) + 5, sizeof(log) - len);
		strlcpy(log + strlen(log), " ", sizeof(log) - strlen(log));
	}
}

static void note_region(const struct pci_function *f, const struct pci_region *r,
                        void *arg)
{
	struct fake *fake = fake_at(f->bus, f->devfn);

	(void)arg;
	/* the visitor may print on this very device */
	EXPECT(fake->reg[1] & COMMAND_MEMORY);
	if (nr_regions < ARRAY_SIZE(regions))
		regions[nr_regions++] = *r;
}

static const struct pci_visitor visitor = {note_function, note_region, NULL};

static unsigned int scan(void)
{
	log[0] = '\0';
	reads = nr_functions = nr_regions = measured_while_decoding = 0;
	return pci_scan(&ops, &visitor);
}

static void expect_region(unsigned int i, int bar, u64 start, u64 size)
{
	EXPECT_EQ(regions[i].bar, bar);
	EXPECT_EQ(regions[i].start, start);
	EXPECT_EQ(regions[i].size, size);
}

/* --- machines --- */

static void no_machine(void)
{
	memset(fakes, 0, sizeof(fakes));
	nr_fakes = 0;
}

static struct fake *plug(u8 bus, unsigned int slot, unsigned int function, u32 class,
                         u8 header)
{
	struct fake *f = &fakes[nr_fakes++];

	f->bus = bus;
	f->devfn = PCI_DEVFN(slot, function);
	f->reg[0] = 0x12348086;
	f->reg[1] = COMMAND_IO | COMMAND_MEMORY;
	f->writable[1] = 0xffff;
	f->reg[2] = class << 8;
	f->reg[3] = (u32)header << 16;
	return f;
}

static void set_bar(struct fake *f, unsigned int bar, u32 value, u32 size)
{
	f->reg[4 + bar] = value;
	f->writable[4 + bar] = ~(size - 1);
}

static void set_rom(struct fake *f, u32 value, u32 size)
{
	f->reg[12] = value;
	f->writable[12] = ~(size - 1) | 1;
}

static void bridge_to(struct fake *f, u8 secondary)
{
	f->reg[6] = (u32)secondary << 8;
}

TEST(pci, an_empty_bus_has_no_function)
{
	no_machine();
	EXPECT_EQ(scan(), 0);
	EXPECT_EQ(nr_functions, 0);
}

/* tests/oracle/pc-4G: 02.0 is the VGA, 03.0 the network card */
TEST(pci, qemus_vga_and_network_card_answer_to_what_linux_lists)
{
	struct fake *f;

	no_machine();
	plug(0, 0, 0, 0x060000, 0);
	f = plug(0, 2, 0, 0x030000, 0);
	set_bar(f, 0, 0xfd000008, 0x1000000);
	set_bar(f, 2, 0xfebf0000, 0x1000);
	set_rom(f, 0xfebe0000, 0x10000);
	f = plug(0, 3, 0, 0x020000, 0);
	set_bar(f, 0, 0xfebc0000, 0x20000);
	set_bar(f, 1, 0xc001, 0x40);
	set_rom(f, 0xfeb80000, 0x40000);

	EXPECT_EQ(scan(), 3);
	EXPECT_STR(log, "00:00.0 00:02.0 00:03.0 ");
	ASSERT_EQ(nr_regions, 4);
	expect_region(0, 0, 0xfd000000, 0x1000000);
	EXPECT(regions[0].prefetchable);
	expect_region(1, 2, 0xfebf0000, 0x1000);
	EXPECT(!regions[1].prefetchable);
	expect_region(2, 0, 0xfebc0000, 0x20000);
	expect_region(3, PCI_ROM, 0xfeb80000, 0x40000);
	EXPECT_EQ(measured_while_decoding, 0);
}

TEST(pci, a_scan_leaves_configuration_space_as_it_was)
{
	static struct fake before[FAKES_MAX];
	struct fake *f;

	no_machine();
	f = plug(0, 2, 0, 0x030000, 0);
	f->reg[1] |= 0xfff80000; /* status bits: a one written would clear them */
	set_bar(f, 0, 0xfd000008, 0x1000000);
	set_bar(f, 2, 0xe000000c, 0x10000000);
	set_bar(f, 3, 0x1, 1);
	set_rom(f, 0xfebe0001, 0x10000);
	memcpy(before, fakes, sizeof(before));
	scan();
	EXPECT_EQ(memcmp(before, fakes, sizeof(before)), 0);
}

TEST(pci, a_64_bit_register_takes_two)
{
	struct fake *f;

	no_machine();
	f = plug(0, 4, 0, 0x020000, 0);
	set_bar(f, 0, 0x0000000c, 0x4000);
	set_bar(f, 1, 0x00000009, 1); /* upper half: 9 * 4 GiB */
	set_bar(f, 2, 0xfe000000, 0x1000);
	scan();
	ASSERT_EQ(nr_regions, 2);
	expect_region(0, 0, 0x900000000, 0x4000);
	expect_region(1, 2, 0xfe000000, 0x1000);
}

TEST(pci, a_64_bit_region_may_be_larger_than_4_gib)
{
	struct fake *f;

	no_machine();
	f = plug(0, 4, 0, 0x020000, 0);
	f->reg[4] = 0xc;
	f->writable[4] = 0;
	set_bar(f, 1, 0x10, 4);
	scan();
	ASSERT_EQ(nr_regions, 1);
	expect_region(0, 0, 0x1000000000, 0x400000000);
}

TEST(pci, a_64_bit_register_without_a_second_half_is_skipped)
{
	struct fake *f;

	no_machine();
	f = plug(0, 4, 0, 0x020000, 0);
	set_bar(f, 5, 0xfe000004, 0x1000);
	scan();
	EXPECT_EQ(nr_regions, 0);
}

TEST(pci, what_the_firmware_did_not_assign_is_skipped)
{
	struct fake *f;

	no_machine();
	f = plug(0, 4, 0, 0x020000, 0);
	set_bar(f, 0, 0, 0x1000);
	set_rom(f, 0, 0x10000);
	scan();
	EXPECT_EQ(nr_regions, 0);
}

TEST(pci, a_region_that_wraps_is_skipped)
{
	struct fake *f;

	no_machine();
	f = plug(0, 4, 0, 0x020000, 0);
	/* all bits stuck at one: a register that was read from nowhere */
	f->reg[4] = 0xfffffffc;
	f->reg[5] = 0xffffffff;
	f->writable[5] = 0;
	scan();
	for (unsigned int i = 0; i < nr_regions; i++)
		EXPECT(regions[i].start + regions[i].size - 1 >= regions[i].start);
}

TEST(pci, host_bridges_are_not_touched)
{
	struct fake *f;

	no_machine();
	f = plug(0, 0, 0, 0x060000, 0);
	set_bar(f, 0, 0xf8000008, 0x4000000);
	EXPECT_EQ(scan(), 1);
	EXPECT_EQ(nr_regions, 0);
}

TEST(pci, the_rom_of_a_second_vga_is_listed)
{
	struct fake *f;

	no_machine();
	f = plug(0, 2, 0, 0x030000, 0);
	set_rom(f, 0xfebe0000, 0x10000);
	f = plug(0, 3, 0, 0x030000, 0);
	set_rom(f, 0xfebd0000, 0x10000);
	scan();
	ASSERT_EQ(nr_regions, 1);
	expect_region(0, PCI_ROM, 0xfebd0000, 0x10000);
}

TEST(pci, further_functions_count_only_with_the_multifunction_bit)
{
	no_machine();
	plug(0, 1, 0, 0x060100, 0x80);
	plug(0, 1, 3, 0x068000, 0);
	plug(0, 2, 0, 0x020000, 0);
	plug(0, 2, 1, 0x020000, 0);
	EXPECT_EQ(scan(), 3);
	EXPECT_STR(log, "00:01.0 00:01.3 00:02.0 ");
}

TEST(pci, buses_behind_bridges_are_walked)
{
	struct fake *f;

	no_machine();
	bridge_to(plug(0, 1, 0, 0x060400, 1), 5);
	f = plug(5, 0, 0, 0x020000, 0);
	set_bar(f, 0, 0xfe400000, 0x1000);
	bridge_to(plug(5, 1, 0, 0x060400, 1), 2);
	plug(2, 0, 0, 0x010000, 0);
	EXPECT_EQ(scan(), 4);
	EXPECT_STR(log, "00:01.0 05:00.0 05:01.0 02:00.0 ");
	EXPECT_EQ(nr_regions, 1);
}

TEST(pci, bridges_that_lead_back_are_followed_once)
{
	no_machine();
	bridge_to(plug(0, 1, 0, 0x060400, 1), 1);
	bridge_to(plug(1, 1, 0, 0x060400, 1), 0);
	bridge_to(plug(1, 2, 0, 0x060400, 1), 1);
	EXPECT_EQ(scan(), 3);
}

/* every read of any function gives random bits */
static u64 noise;

static u32 noise_read(u8 bus, u8 devfn, u8 reg)
{
	(void)bus;
	(void)devfn;
	(void)reg;
	reads++;
	return (u32)ktest_random(&noise);
}

static void noise_write(u8 bus, u8 devfn, u8 reg, u32 value)
{
	(void)bus;
	(void)devfn;
	(void)reg;
	(void)value;
}

static void ignore_function(const struct pci_function *f, void *arg)
{
	(void)f;
	(void)arg;
}

static unsigned int impossible_regions;

static void check_region(const struct pci_function *f, const struct pci_region *r,
                         void *arg)
{
	(void)f;
	(void)arg;
	if (!is_power_of_2(r->size) || r->start == 0 ||
	    r->start + r->size - 1 < r->start)
		impossible_regions++;
}

TEST(pci, a_bus_of_noise_ends_and_yields_only_possible_regions)
{
	static const struct pci_ops noisy = {noise_read, noise_write};
	static const struct pci_visitor checker = {ignore_function, check_region, NULL};
	unsigned int found;

	noise = ktest_seed();
	reads = impossible_regions = 0;
	found = pci_scan(&noisy, &checker);
	EXPECT(found <= 256 * 32 * 8);
	EXPECT(reads > found);
	EXPECT_EQ(impossible_regions, 0);
}
