/*
 * Reading ACPI tables: bytes in, facts out. Nothing is trusted, no byte outside
 * the given ones is touched, no alignment is needed.
 *
 * Source: Advanced Configuration and Power Interface Specification 6.4, chapter
 * 5.2; the bytes of \_S5 are AML, chapter 20.2.
 */
#ifndef ASM_ACPI_TABLES_H
#define ASM_ACPI_TABLES_H

#include <lib/types.h>

#define ACPI_HEADER_SIZE   36 /* of every table but RSDP and FACS */
#define ACPI_RSDP_SIZE     20 /* in revision 0; 36 from 2 on */
#define ACPI_RSDP_EXT_SIZE 36
#define ACPI_IOAPICS_MAX   8

/* The start of a table, text terminated and printable. */
struct acpi_header {
	char signature[5];
	u32 length; /* as it claims, this header included */
	u8 revision;
	char oem_id[7];
	char oem_table_id[9];
	u32 oem_revision;
	char creator_id[5];
	u32 creator_revision;
};

struct acpi_rsdp {
	u8 revision;
	char oem_id[7];
	u32 length; /* 20, or what revision 2 and later claim */
	u32 rsdt;   /* physical addresses, 0: none */
	u64 xsdt;
};

struct acpi_madt {
	u64 lapic; /* physical address of the local APICs */
	unsigned int nr_ioapics;
	struct {
		u8 id;
		u32 address;
		u32 gsi_base;
	} ioapic[ACPI_IOAPICS_MAX];
};

struct acpi_hpet {
	u32 id; /* hardware revision, vendor */
	u64 address;
	u8 number;
};

struct acpi_fadt {
	u64 facs, dsdt;  /* physical addresses, 0: none */
	u16 smi_command; /* I/O ports, 0: none */
	u16 pm1a_control, pm1b_control;
	u8 acpi_enable; /* what to write to smi_command */
};

/* What to write into SLP_TYP of the two control registers. */
struct acpi_sleep_type {
	u8 a, b;
};

/* Do the bytes add up to 0 modulo 256? acpi_sum() goes on from a sum before. */
u8 acpi_sum(u8 sum, const u8 *bytes, size_t len);

/* Read an RSDP of which len bytes are there. false: not one, or a wrong sum. */
bool acpi_parse_rsdp(const u8 *bytes, size_t len, struct acpi_rsdp *out);

/* The offset of the first valid RSDP on a 16-byte boundary, or len. */
size_t acpi_find_rsdp(const u8 *bytes, size_t len);

/* Read a header. false: len is less than ACPI_HEADER_SIZE. */
bool acpi_parse_header(const u8 *bytes, size_t len, struct acpi_header *out);

/* How many tables an RSDT (width 4) or XSDT (width 8) of len bytes names, and
 * the physical address of one of them. */
size_t acpi_entry_count(size_t len, size_t width);
u64 acpi_entry(const u8 *table, size_t width, size_t index);

/* Each reads a whole table of len bytes, whose checksum the caller verified.
 * false: too short to hold what is asked for, or nonsense. */
bool acpi_parse_madt(const u8 *table, size_t len, struct acpi_madt *out);
bool acpi_parse_hpet(const u8 *table, size_t len, struct acpi_hpet *out);
bool acpi_parse_fadt(const u8 *table, size_t len, struct acpi_fadt *out);

/* The longest encoding of the \_S5 object that acpi_find_s5() recognises: pieces
 * of a table that overlap by this much miss none. */
#define ACPI_S5_MAX 32

/* Search bytecode for Name(_S5_, Package() {a, b, ...}). */
bool acpi_find_s5(const u8 *aml, size_t len, struct acpi_sleep_type *out);

#endif
