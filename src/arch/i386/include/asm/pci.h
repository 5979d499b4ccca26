/*
 * PCI as far as /proc/iomem needs it: which functions are there and which memory
 * their firmware-assigned registers answer to. Nothing is assigned or enabled.
 *
 * Source: PCI Local Bus Specification 3.0, chapter 6 (configuration space, base
 * address registers 6.2.5, configuration mechanism 3.2.2.3.2); PCI-to-PCI Bridge
 * Architecture Specification 1.2, chapter 3.
 */
#ifndef ASM_PCI_H
#define ASM_PCI_H

#include <lib/types.h>

#define PCI_DEVFN(device, function) ((u8)((device) << 3 | (function)))
#define PCI_SLOT(devfn)             ((unsigned int)(devfn) >> 3)
#define PCI_FUNC(devfn)             ((unsigned int)(devfn)&7)

/* Room for "0000:00:02.0". */
#define PCI_NAME_SIZE 13

/* Configuration space, 32 bits at a time; reg is a multiple of 4. A function
 * that is not there reads as all ones. */
struct pci_ops {
	u32 (*read)(u8 bus, u8 devfn, u8 reg);
	void (*write)(u8 bus, u8 devfn, u8 reg, u32 value);
};

struct pci_function {
	u8 bus, devfn;
	u16 vendor, device;
	u32 class; /* 24 bits: base class, subclass, interface */
	u8 header_type;
	bool boot_vga; /* the first VGA that is enabled: its ROM was copied */
};

/* A memory range that a function answers to. size is a power of two. */
struct pci_region {
	u64 start, size;
	int bar; /* number of the base address register, PCI_ROM for the ROM */
	bool prefetchable;
	bool wide; /* the register has 64 bits */
};
#define PCI_ROM (-1)

/* What a scan calls; a function comes before its regions. */
struct pci_visitor {
	void (*function)(const struct pci_function *f, void *arg);
	void (*region)(const struct pci_function *f, const struct pci_region *r,
	               void *arg);
	void *arg;
};

/*
 * Visit every function on bus 0 and behind bridges, each bus once, whatever the
 * bridges' registers claim. Memory decoding of a function is off while its
 * registers are measured, so nothing may use it meanwhile; the registers are put
 * back. Returns the number of functions.
 */
unsigned int pci_scan(const struct pci_ops *ops, const struct pci_visitor *visitor);

/* "0000:00:02.0" into name, which is returned. */
char *pci_name(const struct pci_function *f, char name[PCI_NAME_SIZE]);

struct resource;

/* Scan this machine, print as Linux does, put the regions under root: after
 * e820_reserve_resources(), before e820_reserve_resources_late(). Regions that
 * overlap what is there are named and left out. */
void pci_reserve_resources(struct resource *root);

#endif
