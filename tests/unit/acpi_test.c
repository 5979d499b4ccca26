/*
 * The readers of ACPI tables: real bytes (QEMU's tables, whose contents
 * tests/oracle/pc-4G/dmesg prints) and hostile ones.
 */
#include "ktest.h"

#include <asm/acpi_tables.h>
#include <lib/string.h>
#include <lib/util.h>

static u8 table[512];

static void put32(size_t at, u32 value)
{
	for (int i = 0; i < 4; i++)
		table[at + (size_t)i] = (u8)(value >> 8 * i);
}

static void put64(size_t at, u64 value)
{
	put32(at, (u32)value);
	put32(at + 4, (u32)(value >> 32));
}

/* Make the bytes [0, len) add up to zero by the one at `at`. */
static void fix_sum(size_t at, size_t len)
{
	table[at] = 0;
	table[at] = (u8)(0 - acpi_sum(0, table, len));
}

static void put_rsdp(u8 revision)
{
	memset(table, 0, sizeof(table));
	memcpy(table, "RSD PTR ", 8);
	memcpy(table + 9, "BOCHS ", 6);
	table[15] = revision;
	put32(16, 0xbffe1ad8);
	fix_sum(8, ACPI_RSDP_SIZE);
}

TEST(acpi, qemus_root_pointer_is_read)
{
	struct acpi_rsdp rsdp;

	put_rsdp(0);
	ASSERT(acpi_parse_rsdp(table, ACPI_RSDP_SIZE, &rsdp));
	EXPECT_EQ(rsdp.revision, 0);
	EXPECT_EQ(rsdp.length, 0x14);
	EXPECT_EQ(rsdp.rsdt, 0xbffe1ad8);
	EXPECT_EQ(rsdp.xsdt, 0);
	EXPECT_STR(rsdp.oem_id, "BOCHS ");
}

TEST(acpi, a_root_pointer_of_revision_2_names_the_xsdt)
{
	struct acpi_rsdp rsdp;

	put_rsdp(2);
	put32(20, ACPI_RSDP_EXT_SIZE);
	put64(24, 0x123456789a);
	fix_sum(32, ACPI_RSDP_EXT_SIZE);
	ASSERT(acpi_parse_rsdp(table, sizeof(table), &rsdp));
	EXPECT_EQ(rsdp.xsdt, 0x123456789aULL);
	table[33]++;
	EXPECT(!acpi_parse_rsdp(table, sizeof(table), &rsdp));
}

TEST(acpi, a_root_pointer_with_a_wrong_sum_signature_or_length_is_none)
{
	struct acpi_rsdp rsdp;

	put_rsdp(0);
	EXPECT(!acpi_parse_rsdp(table, ACPI_RSDP_SIZE - 1, &rsdp));
	table[16]++;
	EXPECT(!acpi_parse_rsdp(table, ACPI_RSDP_SIZE, &rsdp));
	put_rsdp(0);
	table[0] = 'r';
	table[8] = (u8)(table[8] + 'R' - 'r');
	EXPECT(!acpi_parse_rsdp(table, ACPI_RSDP_SIZE, &rsdp));
	put_rsdp(2);
	put32(20, 0xffffffff);
	EXPECT(!acpi_parse_rsdp(table, sizeof(table), &rsdp));
}

TEST(acpi, the_root_pointer_is_searched_on_16_byte_boundaries)
{
	static u8 area[1024];

	put_rsdp(0);
	memset(area, 0, sizeof(area));
	EXPECT_EQ(acpi_find_rsdp(area, sizeof(area)), sizeof(area));
	memcpy(area + 8, table, ACPI_RSDP_SIZE);
	EXPECT_EQ(acpi_find_rsdp(area, sizeof(area)), sizeof(area));
	memcpy(area + 992, table, ACPI_RSDP_SIZE);
	EXPECT_EQ(acpi_find_rsdp(area, sizeof(area)), 992);
	/* cut short by the end of the area */
	EXPECT_EQ(acpi_find_rsdp(area, 992 + ACPI_RSDP_SIZE - 1),
	          992 + ACPI_RSDP_SIZE - 1);
}

