/*
 * What the ACPI tables are good for here: the resource tree's APICs and HPET,
 * and switching off, which is one write to the PM1 control registers (ACPI 6.4,
 * 4.8.3.2 and 16.1.7) once the chipset is in ACPI mode (4.8.3.1, SCI_EN).
 */
#include <asm/acpi.h>
#include <asm/io.h>
#include <lib/printk.h>
#include <lib/resource.h>
#include <lib/vsprintf.h>

#include "acpi_state.h"

#define LAPIC_SIZE  0x1000U
#define IOAPIC_SIZE 0x400U
#define HPET_SIZE   0x400U

#define PM1_SCI_EN        0x0001U
#define PM1_SLP_TYP_SHIFT 10
#define PM1_SLP_TYP_MASK  (7U << PM1_SLP_TYP_SHIFT)
#define PM1_SLP_EN        (1U << 13)

/* Reads of the register, a microsecond each, until the mode must have changed;
 * again until the machine must be off. */
#define ENABLE_TRIES   300000U
#define POWEROFF_TRIES 3000000U /* an emulator on a busy host takes its time */

static void reserve(struct resource *root, u64 start, u64 size, const char *name)
{
	struct resource *res;

	if (start == 0 || start + size - 1 < start)
		return;
	res = resource_alloc(name);
	if (!res)
		return;
	res->start = start;
	res->end = start + size - 1;
	res->flags = IORESOURCE_MEM | IORESOURCE_BUSY;
	if (insert_resource(root, res) == 0)
		return;
	pr_warn("ACPI: %s [mem 0x%08llx-0x%08llx] overlaps something else\n", name,
	        (unsigned long long)res->start, (unsigned long long)res->end);
	resource_free(res);
}

void acpi_reserve_resources(struct resource *root)
{
	const struct acpi_state *s = &acpi_state;
	char name[RESOURCE_NAME_MAX];

	for (unsigned int i = 0; s->have_madt && i < s->madt.nr_ioapics; i++) {
		snprintf(name, sizeof(name), "IOAPIC %u", i);
		reserve(root, s->madt.ioapic[i].address, IOAPIC_SIZE, name);
	}
	if (s->have_hpet) {
		snprintf(name, sizeof(name), "HPET %u", s->hpet.number);
		reserve(root, s->hpet.address, HPET_SIZE, name);
	}
	if (s->have_madt)
		reserve(root, s->madt.lapic, LAPIC_SIZE, "Local APIC");
}

static void enter_acpi_mode(const struct acpi_fadt *fadt)
{
	if (inw(fadt->pm1a_control) & PM1_SCI_EN)
		return;
	if (fadt->smi_command == 0 || fadt->acpi_enable == 0)
		return;
	outb(fadt->acpi_enable, fadt->smi_command);
	for (unsigned int i = 0; i < ENABLE_TRIES; i++) {
		if (inw(fadt->pm1a_control) & PM1_SCI_EN)
			return;
	}
}

static void sleep_by(u16 port, u8 type)
{
	u16 control;

	if (port == 0)
		return;
	control = (u16)(inw(port) & ~(PM1_SLP_TYP_MASK | PM1_SLP_EN));
	outw((u16)(control | (unsigned int)type << PM1_SLP_TYP_SHIFT | PM1_SLP_EN),
	     port);
}

void acpi_poweroff(void)
{
	const struct acpi_fadt *fadt = &acpi_state.fadt;

	if (!acpi_state.have_fadt || !acpi_state.have_s5 || fadt->pm1a_control == 0)
		return;
	enter_acpi_mode(fadt);
	sleep_by(fadt->pm1a_control, acpi_state.s5.a);
	sleep_by(fadt->pm1b_control, acpi_state.s5.b);
	for (unsigned int i = 0; i < POWEROFF_TRIES; i++)
		io_delay();
}
