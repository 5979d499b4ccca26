/*
 * What acpi_init() learned; acpi.c fills it, acpi_use.c reads it.
 */
#ifndef ACPI_STATE_H
#define ACPI_STATE_H

#include <asm/acpi_tables.h>

struct acpi_state {
	bool have_madt, have_hpet, have_fadt, have_s5;
	struct acpi_madt madt;
	struct acpi_hpet hpet;
	struct acpi_fadt fadt;
	struct acpi_sleep_type s5;
};

extern struct acpi_state acpi_state;

#endif
