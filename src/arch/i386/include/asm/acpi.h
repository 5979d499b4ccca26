/*
 * The little of ACPI that needs no bytecode: finding tables, where the APICs and
 * the HPET are, how to switch off.
 *
 * Source: Advanced Configuration and Power Interface Specification 6.4, chapters
 * 5.2 (tables), 4.8.3 (PM1 registers), 7.4 (\_Sx).
 */
#ifndef ASM_ACPI_H
#define ASM_ACPI_H

#include <lib/types.h>

/*
 * Find the tables, print a line for each, remember what the two below need. rsdp
 * is a copy of the root pointer that the boot loader gave (rsdp_len bytes), or
 * rsdp_len is 0: then it is searched where a BIOS leaves it. After paging_init
 * (it uses early_ioremap). Whatever the firmware wrote, this returns.
 */
void acpi_init(const void *rsdp, size_t rsdp_len);

struct resource;

/* Put IOAPIC, HPET and Local APIC under root, after
 * e820_reserve_resources_late(). */
void acpi_reserve_resources(struct resource *root);

/* Enter the soft-off state S5. Returns if the machine has no ACPI or does not
 * obey. Any context. */
void acpi_poweroff(void);

#endif
