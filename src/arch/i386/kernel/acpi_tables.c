/*
 * The formats of ACPI's tables (ACPI 6.4, 5.2) as readers of byte strings:
 * little-endian fields at the offsets that the specification's tables list. A
 * field beyond the table's end reads as absent. AML is not interpreted: \_S5 is
 * found by its name and the encoding that compilers give it (20.2.5.4 package,
 * 20.2.3 constants), as most small kernels do.
 */
#include <asm/acpi_tables.h>
#include <lib/ctype.h>
#include <lib/string.h>
#include <lib/util.h>

#define RSDP_SIGNATURE "RSD PTR "
#define RSDP_STEP      16
#define RSDP_OEM_ID    9
#define RSDP_REVISION  15
#define RSDP_RSDT      16
#define RSDP_LENGTH    20
#define RSDP_XSDT      24

#define HEADER_LENGTH       4
#define HEADER_REVISION     8
#define HEADER_OEM_ID       10
#define HEADER_OEM_TABLE_ID 16
#define HEADER_OEM_REVISION 24
#define HEADER_CREATOR_ID   28
#define HEADER_CREATOR_REV  32

#define MADT_LAPIC    36
#define MADT_ENTRIES  44
#define MADT_IOAPIC   1 /* entry types */
#define MADT_OVERRIDE 5
#define IOAPIC_ID     2 /* offsets in an entry */
#define IOAPIC_ADDR   4
#define IOAPIC_GSI    8
#define IOAPIC_SIZE   12
#define OVERRIDE_ADDR 4
#define OVERRIDE_SIZE 12

#define HPET_ID      36
#define HPET_SPACE   40
#define HPET_ADDRESS 44
#define HPET_NUMBER  52
#define HPET_SIZE    53

#define SPACE_MEMORY 0 /* address spaces of a Generic Address Structure */
#define SPACE_IO     1
#define GAS_ADDRESS  4
#define GAS_SIZE     12

#define FADT_FACS        36
#define FADT_DSDT        40
#define FADT_SMI_COMMAND 48
#define FADT_ACPI_ENABLE 52
#define FADT_PM1A        64
#define FADT_PM1B        68
#define FADT_MIN_SIZE    72
#define FADT_X_FACS      132
#define FADT_X_DSDT      140
#define FADT_X_PM1A      172
#define FADT_X_PM1B      184

#define AML_ZERO    0x00
#define AML_ONE     0x01
#define AML_NAME    0x08
#define AML_BYTE    0x0a
#define AML_WORD    0x0b
#define AML_DWORD   0x0c
#define AML_PACKAGE 0x12
#define AML_ROOT    0x5c /* a backslash */
#define S5_NAME     "_S5_"

#define SLEEP_TYPE_MAX 7 /* SLP_TYP has three bits */

static u16 le16(const u8 *p)
{
	return (u16)(p[0] | p[1] << 8);
}

static u32 le32(const u8 *p)
{
	return le16(p) | (u32)le16(p + 2) << 16;
}

static u64 le64(const u8 *p)
{
	return le32(p) | (u64)le32(p + 4) << 32;
}

/* A 64-bit field that later revisions added; 0 where the table is older. */
static u64 le64_or_zero(const u8 *table, size_t len, size_t offset)
{
	return len >= offset + sizeof(u64) ? le64(table + offset) : 0;
}

/* Fixed-width text, which firmware pads with blanks or zeroes or worse. */
static void copy_text(char *dst, const u8 *src, size_t len)
{
	size_t i;

	for (i = 0; i < len && src[i]; i++)
		dst[i] = isprint(src[i]) ? (char)src[i] : '?';
	dst[i] = '\0';
}

u8 acpi_sum(u8 sum, const u8 *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum = (u8)(sum + bytes[i]);
	return sum;
}

