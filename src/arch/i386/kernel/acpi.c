/*
 * ACPI on this machine: find the root pointer, walk the tables that it leads to,
 * keep the few facts that the kernel uses (ACPI 6.4, 5.2.5 to 5.2.8). The formats
 * are read in acpi_tables.c; here is what touches memory. Each table is mapped
 * for a moment by early_ioremap, a large one piece by piece, and its checksum is
 * verified before a byte of it counts. The first table of a kind wins. Linux
 * keeps the tables and interprets their bytecode; we do neither.
 */
#include <asm/acpi.h>
#include <asm/acpi_tables.h>
#include <asm/fixmap.h>
#include <asm/page.h>
#include <asm/processor.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>

#include "acpi_state.h"

/* Where a BIOS leaves the RSDP (5.2.5.1) */
#define BDA_EBDA_SEGMENT 0x40eUL
#define EBDA_SEARCH      1024U
#define EBDA_LOWEST      0x80000UL
#define BIOS_AREA        0xe0000UL

/* What we accept as a length; a real DSDT has a few hundred KiB at most. */
#define TABLE_MAX KiB(4096)
/* What is mapped at once; with its alignment it fits early_ioremap. */
#define PIECE_MAX KiB(32)

struct acpi_state acpi_state;

/* Can [phys, phys + size) be an address on this CPU? A page table entry beyond
 * its width would fault as malformed. */
static bool is_reachable(u64 phys, u64 size)
{
	unsigned int bits = boot_cpu_data.phys_bits ? boot_cpu_data.phys_bits : 32;
	u64 limit = BITULL(bits);

	return phys != 0 && phys < limit && size <= limit - phys;
}

static void *map(u64 phys, size_t size)
{
	return is_reachable(phys, size) ? early_ioremap(phys, size) : NULL;
}

static bool read_header(u64 phys, struct acpi_header *header)
{
	u8 *bytes = map(phys, ACPI_HEADER_SIZE);

	if (!bytes) {
		pr_warn("ACPI: cannot reach a table at 0x%016llX\n",
		        (unsigned long long)phys);
		return false;
	}
	acpi_parse_header(bytes, ACPI_HEADER_SIZE, header);
	early_iounmap(bytes, ACPI_HEADER_SIZE);
	return true;
}

static void print_header(u64 phys, const struct acpi_header *h)
{
	pr_info("ACPI: %-4s 0x%016llX %06X (v%02u %-6s %-8s %08X %-4s %08X)\n",
	        h->signature, (unsigned long long)phys, h->length, h->revision,
	        h->oem_id, h->oem_table_id, h->oem_revision, h->creator_id,
	        h->creator_revision);
}

/* Add up a table piece by piece. false: it cannot be mapped. */
static bool sum_table(u64 phys, size_t len, u8 *sum)
{
	*sum = 0;
	while (len > 0) {
		size_t size = min_t(size_t, len, PIECE_MAX);
		u8 *piece = map(phys, size);

		if (!piece)
			return false;
		*sum = acpi_sum(*sum, piece, size);
		early_iounmap(piece, size);
		phys += size;
		len -= size;
	}
	return true;
}

/* Read a header, print it, verify the table. */
static bool check_table(u64 phys, struct acpi_header *header)
{
	u8 sum;

	if (!read_header(phys, header))
		return false;
	print_header(phys, header);
	if (header->length < ACPI_HEADER_SIZE || header->length > TABLE_MAX) {
		pr_warn("ACPI: %s: a length of %u bytes is impossible, ignored\n",
		        header->signature, header->length);
		return false;
	}
	if (!sum_table(phys, header->length, &sum)) {
		pr_warn("ACPI: %s: cannot be reached in full, ignored\n",
		        header->signature);
		return false;
	}
	if (sum != 0)
		pr_warn(
		    "ACPI: %s: wrong checksum (the bytes add up to %02x), ignored\n",
		    header->signature, sum);
	return sum == 0;
}

/* Search a checked table for \_S5, in pieces that overlap. */
static void search_s5(u64 phys, size_t len)
{
	for (size_t at = 0; at < len && !acpi_state.have_s5;
	     at += PIECE_MAX - ACPI_S5_MAX) {
		size_t size = min_t(size_t, len - at, PIECE_MAX);
		u8 *piece = map(phys + at, size);

		if (!piece)
			return;
		acpi_state.have_s5 = acpi_find_s5(piece, size, &acpi_state.s5);
		early_iounmap(piece, size);
	}
}

