/*
 * What CPU this is, from CPUID (SDM vol. 2A). early.c has refused those that
 * cannot run the kernel; here the others are named, and what they lack is said.
 */
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <lib/printk.h>
#include <lib/string.h>

#define LEAF_EXTENDED      0x80000000U
#define LEAF_FEATURES      0x80000001U
#define LEAF_BRAND         0x80000002U
#define LEAF_ADDRESS_SIZES 0x80000008U
#define LEAF_EXTENDED_LAST 0x8000ffffU
#define FAMILY_EXTENDED    0xf

struct cpuinfo_x86 boot_cpu_data;
pteval_t __supported_pte_mask = (pteval_t)~(_PAGE_NX | _PAGE_GLOBAL);

static void read_signature(struct cpuinfo_x86 *c)
{
	u32 eax, ebx, ecx;

	cpuid(1, &eax, &ebx, &ecx, &c->features);
	c->stepping = eax & 0xf;
	c->model = (eax >> 4) & 0xf;
	c->family = (eax >> 8) & 0xf;
	if (c->family == FAMILY_EXTENDED)
		c->family += (eax >> 20) & 0xff;
	if (c->family >= 6)
		c->model |= (eax >> 12) & 0xf0;
}

static void read_extended(struct cpuinfo_x86 *c)
{
	u32 highest, eax, ebx, ecx, edx;

	c->phys_bits = c->features & X86_FEATURE_PAE ? 36 : 32;
	cpuid(LEAF_EXTENDED, &highest, &ebx, &ecx, &edx);
	if (highest < LEAF_FEATURES || highest > LEAF_EXTENDED_LAST)
		return;
	cpuid(LEAF_FEATURES, &eax, &ebx, &ecx, &c->extended_features);
	for (u32 i = 0; i < 3 && LEAF_BRAND + i <= highest; i++) {
		u32 *text = (u32 *)(c->model_name + 16 * i);

		cpuid(LEAF_BRAND + i, &text[0], &text[1], &text[2], &text[3]);
	}
	if (highest >= LEAF_ADDRESS_SIZES) {
		cpuid(LEAF_ADDRESS_SIZES, &eax, &ebx, &ecx, &edx);
		c->phys_bits = eax & 0xff;
	}
}

void identify_cpu(void)
{
	struct cpuinfo_x86 *c = &boot_cpu_data;
	u32 highest, ebx, ecx, edx;

	cpuid(0, &highest, &ebx, &ecx, &edx);
	memcpy(c->vendor, &ebx, 4);
	memcpy(c->vendor + 4, &edx, 4);
	memcpy(c->vendor + 8, &ecx, 4);
	read_signature(c);
	read_extended(c);
	pr_info("CPU: %s %s (family: %#x, model: %#x, stepping: %#x), %u physical bits\n",
		c->vendor, c->model_name[0] ? c->model_name : "unnamed", c->family,
		c->model, c->stepping, c->phys_bits);
	if (cpu_has(X86_FEATURE_PGE))
		__supported_pte_mask |= _PAGE_GLOBAL;
	if (PAGETABLE_LEVELS < 3) {
		pr_info("NX (Execute Disable) protection: not in 32-bit page tables\n");
	} else if (cpu_has_nx()) {
		__supported_pte_mask |= _PAGE_NX;
		pr_info("NX (Execute Disable) protection: active\n");
	} else {
		pr_notice("NX (Execute Disable) protection cannot be enabled: "
			  "missing in CPU! Going on without it\n");
	}
}