bool acpi_parse_rsdp(const u8 *bytes, size_t len, struct acpi_rsdp *out)
{
	memset(out, 0, sizeof(*out));
	if (len < ACPI_RSDP_SIZE || memcmp(bytes, RSDP_SIGNATURE, 8) != 0 ||
	    acpi_sum(0, bytes, ACPI_RSDP_SIZE) != 0)
		return false;

	out->revision = bytes[RSDP_REVISION];
	out->rsdt = le32(bytes + RSDP_RSDT);
	out->length = ACPI_RSDP_SIZE;
	copy_text(out->oem_id, bytes + RSDP_OEM_ID, 6);
	if (out->revision < 2 || len < ACPI_RSDP_EXT_SIZE)
		return true;

	/* the longer sum covers what the first part's does not */
	out->length = le32(bytes + RSDP_LENGTH);
	if (out->length < ACPI_RSDP_EXT_SIZE || out->length > len ||
	    acpi_sum(0, bytes, out->length) != 0)
		return false;
	out->xsdt = le64(bytes + RSDP_XSDT);
	return true;
}

size_t acpi_find_rsdp(const u8 *bytes, size_t len)
{
	struct acpi_rsdp rsdp;

	for (size_t at = 0; at + ACPI_RSDP_SIZE <= len; at += RSDP_STEP) {
		if (acpi_parse_rsdp(bytes + at, len - at, &rsdp))
			return at;
	}
	return len;
}

bool acpi_parse_header(const u8 *bytes, size_t len, struct acpi_header *out)
{
	memset(out, 0, sizeof(*out));
	if (len < ACPI_HEADER_SIZE)
		return false;
	copy_text(out->signature, bytes, 4);
	out->length = le32(bytes + HEADER_LENGTH);
	out->revision = bytes[HEADER_REVISION];
	copy_text(out->oem_id, bytes + HEADER_OEM_ID, 6);
	copy_text(out->oem_table_id, bytes + HEADER_OEM_TABLE_ID, 8);
	out->oem_revision = le32(bytes + HEADER_OEM_REVISION);
	copy_text(out->creator_id, bytes + HEADER_CREATOR_ID, 4);
	out->creator_revision = le32(bytes + HEADER_CREATOR_REV);
	return true;
}

size_t acpi_entry_count(size_t len, size_t width)
{
	return len < ACPI_HEADER_SIZE ? 0 : (len - ACPI_HEADER_SIZE) / width;
}

u64 acpi_entry(const u8 *table, size_t width, size_t index)
{
	const u8 *entry = table + ACPI_HEADER_SIZE + index * width;

	return width == sizeof(u64) ? le64(entry) : le32(entry);
}

static void parse_madt_entry(const u8 *entry, size_t size, struct acpi_madt *out)
{
	if (entry[0] == MADT_OVERRIDE && size >= OVERRIDE_SIZE)
		out->lapic = le64(entry + OVERRIDE_ADDR);
	if (entry[0] != MADT_IOAPIC || size < IOAPIC_SIZE ||
	    out->nr_ioapics == ACPI_IOAPICS_MAX)
		return;
	out->ioapic[out->nr_ioapics].id = entry[IOAPIC_ID];
	out->ioapic[out->nr_ioapics].address = le32(entry + IOAPIC_ADDR);
	out->ioapic[out->nr_ioapics].gsi_base = le32(entry + IOAPIC_GSI);
	out->nr_ioapics++;
}

bool acpi_parse_madt(const u8 *table, size_t len, struct acpi_madt *out)
{
	memset(out, 0, sizeof(*out));
	if (len < MADT_ENTRIES)
		return false;
	out->lapic = le32(table + MADT_LAPIC);
	for (size_t at = MADT_ENTRIES; at + 2 <= len;) {
		size_t size = table[at + 1];

		if (size < 2 || size > len - at)
			break; /* what follows cannot be told apart */
		parse_madt_entry(table + at, size, out);
		at += size;
	}
	return true;
}

bool acpi_parse_hpet(const u8 *table, size_t len, struct acpi_hpet *out)
{
	memset(out, 0, sizeof(*out));
	if (len < HPET_SIZE || table[HPET_SPACE] != SPACE_MEMORY)
		return false;
	out->id = le32(table + HPET_ID);
	out->address = le64(table + HPET_ADDRESS);
	out->number = table[HPET_NUMBER];
	return out->address != 0;
}

