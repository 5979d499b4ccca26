/*
 * This machine's PCI functions: configuration mechanism 1 (PCI 3.0, 3.2.2.3.2),
 * the boot log's lines as Linux prints them, the resource tree.
 */
#include <asm/io.h>
#include <asm/irqflags.h>
#include <asm/pci.h>
#include <lib/printk.h>
#include <lib/resource.h>
#include <lib/vsprintf.h>

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define CONFIG_ENABLE  0x80000000U

static u32 address_of(u8 bus, u8 devfn, u8 reg)
{
	return CONFIG_ENABLE | (u32)bus << 16 | (u32)devfn << 8 | (reg & 0xfcU);
}

static u32 mechanism1_read(u8 bus, u8 devfn, u8 reg)
{
	unsigned long flags;
	u32 value;

	local_irq_save(flags);
	outl(address_of(bus, devfn, reg), CONFIG_ADDRESS);
	value = inl(CONFIG_DATA);
	local_irq_restore(flags);
	return value;
}

static void mechanism1_write(u8 bus, u8 devfn, u8 reg, u32 value)
{
	unsigned long flags;

	local_irq_save(flags);
	outl(address_of(bus, devfn, reg), CONFIG_ADDRESS);
	outl(value, CONFIG_DATA);
	local_irq_restore(flags);
}

static const struct pci_ops mechanism1 = {mechanism1_read, mechanism1_write};

/* The address register of a host bridge keeps what is written to it. */
static bool have_mechanism1(void)
{
	u32 old = inl(CONFIG_ADDRESS);
	bool there;

	outl(CONFIG_ENABLE, CONFIG_ADDRESS);
	there = inl(CONFIG_ADDRESS) == CONFIG_ENABLE;
	outl(old, CONFIG_ADDRESS);
	return there;
}

static void print_function(const struct pci_function *f, void *arg)
{
	char name[PCI_NAME_SIZE];

	(void)arg;
	pr_info("pci %s: [%04x:%04x] type %02x class %#08x\n", pci_name(f, name),
	        f->vendor, f->device, f->header_type, (unsigned int)f->class);
}

static void print_region(const char *name, const struct pci_region *r)
{
	char label[8] = "ROM";

	if (r->bar != PCI_ROM)
		snprintf(label, sizeof(label), "BAR %d", r->bar);
	pr_info("pci %s: %s [mem 0x%08llx-0x%08llx%s%s]\n", name, label,
	        (unsigned long long)r->start,
	        (unsigned long long)(r->start + r->size - 1), r->wide ? " 64bit" : "",
	        r->prefetchable ? " pref" : "");
}

static void reserve_region(const struct pci_function *f, const struct pci_region *r,
                           void *root)
{
	char name[PCI_NAME_SIZE];
	struct resource *res = resource_alloc(pci_name(f, name));

	print_region(name, r);
	if (!res)
		return;
	res->start = r->start;
	res->end = r->start + r->size - 1;
	res->flags = IORESOURCE_MEM;
	if (request_resource(root, res) == 0)
		return;
	pr_warn("pci %s: the range overlaps another one and is left out\n", name);
	resource_free(res);
}

void pci_reserve_resources(struct resource *root)
{
	struct pci_visitor visitor = {print_function, reserve_region, root};

	if (!have_mechanism1()) {
		pr_info("PCI: no configuration mechanism 1\n");
		return;
	}
	pr_info("PCI: Using configuration type 1 for base access\n");
	pci_scan(&mechanism1, &visitor);
}