TEST(acpi, a_header_is_read_and_its_text_made_printable)
{
	struct acpi_header h;

	memset(table, 0, sizeof(table));
	memcpy(table, "FA\x01P", 4);
	put32(4, 0x74);
	table[8] = 1;
	memcpy(table + 10, "BOCHS ", 6);
	memcpy(table + 16, "BXPC    ", 8);
	put32(24, 1);
	memcpy(table + 28, "BXPC", 4);
	put32(32, 2);
	ASSERT(acpi_parse_header(table, ACPI_HEADER_SIZE, &h));
	EXPECT_STR(h.signature, "FA?P");
	EXPECT_EQ(h.length, 0x74);
	EXPECT_STR(h.oem_table_id, "BXPC    ");
	EXPECT_EQ(h.oem_revision, 1);
	EXPECT_EQ(h.creator_revision, 2);
	EXPECT(!acpi_parse_header(table, ACPI_HEADER_SIZE - 1, &h));
}

TEST(acpi, root_tables_hold_whole_entries_only)
{
	memset(table, 0, sizeof(table));
	put32(36, 0xbffe198c);
	put64(40, 0x1122334455667788);
	EXPECT_EQ(acpi_entry_count(36 + 11, 4), 2);
	EXPECT_EQ(acpi_entry_count(35, 4), 0);
	EXPECT_EQ(acpi_entry(table, 4, 0), 0xbffe198cU);
	EXPECT_EQ(acpi_entry(table + 4, 8, 0), 0x1122334455667788ULL);
}

/* --- MADT --- */

/* QEMU's: one CPU, the I/O APIC, and an override of the local APICs' address. */
static size_t put_madt(void)
{
	memset(table, 0, sizeof(table));
	put32(36, 0xfee00000);
	table[44] = 0; /* a CPU, 8 bytes */
	table[45] = 8;
	table[52] = 1; /* an I/O APIC, 12 bytes */
	table[53] = 12;
	table[54] = 0;
	put32(56, 0xfec00000);
	put32(60, 0);
	return 64;
}

TEST(acpi, the_madt_tells_where_the_apics_are)
{
	struct acpi_madt madt;
	size_t len = put_madt();

	ASSERT(acpi_parse_madt(table, len, &madt));
	EXPECT_EQ(madt.lapic, 0xfee00000U);
	ASSERT_EQ(madt.nr_ioapics, 1);
	EXPECT_EQ(madt.ioapic[0].address, 0xfec00000U);
}

TEST(acpi, the_madt_may_override_the_address_of_the_local_apics)
{
	struct acpi_madt madt;
	size_t len = put_madt();

	table[len] = 5;
	table[len + 1] = 12;
	put64(len + 4, 0x1fee00000);
	ASSERT(acpi_parse_madt(table, len + 12, &madt));
	EXPECT_EQ(madt.lapic, 0x1fee00000ULL);
}

TEST(acpi, an_entry_of_the_madt_with_an_impossible_length_ends_it)
{
	struct acpi_madt madt;
	size_t len = put_madt();

	table[45] = 0; /* would never advance */
	ASSERT(acpi_parse_madt(table, len, &madt));
	EXPECT_EQ(madt.nr_ioapics, 0);
	table[45] = 1;
	ASSERT(acpi_parse_madt(table, len, &madt));
	EXPECT_EQ(madt.nr_ioapics, 0);
	table[45] = 255; /* beyond the table */
	ASSERT(acpi_parse_madt(table, len, &madt));
	EXPECT_EQ(madt.nr_ioapics, 0);
}

TEST(acpi, a_short_io_apic_entry_is_not_read_beyond_its_end)
{
	struct acpi_madt madt;
	size_t len = put_madt();

	table[53] = 8;
	ASSERT(acpi_parse_madt(table, len, &madt));
	EXPECT_EQ(madt.nr_ioapics, 0);
}

TEST(acpi, more_io_apics_than_we_keep_are_ignored)
{
	struct acpi_madt madt;
	size_t at = 44;

	memset(table, 0, sizeof(table));
	for (int i = 0; i < 20; i++, at += 12) {
		table[at] = 1;
		table[at + 1] = 12;
	}
	ASSERT(acpi_parse_madt(table, at, &madt));
	EXPECT_EQ(madt.nr_ioapics, ACPI_IOAPICS_MAX);
}