/* A port from its old field, or from the newer one if that is empty. */
static u16 fadt_port(const u8 *table, size_t len, size_t old, size_t gas)
{
	u64 port = le32(table + old);

	if (port == 0 && len >= gas + GAS_SIZE && table[gas] == SPACE_IO)
		port = le64(table + gas + GAS_ADDRESS);
	return port <= UINT16_MAX ? (u16)port : 0;
}

bool acpi_parse_fadt(const u8 *table, size_t len, struct acpi_fadt *out)
{
	u32 smi_command;

	memset(out, 0, sizeof(*out));
	if (len < FADT_MIN_SIZE)
		return false;
	out->facs = le64_or_zero(table, len, FADT_X_FACS);
	out->dsdt = le64_or_zero(table, len, FADT_X_DSDT);
	if (out->facs == 0)
		out->facs = le32(table + FADT_FACS);
	if (out->dsdt == 0)
		out->dsdt = le32(table + FADT_DSDT);
	smi_command = le32(table + FADT_SMI_COMMAND);
	out->smi_command = smi_command <= UINT16_MAX ? (u16)smi_command : 0;
	out->acpi_enable = table[FADT_ACPI_ENABLE];
	out->pm1a_control = fadt_port(table, len, FADT_PM1A, FADT_X_PM1A);
	out->pm1b_control = fadt_port(table, len, FADT_PM1B, FADT_X_PM1B);
	return true;
}

/* Read one integer constant at *at, which is advanced. */
static bool aml_integer(const u8 *aml, size_t len, size_t *at, u32 *value)
{
	size_t left = len - *at;
	const u8 *p = aml + *at;

	if (left < 1)
		return false;
	if (p[0] == AML_ZERO || p[0] == AML_ONE) {
		*value = p[0];
		*at += 1;
	} else if (p[0] == AML_BYTE && left >= 2) {
		*value = p[1];
		*at += 2;
	} else if (p[0] == AML_WORD && left >= 3) {
		*value = le16(p + 1);
		*at += 3;
	} else if (p[0] == AML_DWORD && left >= 5) {
		*value = le32(p + 1);
		*at += 5;
	} else {
		return false;
	}
	return true;
}

/* Read the package whose opcode would stand at `at`. */
static bool s5_package(const u8 *aml, size_t len, size_t at,
                       struct acpi_sleep_type *out)
{
	u32 a, b = 0;
	u8 elements;

	if (at + 2 > len || aml[at] != AML_PACKAGE)
		return false;
	at++;
	at += 1 + (aml[at] >> 6); /* PkgLength: bits 7 and 6 count more bytes */
	if (at >= len)
		return false;
	elements = aml[at++];
	if (elements < 1 || !aml_integer(aml, len, &at, &a))
		return false;
	if (elements >= 2 && !aml_integer(aml, len, &at, &b))
		return false;
	if (a > SLEEP_TYPE_MAX || b > SLEEP_TYPE_MAX)
		return false;
	*out = (struct acpi_sleep_type){(u8)a, (u8)b};
	return true;
}

/* Is the name at `at` the one of a Name() statement, "_S5_" or "\_S5_"? */
static bool is_named_object(const u8 *aml, size_t at)
{
	if (at >= 1 && aml[at - 1] == AML_NAME)
		return true;
	return at >= 2 && aml[at - 1] == AML_ROOT && aml[at - 2] == AML_NAME;
}

bool acpi_find_s5(const u8 *aml, size_t len, struct acpi_sleep_type *out)
{
	size_t name_len = strlen(S5_NAME);

	for (size_t at = 0; at + name_len < len; at++) {
		if (memcmp(aml + at, S5_NAME, name_len) != 0)
			continue;
		if (is_named_object(aml, at) &&
		    s5_package(aml, len, at + name_len, out))
			return true;
	}
	return false;
}
