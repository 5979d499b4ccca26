/*
 * The first C, before paging: is this a CPU for us, and the boot page tables.
 * It is linked where it is loaded (section .boot), so it may call nothing
 * outside this file and reaches the kernel's variables by physical address.
 *
 * The boot page tables map the first GiB of physical memory (896 MiB of it is
 * lowmem) with large pages twice: at 0, for the few instructions around the
 * jump, and at PAGE_OFFSET. paging_init replaces them.
 */
#include <asm/boot_entry.h>
#include <asm/io.h>
#include <asm/pgtable.h>
#include <asm/processor.h>

#define PHYS(object) ((void *)((unsigned long)(object) - PAGE_OFFSET))

#define VGA_TEXT       ((volatile u16 *)VGA_TEXT_START)
#define VGA_CELLS      (80 * 25)
#define VGA_ATTRIBUTE  0x0700
#define VGA_BRIGHT     0x0f00
#define UART           0x3f8
#define UART_LSR       (UART + 5)
#define UART_LSR_THRE  0x20
#define UART_PATIENCE  100000
#define DEBUG_EXIT     0xf4

/* What the loader said, kept for start_kernel. */
u32 boot_magic, boot_info_phys;

pgd_t boot_pg_dir[PTRS_PER_PGD] __aligned(PAGE_SIZE);
#ifdef CONFIG_X86_PAE
static pmd_t boot_pmd[PTRS_PER_PMD] __aligned(PAGE_SIZE);
#endif

static void uart_setup(void)
{
	outb(0x80, UART + 3);
	outb(1, UART); /* 115200 baud */
	outb(0, UART + 1);
	outb(0x03, UART + 3);
	outb(0x07, UART + 2);
}

static void uart_put(char c)
{
	for (int i = 0; i < UART_PATIENCE; i++)
		if (inb(UART_LSR) & UART_LSR_THRE)
			break;
	outb((u8)c, UART);
}

static void say(const char *text)
{
	static const char newline[] = "\r\n";
	int cell = 0;

	for (int i = 0; i < VGA_CELLS; i++)
		VGA_TEXT[i] = VGA_ATTRIBUTE | ' ';
	uart_setup();
	for (; *text; text++) {
		VGA_TEXT[cell++] = (u16)(VGA_BRIGHT | (u8)*text);
		uart_put(*text);
	}
	for (const char *c = newline; *c; c++)
		uart_put(*c);
}

static __noreturn void refuse(const char *sentence)
{
	say(sentence);
	for (int i = 0; i < UART_PATIENCE; i++)
		if (inb(UART_LSR) & 0x40) /* the last bit has left */
			break;
	outb(EMULATOR_EXIT_REFUSED, DEBUG_EXIT);
	halt_forever();
}

/* A CPU without CPUID cannot change the ID flag (SDM vol. 2A, CPUID). */
static bool has_cpuid(void)
{
	unsigned long before = native_save_fl(), after;

	native_restore_fl(before ^ X86_EFLAGS_ID);
	after = native_save_fl();
	native_restore_fl(before);
	return (before ^ after) & X86_EFLAGS_ID;
}

#define REFUSAL "k896: this kernel cannot run on this CPU: "

/* Called by _start, first of all, on a stack that is cleared afterwards. */
void check_cpu(void)
{
	u32 eax, ebx, ecx, features;

	if (!has_cpuid())
		refuse(REFUSAL "it has no CPUID, so neither PAE nor PSE.");
	cpuid(1, &eax, &ebx, &ecx, &features);
#ifdef CONFIG_X86_PAE
	if (!(features & X86_FEATURE_PAE))
		refuse(REFUSAL "it has no PAE (Physical Address Extension). "
			       "The preset no-pae builds a kernel that needs none.");
	if (!(features & X86_FEATURE_MSR))
		refuse(REFUSAL "it has no model-specific registers (MSR).");
	if (!(features & X86_FEATURE_CMOV))
		refuse(REFUSAL "it is older than the Pentium Pro (no CMOV).");
#endif
	if (!(features & X86_FEATURE_PSE))
		refuse(REFUSAL "it has no PSE (large pages).");
	if (!(features & X86_FEATURE_TSC))
		refuse(REFUSAL "it has no time-stamp counter (TSC).");
	if (!(features & X86_FEATURE_CX8))
		refuse(REFUSAL "it has no CMPXCHG8B.");
}

static void enable_nx(void)
{
	u32 eax, ebx, ecx, edx;

	cpuid(0x80000000U, &eax, &ebx, &ecx, &edx);
	if (eax < 0x80000001U || eax > 0x8000ffffU)
		return;
	cpuid(0x80000001U, &eax, &ebx, &ecx, &edx);
	if (edx & X86_FEATURE_NX)
		wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NX);
}

#define LARGE_PAGE (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_PSE)

#ifdef CONFIG_X86_PAE
/* One page directory, a GiB, hung into the table twice. */
static unsigned long build_page_tables(void)
{
	pgd_t *pgd = PHYS(boot_pg_dir);
	pmd_t *pmd = PHYS(boot_pmd);
	pteval_t table = (unsigned long)pmd | _PAGE_PRESENT;

	for (unsigned long i = 0; i < PTRS_PER_PMD; i++)
		pmd[i] = __pmd(((pteval_t)i << PMD_SHIFT) | LARGE_PAGE);
	pgd[0] = __pgd(table);
	pgd[pgd_index(PAGE_OFFSET)] = __pgd(table);
	write_cr4(read_cr4() | X86_CR4_PAE);
	enable_nx();
	return (unsigned long)pgd;
}
#else
static unsigned long build_page_tables(void)
{
	pgd_t *pgd = PHYS(boot_pg_dir);
	unsigned long half = pgd_index(PAGE_OFFSET);

	(void)enable_nx;
	for (unsigned long i = 0; i < BOOT_MAPPED_BYTES >> PMD_SHIFT; i++) {
		pgd[i] = __pgd((i << PMD_SHIFT) | LARGE_PAGE);
		pgd[half + i] = pgd[i];
	}
	write_cr4(read_cr4() | X86_CR4_PSE);
	return (unsigned long)pgd;
}
#endif

/* Called by _start when .bss is cleared. Returns the CR3 to load. */
unsigned long early_boot(u32 magic, u32 info)
{
	*(u32 *)PHYS(&boot_magic) = magic;
	*(u32 *)PHYS(&boot_info_phys) = info;
	return build_page_tables();
}