TEST(acpi, a_truncated_madt_is_refused)
{
	struct acpi_madt madt;

	put_madt();
	EXPECT(!acpi_parse_madt(table, 43, &madt));
	EXPECT(!acpi_parse_madt(table, 0, &madt));
}

/* --- HPET, FADT --- */

TEST(acpi, the_hpet_must_be_in_memory)
{
	struct acpi_hpet hpet;

	memset(table, 0, sizeof(table));
	put32(36, 0x8086a201);
	put64(44, 0xfed00000);
	ASSERT(acpi_parse_hpet(table, 56, &hpet));
	EXPECT_EQ(hpet.id, 0x8086a201U);
	EXPECT_EQ(hpet.address, 0xfed00000U);
	EXPECT_EQ(hpet.number, 0);
	EXPECT(!acpi_parse_hpet(table, 52, &hpet));
	table[40] = 1; /* I/O space */
	EXPECT(!acpi_parse_hpet(table, 56, &hpet));
}

TEST(acpi, the_fadt_of_revision_1_has_ports_and_32_bit_pointers)
{
	struct acpi_fadt fadt;

	memset(table, 0, sizeof(table));
	put32(36, 0xbffe0000);
	put32(40, 0xbffe0040);
	put32(48, 0xb2);
	table[52] = 0xf1;
	put32(64, 0x604);
	ASSERT(acpi_parse_fadt(table, 0x74, &fadt));
	EXPECT_EQ(fadt.facs, 0xbffe0000U);
	EXPECT_EQ(fadt.dsdt, 0xbffe0040U);
	EXPECT_EQ(fadt.smi_command, 0xb2);
	EXPECT_EQ(fadt.acpi_enable, 0xf1);
	EXPECT_EQ(fadt.pm1a_control, 0x604);
	EXPECT_EQ(fadt.pm1b_control, 0);
	EXPECT(!acpi_parse_fadt(table, 71, &fadt));
}

TEST(acpi, the_64_bit_fields_of_a_later_fadt_win)
{
	struct acpi_fadt fadt;

	memset(table, 0, sizeof(table));
	put32(40, 0xbffe0040);
	put64(140, 0x2bffe0040);
	table[172] = 1; /* I/O space */
	put64(176, 0x404);
	ASSERT(acpi_parse_fadt(table, 244, &fadt));
	EXPECT_EQ(fadt.dsdt, 0x2bffe0040ULL);
	EXPECT_EQ(fadt.pm1a_control, 0x404);
	/* a table that ends before the field does not have it */
	ASSERT(acpi_parse_fadt(table, 147, &fadt));
	EXPECT_EQ(fadt.dsdt, 0xbffe0040U);
	EXPECT_EQ(fadt.pm1a_control, 0);
}

TEST(acpi, a_port_above_16_bits_is_none)
{
	struct acpi_fadt fadt;

	memset(table, 0, sizeof(table));
	put32(48, 0x10000);
	put32(64, 0xfed80804);
	ASSERT(acpi_parse_fadt(table, 0x74, &fadt));
	EXPECT_EQ(fadt.smi_command, 0);
	EXPECT_EQ(fadt.pm1a_control, 0);
}

/* --- \_S5 --- */

static bool find_s5(const void *aml, size_t len, struct acpi_sleep_type *out)
{
	memset(out, 0xee, sizeof(*out));
	return acpi_find_s5(aml, len, out);
}
#define FIND_S5(literal, out) find_s5(literal, sizeof(literal) - 1, out)