/* The FACS has a signature and a length, but neither checksum nor makers. */
static void print_facs(u64 phys)
{
	struct acpi_header header;

	if (phys != 0 && read_header(phys, &header))
		pr_info("ACPI: %-4s 0x%016llX %06X\n", header.signature,
		        (unsigned long long)phys, header.length);
}

static void follow_fadt(void)
{
	struct acpi_header header;
	u64 dsdt = acpi_state.fadt.dsdt;

	if (dsdt != 0 && check_table(dsdt, &header))
		search_s5(dsdt, header.length);
	print_facs(acpi_state.fadt.facs);
}

static void read_table(const char *signature, const u8 *table, size_t len)
{
	struct acpi_state *s = &acpi_state;

	if (strcmp(signature, "APIC") == 0 && !s->have_madt)
		s->have_madt = acpi_parse_madt(table, len, &s->madt);
	else if (strcmp(signature, "HPET") == 0 && !s->have_hpet)
		s->have_hpet = acpi_parse_hpet(table, len, &s->hpet);
	else if (strcmp(signature, "FACP") == 0 && !s->have_fadt)
		s->have_fadt = acpi_parse_fadt(table, len, &s->fadt);
}

static void visit_table(u64 phys)
{
	bool had_fadt = acpi_state.have_fadt;
	struct acpi_header header;
	u8 *table;
	size_t len;

	if (!check_table(phys, &header))
		return;
	/* the tables we read are small; of a large one the start is enough */
	len = min_t(size_t, header.length, PIECE_MAX);
	table = map(phys, len);
	if (!table)
		return;
	read_table(header.signature, table, len);
	early_iounmap(table, len);
	if (acpi_state.have_fadt && !had_fadt)
		follow_fadt();
}

/* Visit what an RSDT (width 4) or XSDT (width 8) names. false: no such table. */
static bool visit_root(u64 phys, const char *signature, size_t width)
{
	struct acpi_header header;
	size_t len;
	u8 *root;

	if (phys == 0 || !check_table(phys, &header))
		return false;
	if (strcmp(header.signature, signature) != 0) {
		pr_warn("ACPI: there is no %s at 0x%016llX\n", signature,
		        (unsigned long long)phys);
		return false;
	}
	len = min_t(size_t, header.length, PIECE_MAX);
	root = map(phys, len);
	if (!root)
		return false;
	for (size_t i = 0; i < acpi_entry_count(len, width); i++)
		visit_table(acpi_entry(root, width, i));
	early_iounmap(root, len);
	return true;
}

/* --- the root pointer --- */

/* Search physical [start, start + len), below 1 MiB; 0: none there. */
static unsigned long search_area(unsigned long start, size_t len)
{
	size_t at = acpi_find_rsdp(__va(start), len);

	return at < len ? start + at : 0;
}

static unsigned long search_rsdp(void)
{
	u16 segment;
	unsigned long ebda;
	unsigned long found = 0;

	memcpy(&segment, __va(BDA_EBDA_SEGMENT), sizeof(segment));
	ebda = (unsigned long)segment << 4;
	if (ebda >= EBDA_LOWEST && ebda <= VIDEO_RAM_START - EBDA_SEARCH)
		found = search_area(ebda, EBDA_SEARCH);
	return found ? found : search_area(BIOS_AREA, BIOS_END - BIOS_AREA);
}

static bool find_rsdp(const void *given, size_t given_len, struct acpi_rsdp *rsdp)
{
	unsigned long phys = search_rsdp();
	const char *whence = "";
	bool valid = given_len > 0 && acpi_parse_rsdp(given, given_len, rsdp);

	if (valid && (!phys || memcmp(__va(phys), given, ACPI_RSDP_SIZE) != 0)) {
		phys = 0; /* the loader gave a copy and not the address */
		whence = " from the boot loader";
	}
	if (!valid)
		valid = phys && acpi_parse_rsdp(__va(phys), BIOS_END - phys, rsdp);
	if (valid)
		pr_info("ACPI: RSDP 0x%016llX %06X (v%02u %-6s)%s\n",
		        (unsigned long long)phys, rsdp->length, rsdp->revision,
		        rsdp->oem_id, whence);
	return valid;
}

void acpi_init(const void *given, size_t given_len)
{
	struct acpi_rsdp rsdp;

	if (!find_rsdp(given, given_len, &rsdp)) {
		pr_info("ACPI: no root pointer found\n");
		return;
	}
	if (!visit_root(rsdp.xsdt, "XSDT", sizeof(u64)))
		visit_root(rsdp.rsdt, "RSDT", sizeof(u32));
}