TEST(acpi, s5_is_found_in_the_encodings_that_compilers_use)
{
	struct acpi_sleep_type s5;

	/* QEMU: Package (4) { 0, 0, 0, 0 } */
	EXPECT(FIND_S5("xx\x08_S5_\x12\x06\x04\x00\x00\x00\x00", &s5));
	EXPECT_EQ(s5.a, 0);
	EXPECT_EQ(s5.b, 0);
	/* bytes with a prefix, and a root prefix before the name */
	EXPECT(FIND_S5("\x08\\_S5_\x12\x08\x04\x0a\x05\x0a\x07\x00\x00", &s5));
	EXPECT_EQ(s5.a, 5);
	EXPECT_EQ(s5.b, 7);
	/* One, and a word; a length of two bytes */
	EXPECT(FIND_S5("\x08_S5_\x12\x48\x00\x04\x01\x0b\x02\x00\x00\x00", &s5));
	EXPECT_EQ(s5.a, 1);
	EXPECT_EQ(s5.b, 2);
	/* one element only */
	EXPECT(FIND_S5("\x08_S5_\x12\x04\x01\x0a\x07", &s5));
	EXPECT_EQ(s5.a, 7);
	EXPECT_EQ(s5.b, 0);
}

TEST(acpi, the_letters_s5_alone_are_not_the_object)
{
	struct acpi_sleep_type s5;

	/* a reference, not a Name() */
	EXPECT(!FIND_S5("zz_S5_\x12\x06\x04\x00\x00\x00\x00", &s5));
	EXPECT(!FIND_S5("_S5_\x12\x06\x04\x00\x00\x00\x00", &s5));
	/* not a package */
	EXPECT(!FIND_S5("\x08_S5_\x0a\x05\x04\x00\x00\x00\x00", &s5));
	/* no elements; a value that SLP_TYP cannot hold */
	EXPECT(!FIND_S5("\x08_S5_\x12\x02\x00", &s5));
	EXPECT(!FIND_S5("\x08_S5_\x12\x06\x02\x0a\x08\x00", &s5));
	/* a false one before the right one */
	EXPECT(FIND_S5("z_S5_\x12\x08_S5_\x12\x06\x04\x00\x01\x00\x00", &s5));
	EXPECT_EQ(s5.b, 1);
}

TEST(acpi, s5_cut_off_anywhere_is_not_read_beyond_the_end)
{
	static const u8 aml[] =
	    "\x08_S5_\x12\x88\x00\x00\x04\x0c\x05\x00\x00\x00\x0a\x07";
	static u8 copy[sizeof(aml)];
	struct acpi_sleep_type s5;

	ASSERT(acpi_find_s5(aml, sizeof(aml) - 1, &s5));
	EXPECT_EQ(s5.a, 5);
	EXPECT_EQ(s5.b, 7);
	for (size_t len = 0; len < sizeof(aml) - 1; len++) {
		/* at the end of an array, where the sanitizer sees one byte more */
		u8 *end = copy + sizeof(copy) - len;

		memcpy(end, aml, len);
		EXPECT(!acpi_find_s5(end, len, &s5));
	}
}

TEST(acpi, the_longest_s5_fits_the_overlap_of_two_pieces)
{
	/* \ _S5_, package, 4 bytes of length, count, two double words */
	EXPECT(1 + 1 + 4 + 1 + 4 + 1 + 5 + 5 <= ACPI_S5_MAX);
}

TEST(acpi, random_tables_are_read_without_harm)
{
	u64 state = ktest_seed();
	struct acpi_sleep_type s5;
	struct acpi_madt madt;
	struct acpi_hpet hpet;
	struct acpi_fadt fadt;
	struct acpi_rsdp rsdp;

	for (int i = 0; i < 20000; i++) {
		size_t len = ktest_random_below(&state, 128);
		u8 *end = table + sizeof(table) - len;

		for (size_t at = 0; at < len; at++)
			end[at] = (u8)ktest_random(&state);
		if (i % 2 && len > 5)
			memcpy(end, "\x08_S5_\x12", 6);
		else if (len > 8)
			memcpy(end, "RSD PTR ", 8);
		acpi_find_s5(end, len, &s5);
		acpi_parse_rsdp(end, len, &rsdp);
		acpi_parse_hpet(end, len, &hpet);
		acpi_parse_fadt(end, len, &fadt);
		acpi_parse_madt(end, len, &madt);
		ASSERT(madt.nr_ioapics <= ACPI_IOAPICS_MAX);
	}
}
